package io.tenantwarden.engine.policy;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.catalog.TenantField;

/** Why a row of another tenant could be seen, and what to do about it: {@code cross-tenant-row} in words. */
final class ForeignRows {

    private ForeignRows() {}

    /** {@code public.invoices.tenant_id}, and the view that it was read through. */
    private static String column(TenantField field) {
        String column = field.table().qualifiedName() + "." + field.table().tenantColumn();
        return field.isThroughView()
                ? column + " (through " + kind(field.relation()) + " "
                        + field.relation().qualifiedName() + ")"
                : column;
    }

    private static String kind(CatalogTable relation) {
        return relation.kind() == CatalogTable.Kind.MATERIALIZED_VIEW ? "materialized view" : "view";
    }

    private enum Cause {
        ROLE,
        NO_RLS,
        COPY,
        VIEW,
        OWNER,
        VALUE
    }

    private static Cause cause(Verdict v) {
        TenantField field = v.column();
        RoleFacts role = v.session().role().facts();
        if (field.isThroughView() && field.relation().kind() == CatalogTable.Kind.MATERIALIZED_VIEW) {
            return Cause.COPY;
        }
        if (!field.table().rls()) {
            return Cause.NO_RLS;
        }
        if (role != null && role.bypassesRls()) {
            return Cause.ROLE;
        }
        if (field.isThroughView()) {
            return Cause.VIEW;
        }
        boolean owner = role != null && role.roles().contains(field.table().owner());
        return owner && !field.table().forced() ? Cause.OWNER : Cause.VALUE;
    }

    /** What was seen, and why it could be. */
    static String detail(Verdict v) {
        String role = v.session().role().name();
        return "a row of the result has another tenant in " + column(v.column()) + " than the scope: "
                + switch (cause(v)) {
                    case ROLE -> "role " + role + " is a superuser or has BYPASSRLS";
                    case NO_RLS ->
                        "row-level security is not enabled on "
                                + v.column().table().qualifiedName();
                    case COPY -> "a materialized view is a copy that no policy filters";
                    case VIEW -> "the view reads as its owner, or its tables are not filtered for that role";
                    case OWNER ->
                        "role " + role + " owns " + v.column().table().qualifiedName()
                                + " or has its owner's rights, and row-level security is not forced";
                    case VALUE -> "a policy let it through, or the tenant's setting had another value";
                };
    }

    /** What to do; ends without a full stop. */
    static String next(Verdict v) {
        CatalogTable table = v.column().table();
        return switch (cause(v)) {
            case ROLE -> "connect as a role without SUPERUSER and BYPASSRLS";
            case NO_RLS ->
                "enable row-level security (java -jar tenant-warden.jar ddl writes it), or compare "
                        + table.tenantColumn() + " in the statement";
            case COPY -> "read the tables, or grant the materialized view to nobody who works for one tenant";
            case VIEW ->
                "alter view " + v.column().relation().quotedName()
                        + " set (security_invoker = true), from PostgreSQL 15 on, or give it to an owner that policies filter";
            case OWNER ->
                "alter table " + table.quotedName()
                        + " force row level security, or connect as a role that does not own it";
            case VALUE ->
                "java -jar tenant-warden.jar doctor names policies that are open; a function of the application may set"
                        + " the tenant's setting, too";
        };
    }
}
