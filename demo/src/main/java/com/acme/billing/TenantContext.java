package com.acme.billing;

import java.util.function.Supplier;

/** The tenant that the current thread works for. */
public final class TenantContext {

    private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

    private TenantContext() {}

    /** The id of the tenant, or null outside a request. */
    public static String current() {
        return CURRENT.get();
    }

    public static void set(String tenantId) {
        CURRENT.set(tenantId);
    }

    public static void clear() {
        CURRENT.remove();
    }

    /** Does the work for this tenant and puts the former tenant back. */
    public static <T> T callAs(String tenantId, Supplier<T> work) {
        String former = CURRENT.get();
        CURRENT.set(tenantId);
        try {
            return work.get();
        } finally {
            if (former == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(former);
            }
        }
    }
}
