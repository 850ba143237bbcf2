package io.tenantwarden.tests.scenarios;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** What applications have: a ThreadLocal with a static getter. Knows nothing of the agent. */
public final class TenantContext {

    private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

    private static final AtomicBoolean THROWS = new AtomicBoolean();

    private TenantContext() {}

    public static String current() {
        if (THROWS.get() && THROWS.compareAndSet(true, false)) {
            throw new IllegalStateException("once, on purpose");
        }
        return CURRENT.get();
    }

    /** Whoever asks next, on whatever thread, gets an exception. */
    public static void throwOnce() {
        THROWS.set(true);
    }

    public static void set(String tenant) {
        CURRENT.set(tenant);
    }

    public static void clear() {
        CURRENT.remove();
    }

    /** Runs as a tenant, null for none. */
    public static <T> T as(String tenant, Callable<T> work) throws Exception {
        String before = CURRENT.get();
        CURRENT.set(tenant);
        try {
            return work.call();
        } finally {
            CURRENT.set(before);
        }
    }
}
