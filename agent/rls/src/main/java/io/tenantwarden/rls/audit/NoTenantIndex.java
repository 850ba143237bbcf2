package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;

final class NoTenantIndex implements Rule {

    @Override
    public About about() {
        return new About(
                "WD026",
                Finding.Level.INFO,
                "No index begins with the tenant column",
                "The policy adds a condition on the tenant column to every query; without an index that begins with it, one"
                        + " tenant's queries read all tenants' rows.",
                "Creates an index; on a large table without blocking writes, which has to run outside of a transaction.",
                "Small tables need none; whether the planner would use it is not asked.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable t : facts.tenantTables()) {
            TenantColumn column = facts.keys().column(t);
            List<TableIndex> indexes = facts.keys().of(t);
            if (column != null && indexes.stream().noneMatch(TableIndex::leads)) {
                findings.add(
                        t,
                        "table " + t.qualifiedName() + ": no index begins with " + t.tenantColumn(),
                        column.comparable() && !column.virtual()
                                ? fix(facts, t, indexes)
                                : Fix.decide("give " + t.tenantColumn() + " of " + t.qualifiedName()
                                        + " another type, or store it: an index cannot hold it as it is"));
            }
        }
    }

    private static Fix fix(AuditFacts facts, CatalogTable t, List<TableIndex> indexes) {
        String on = " ON " + t.quotedName() + " (" + Identifiers.quote(t.tenantColumn()) + ");";
        boolean partitioned = t.kind() == CatalogTable.Kind.PARTITIONED_TABLE;
        Fix fix = new Fix();
        if (partitioned || !facts.keys().isLarge(t)) {
            if (partitioned && facts.keys().isLarge(t)) {
                fix.note(
                        "the table is large, and writes to it wait: ddl --part prepare builds the indexes of its partitions"
                                + " first");
            }
            return fix.then(
                    t.owner(),
                    Sql.unless(
                            "SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid"
                                    + " AND a.attnum = i.indkey[0] WHERE i.indrelid = " + Sql.regclass(t)
                                    + " AND i.indisvalid AND i.indpred IS NULL AND a.attname = "
                                    + Sql.literal(t.tenantColumn()),
                            "CREATE INDEX" + on));
        }
        fix.note("outside of a transaction");
        for (TableIndex i : indexes) {
            // what a build that failed has left behind
            if (i.beginsWithTenant() && !i.valid() && i.constraint() == null) {
                fix.then(
                        t.owner(),
                        "DROP INDEX CONCURRENTLY IF EXISTS " + Identifiers.quote(t.schema(), i.name()) + ";");
            }
        }
        return fix.then(
                t.owner(), "CREATE INDEX CONCURRENTLY IF NOT EXISTS " + Identifiers.quote(freeName(facts, t)) + on);
    }

    private static String freeName(AuditFacts facts, CatalogTable t) {
        String base = t.name() + "_" + t.tenantColumn();
        for (int n = 0; ; n++) {
            String name = Sql.distinctName(base, n == 0 ? "_idx" : "_idx" + n);
            boolean invalid = facts.keys().of(t).stream()
                    .anyMatch(i -> i.name().equals(name) && !i.valid() && i.beginsWithTenant());
            boolean taken = facts.keys().indexNames().contains(t.schema() + "." + name)
                    || facts.catalog().table(t.schema(), name) != null;
            if (invalid || !taken) {
                return name;
            }
        }
    }
}
