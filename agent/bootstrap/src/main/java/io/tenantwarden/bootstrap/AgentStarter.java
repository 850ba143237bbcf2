package io.tenantwarden.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;

/**
 * Second step of the start, in the boot loader: makes the loader of the agent's own classes and calls the installer in it.
 */
public final class AgentStarter {

    private static final String INSTALLER = "io.tenantwarden.instrumentation.Installer";

    private AgentStarter() {}

    /**
     * Installs the agent.
     *
     * @param arguments agent arguments, may be null
     * @param instrumentation given by the JVM
     * @param jar the agent's jar
     * @throws Exception when the agent cannot be installed
     */
    public static void start(String arguments, Instrumentation instrumentation, File jar) throws Exception {
        AgentClassLoader loader = new AgentClassLoader(jar);
        try {
            loader.loadClass(INSTALLER)
                    .getMethod("install", String.class, Instrumentation.class)
                    .invoke(null, arguments, instrumentation);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
