package io.tenantwarden.tests.scenarios;

import java.util.concurrent.Callable;

/** A tenant, and the user beside it, in ThreadLocals of their own; and one that everybody may set. */
public final class LeakyContext {

    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();
    private static final ThreadLocal<String> USER = new ThreadLocal<>();

    /** Set by whoever likes. */
    public static final ThreadLocal<String> OPEN = new ThreadLocal<>();

    private LeakyContext() {}

    public static String tenant() {
        return TENANT.get();
    }

    public static void enter(String tenant) {
        TENANT.set(tenant);
    }

    public static void leave() {
        TENANT.remove();
    }

    public static void user(String user) {
        USER.set(user);
    }

    /** Puts back what was there. */
    public static <T> T as(String tenant, Callable<T> work) throws Exception {
        String before = TENANT.get();
        TENANT.set(tenant);
        try {
            return work.call();
        } finally {
            TENANT.set(before);
        }
    }
}
