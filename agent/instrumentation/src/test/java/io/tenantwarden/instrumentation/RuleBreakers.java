package io.tenantwarden.instrumentation;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.engine.EngineFactory;
import java.lang.invoke.MethodHandles;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Advice as it must not be, one rule broken by each method. Never applied to anything. */
final class RuleBreakers {

    private static int count;

    @Advice.OnMethodEnter
    void instanceMethod() {
        Hooks.checkoutEntered(null);
    }

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void suppressing() {
        Hooks.checkoutEntered(null);
    }

    @Advice.OnMethodEnter(inline = false)
    static void outOfLine() {
        Hooks.checkoutEntered(null);
    }

    @Advice.OnMethodEnter
    static void concatenating(@Advice.This Object connection, @Advice.Argument(0) int number) {
        Hooks.connectionClosing(connection + " " + number);
    }

    @Advice.OnMethodEnter
    static void lambda() {
        Hooks.connectionClosing((Runnable) () -> {});
    }

    @Advice.OnMethodEnter
    static void constant() {
        Hooks.connectionClosing("text");
    }

    @Advice.OnMethodEnter
    static long otherCall() {
        Hooks.checkoutEntered(null);
        return System.nanoTime();
    }

    @Advice.OnMethodEnter
    static Object lookupElsewhere() {
        Hooks.checkoutEntered(null);
        return MethodHandles.lookup();
    }

    @Advice.OnMethodEnter
    static void engineClass(@Advice.Argument(0) EngineFactory factory) {
        Hooks.connectionClosing(factory);
    }

    @Advice.OnMethodEnter
    static void cast(@Advice.Argument(0) Object list) {
        Hooks.connectionClosing((List<?>) list);
    }

    @Advice.OnMethodExit
    static void deciding(@Advice.Argument(0) Object object) {
        if (object != null) {
            Hooks.connectionClosing(object);
        }
    }

    @Advice.OnMethodExit
    static void catching() {
        try {
            Hooks.checkoutEntered(null);
        } finally {
            Hooks.checkoutEntered(null);
        }
    }

    @Advice.OnMethodExit
    static void longer(@Advice.This Object one) {
        Hooks.connectionClosing(one);
        Hooks.connectionClosing(one);
        Hooks.connectionClosing(one);
        Hooks.connectionClosing(one);
    }

    @Advice.OnMethodExit
    static void nothing() {}

    @Advice.OnMethodExit
    static void field() {
        count++;
        Hooks.checkoutEntered(null);
    }
}
