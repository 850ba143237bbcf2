package io.tenantwarden.tests.torture;

import java.lang.reflect.Method;

/** Copied into the mutated jar: what changed methods of the agent call. Needs nothing but the JDK. */
public final class Condition {

    private Condition() {}

    /** Whether the driver is in the Sync that it forces in the middle of a large batch. */
    static boolean isForcedSync() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.limit(40).anyMatch(frame -> frame.getMethodName().equals("flushIfDeadlockRisk")));
    }

    /** Calls a method without parameters, unless the driver is in a forced Sync. */
    public static void callUnlessForcedSync(Object target, String method) throws ReflectiveOperationException {
        if (!isForcedSync()) {
            Method called = target.getClass().getDeclaredMethod(method);
            called.setAccessible(true);
            called.invoke(target);
        }
    }

    /** What was there before, unless that was nothing. */
    public static Object first(Object now, Object before, Object nothing) {
        return before == null || before == nothing ? now : before;
    }

    /** Whether nothing was written yet. */
    public static boolean pending(Object written) {
        return written == null;
    }
}
