package io.tenantwarden.instrumentation.web;

import io.tenantwarden.bootstrap.Hooks;
import net.bytebuddy.asm.Advice;

/** Inlined where a servlet request enters the application. */
final class ServletAdvice {

    private ServletAdvice() {}

    static final class Request {
        @Advice.OnMethodEnter
        static Object enter(@Advice.Argument(0) Object request) {
            return Hooks.requestEntered(request);
        }

        @Advice.OnMethodExit(onThrowable = Throwable.class)
        static void exit(@Advice.Enter Object token) {
            Hooks.requestLeft(token);
        }
    }
}
