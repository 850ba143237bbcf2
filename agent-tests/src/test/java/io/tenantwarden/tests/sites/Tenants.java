package io.tenantwarden.tests.sites;

import io.tenantwarden.tests.scenarios.TenantContext;
import java.util.function.Supplier;

/** What goes wrong in applications: the tenant is gone before the work is done. */
public final class Tenants {

    private Tenants() {}

    /** Loads something as a tenant, and is nobody from then on. */
    public static <T> T leaveAfter(Supplier<T> work) {
        TenantContext.set("a");
        try {
            return work.get();
        } finally {
            TenantContext.clear();
        }
    }
}
