package io.tenantwarden.tests.scenarios;

/** A tenant in an InheritableThreadLocal, as many applications have it: a new thread begins with its creator's. */
public final class InheritedContext {

    private static final ThreadLocal<String> CURRENT = new InheritableThreadLocal<>();

    private InheritedContext() {}

    public static String current() {
        return CURRENT.get();
    }

    public static void set(String tenant) {
        CURRENT.set(tenant);
    }

    public static void clear() {
        CURRENT.remove();
    }
}
