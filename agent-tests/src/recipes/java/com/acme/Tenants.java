package com.acme;

/** What an application has: the tenant of the work at hand. */
public final class Tenants {

    private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

    private Tenants() {}

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
