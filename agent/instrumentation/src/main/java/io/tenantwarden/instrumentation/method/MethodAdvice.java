package io.tenantwarden.instrumentation.method;

import io.tenantwarden.bootstrap.Hooks;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into the methods that configuration names as scope or bypass. */
final class MethodAdvice {

    private MethodAdvice() {}

    /** The number of the rule that matched the method. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Rule {}

    static final class Scoped {
        @Advice.OnMethodEnter
        static Object enter(
                @Rule int rule,
                @Advice.This(optional = true, typing = Assigner.Typing.DYNAMIC) Object target,
                @Advice.AllArguments Object[] arguments) {
            return Hooks.methodEntered(rule, target, arguments);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.methodLeft(token);
        }
    }
}
