package io.tenantwarden.instrumentation;

import io.tenantwarden.engine.report.JvmEnd;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.Set;

/**
 * A place in {@code java.lang.Shutdown} after the shutdown hooks of applications. The JDK keeps ten such slots, runs them one after the other on
 * the thread that ends the JVM, and uses the first three: console, application hooks, files to delete ({@code JavaLangAccess.registerShutdownHook},
 * JDK 17 to 25).
 */
final class ShutdownSlot implements JvmEnd {

    private static final int LAST = 9;
    private static final int FIRST_FREE = 3;
    private static final String PACKAGE = "jdk.internal.access";

    private final Instrumentation instrumentation;

    ShutdownSlot(Instrumentation instrumentation) {
        this.instrumentation = instrumentation;
    }

    @Override
    public boolean runLast(Runnable work) {
        try {
            Module base = Object.class.getModule();
            instrumentation.redefineModule(
                    base,
                    Set.of(),
                    Map.of(PACKAGE, Set.of(ShutdownSlot.class.getModule())),
                    Map.of(),
                    Set.of(),
                    Map.of());
            Object access = Class.forName(PACKAGE + ".SharedSecrets")
                    .getMethod("getJavaLangAccess")
                    .invoke(null);
            return register(access, work);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false; // a JDK of another shape: the shutdown hook does the work then
        }
    }

    private static boolean register(Object access, Runnable work) throws ReflectiveOperationException {
        var register = Class.forName(PACKAGE + ".JavaLangAccess")
                .getMethod("registerShutdownHook", int.class, boolean.class, Runnable.class);
        for (int slot = LAST; slot >= FIRST_FREE; slot--) {
            try {
                register.invoke(access, slot, false, work);
                return true;
            } catch (InvocationTargetException taken) {
                if (!(taken.getCause() instanceof InternalError)) {
                    return false; // the JVM is going down already
                }
            }
        }
        return false;
    }
}
