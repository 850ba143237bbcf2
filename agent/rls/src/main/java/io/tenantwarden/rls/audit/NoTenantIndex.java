package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;

final class NoTenantIndex implements Rule {

    @Override
    public About about() {
        return new About(
                "WD026",
                Finding.Level.INFO,
                "No index begins with the tenant column",
                "The policy adds a condition on the tenant column to every query; without an index that begins with it, one"
                        + " tenant's queries read all tenants' rows.",
                "Creates an index, without blocking writes where PostgreSQL can (outside of a transaction).",
                "Small tables need none; whether the planner would use it is not asked.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tenantTables()) {
            if (facts.tenantColumn(t) != null && facts.indexes(t).stream().noneMatch(TableIndex::leads)) {
                boolean partitioned = t.kind() == CatalogTable.Kind.PARTITIONED_TABLE;
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": no index begins with " + t.tenantColumn(),
                        "CREATE INDEX " + (partitioned ? "" : "CONCURRENTLY ") + "ON " + t.quotedName() + " ("
                                + Identifiers.quote(t.tenantColumn()) + ");");
            }
        }
    }
}
