package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;

final class TenantColumnNullable implements Rule {

    @Override
    public About about() {
        return new About(
                "WD025",
                Finding.Level.WARN,
                "Tenant column may be null",
                "A row without a tenant is invisible to all, or visible to all as soon as a policy is written carelessly, and"
                        + " unique constraints do not hold for it.",
                "Sets NOT NULL; while rows have no tenant it warns and changes nothing. A large table is locked while it is read"
                        + " (ddl writes it in steps).",
                "It does not count the rows that are null; a CHECK constraint in its place is not recognised.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tenantTables()) {
            TenantColumn column = facts.keys().column(t);
            if (column != null && !column.notNull()) {
                Fix fix = Fix.sql(
                        t.owner(),
                        Sql.tried(
                                new Sql.Obstacle(
                                        "not_null_violation",
                                        "rows of " + t.qualifiedName()
                                                + " have no tenant: give them one (as a role that no"
                                                + " policy filters), then run this again"),
                                "ALTER TABLE " + t.quotedName() + " ALTER COLUMN " + Identifiers.quote(t.tenantColumn())
                                        + " SET NOT NULL;"));
                if (facts.keys().isLarge(t)) {
                    fix.note("the table is large, and locked while it is read: ddl --part prepare does it in steps");
                }
                findings.add(
                        t, "table " + t.qualifiedName() + ": tenant column " + t.tenantColumn() + " may be null", fix);
            }
        }
    }
}
