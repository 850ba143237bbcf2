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

    /** The body runs again as long as the exit says so. */
    static final class ForEachTenant {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(
                @Rule int rule, @Advice.AllArguments Object[] arguments, @Advice.Local("loop") Object loop) {
            loop = Hooks.loopEntered(rule, arguments);
            return Hooks.loopIsEmpty(loop);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class, repeatOn = Advice.OnNonDefaultValue.class)
        static boolean exit(@Advice.Local("loop") Object loop, @Advice.Thrown(readOnly = false) Throwable thrown) {
            thrown = Hooks.loopEnded(loop, thrown);
            return Hooks.loopGoesOn(loop);
        }
    }

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
