package io.tenantwarden.instrumentation.messaging;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;

/** Inlined where a message reaches its listener. */
final class ListenerAdvice {

    private ListenerAdvice() {}

    static final class First {
        @Advice.OnMethodEnter
        static Object enter(@Advice.Argument(0) Object message) {
            return Hooks.messageEntered(message);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.messageLeft(token);
        }
    }

    static final class Second {
        @Advice.OnMethodEnter
        static Object enter(@Advice.Argument(1) Object message) {
            return Hooks.messageEntered(message);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.messageLeft(token);
        }
    }

    /** RabbitMQ's client gives the properties of a message as the third argument. */
    static final class Third {
        @Advice.OnMethodEnter
        static Object enter(@Advice.Argument(2) Object properties) {
            return Hooks.messageEntered(properties);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.messageLeft(token);
        }
    }
}
