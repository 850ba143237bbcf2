package io.tenantwarden.engine.inject;

/** A setting that is the tenant and nothing else. */
public final class TenantValue implements GucPlan.Value {

    @Override
    public String of(String tenant) {
        return tenant;
    }

    @Override
    public boolean isFixed() {
        return true;
    }

    @Override
    public boolean holdsTenant() {
        return true;
    }
}
