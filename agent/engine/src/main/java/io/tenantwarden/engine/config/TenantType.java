package io.tenantwarden.engine.config;

/** {@code warden.tenant.type}: what a tenant id must look like before it is sent to the database. */
public enum TenantType {
    TEXT,
    UUID,
    LONG
}
