package io.tenantwarden.tests.scenarios;

import com.sun.tools.attach.VirtualMachine;

/** Attaches the agent of the first argument to its own JVM, with each of the other arguments as the agent's own. */
public final class AttachTwiceMain {

    private AttachTwiceMain() {}

    public static void main(String[] arguments) throws Exception {
        VirtualMachine self =
                VirtualMachine.attach(String.valueOf(ProcessHandle.current().pid()));
        for (int i = 1; i < arguments.length; i++) {
            self.loadAgent(arguments[0], arguments[i]);
        }
        self.detach();
    }
}
