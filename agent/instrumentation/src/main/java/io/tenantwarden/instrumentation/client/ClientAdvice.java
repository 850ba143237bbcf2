package io.tenantwarden.instrumentation.client;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into clients that are not covered, where they begin to work. */
final class ClientAdvice {

    private ClientAdvice() {}

    static final class Used {
        @Advice.OnMethodEnter
        static void enter(
                @Advice.Origin("#t") String className,
                @Advice.This(optional = true, typing = Assigner.Typing.DYNAMIC) Object client,
                @Advice.AllArguments Object[] arguments) {
            Hooks.clientUsed(className, client, arguments);
        }
    }
}
