package io.tenantwarden.instrumentation.source;

import io.tenantwarden.bootstrap.Hooks;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;

/** Inlined where what a tenant source reads is set. */
final class SettingAdvice {

    private SettingAdvice() {}

    /** The number of the place. */
    @Retention(RetentionPolicy.RUNTIME)
    @interface Place {}

    static final class OfKey {
        @Advice.OnMethodEnter
        static void enter(@Place int place, @Advice.Argument(0) Object key) {
            Hooks.sourceSetting(place, key);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Place int place) {
            Hooks.sourceSet(place);
        }
    }

    static final class OfAll {
        @Advice.OnMethodEnter
        static void enter(@Place int place) {
            Hooks.sourceSetting(place);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Place int place) {
            Hooks.sourceSet(place);
        }
    }

    /** A method that is given code to run. */
    static final class Helper {
        @Advice.OnMethodEnter
        static Object enter() {
            return Hooks.sourceHelperEntered();
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.sourceHelperLeft(token);
        }
    }
}
