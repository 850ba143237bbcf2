package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.ViolationKind;

/** What can be wrong with a statement; {@link Refusals} has the words. */
enum Reason {
    UNSCOPED(ViolationKind.UNSCOPED_QUERY),
    /** As {@link #UNSCOPED}, and its task was handed over in a tenant scope. */
    LOST_SCOPE(ViolationKind.LOST_SCOPE),
    /** A role of {@code warden.bypass.roles} outside a bypass. */
    BYPASS_ROLE(ViolationKind.UNSCOPED_QUERY),
    /** The bypass opens nothing that a policy sees. */
    BYPASS_INEFFECTIVE(ViolationKind.BYPASS_INEFFECTIVE),
    /** Unscoped, and row-level security let it touch nothing. */
    ZERO_ROWS(ViolationKind.ZERO_ROW_WRITE),
    /** A row of its result has another tenant than the scope. */
    FOREIGN_ROW(ViolationKind.CROSS_TENANT_ROW),
    INACTIVE_TENANT(ViolationKind.INACTIVE_TENANT),
    /** The tenant check has no answer. */
    UNCHECKED_TENANT(ViolationKind.INACTIVE_TENANT),
    TENANT_SWITCH(ViolationKind.TENANT_SWITCH),
    /** Application SQL sets a configured GUC to another value than its scope's. */
    GUC_TAMPER(ViolationKind.GUC_TAMPER),
    /** Application SQL changes the role inside a scope. */
    ROLE_TAMPER(ViolationKind.GUC_TAMPER),
    /** With {@code warden.role}, application SQL calls a function that sets a role. */
    ROLE_FUNCTION(ViolationKind.GUC_TAMPER),
    /** With {@code warden.role}, a view runs with the rights of a role that no policy filters. */
    OPEN_VIEW(ViolationKind.INJECTION_FAILED),
    /** Which setting is changed is not written in the statement: it may be the tenant, or the role. */
    UNNAMED_SETTING(ViolationKind.GUC_TAMPER),
    OPEN_PORTAL(ViolationKind.INJECTION_FAILED),
    POOLED(ViolationKind.INJECTION_FAILED),
    /** What is set in a transaction does not reach its statements. */
    LOST(ViolationKind.INJECTION_FAILED),
    SEVERAL(ViolationKind.INJECTION_FAILED),
    SNAPSHOT(ViolationKind.INJECTION_FAILED);

    private final ViolationKind kind;

    Reason(ViolationKind kind) {
        this.kind = kind;
    }

    ViolationKind kind() {
        return kind;
    }
}
