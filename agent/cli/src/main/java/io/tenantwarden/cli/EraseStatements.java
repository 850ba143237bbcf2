package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.sql.Identifiers;
import io.tenantwarden.rls.tenant.TableReference;
import io.tenantwarden.rls.tenant.TenantTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The statements of an erasure: each names the tenant's rows by a condition of its own, whatever policies let through. */
final class EraseStatements {

    private final TenantFacts facts;

    EraseStatements(TenantFacts facts) {
        this.facts = facts;
    }

    /** @param limit as many rows at most; 0 for all */
    String delete(TenantTable t, int limit) {
        if (limit == 0 || t.table().kind() == CatalogTable.Kind.FOREIGN_TABLE) {
            return "DELETE FROM " + facts.rows(t);
        }
        return picked(t, facts.condition(t) + leaves(t), limit, "DELETE FROM " + t.from() + " t");
    }

    /** Keeps the keys of rows that are known to be the tenant's only as long as others refer to them, until the commit. */
    String remember(TenantTable t) {
        return "CREATE TEMPORARY TABLE " + remembered(t) + " ON COMMIT DROP AS SELECT "
                + t.keys().stream().map(k -> "t." + Identifiers.quote(k)).collect(Collectors.joining(", ")) + " FROM "
                + facts.rows(t);
    }

    String countRemembered(TenantTable t) {
        return "SELECT pg_catalog.count(*) FROM " + remembered(t);
    }

    String deleteRemembered(TenantTable t) {
        return "DELETE FROM " + t.from() + " t WHERE EXISTS (SELECT FROM " + remembered(t) + " k WHERE "
                + t.keys().stream()
                        .map(k -> "k." + Identifiers.quote(k) + " = t." + Identifiers.quote(k))
                        .collect(Collectors.joining(" AND "))
                + ")";
    }

    private static String remembered(TenantTable t) {
        return "pg_temp.tenant_warden_" + t.oid();
    }

    /** Sets the columns of a foreign key to NULL. */
    String unlink(TenantTable t, List<String> columns, int limit) {
        String set = columns.stream().map(c -> Identifiers.quote(c) + " = NULL").collect(Collectors.joining(", "));
        String filled = filled(columns);
        return limit == 0
                ? "UPDATE " + t.from() + " t SET " + set + " WHERE " + facts.condition(t) + filled
                : picked(t, facts.condition(t) + filled, limit, "UPDATE " + t.from() + " t SET " + set);
    }

    /** How many rows have a value in one of these columns. */
    String countFilled(TenantTable t, List<String> columns) {
        return "SELECT pg_catalog.count(*) FROM " + facts.rows(t) + filled(columns);
    }

    private static String filled(List<String> columns) {
        return columns.stream()
                .map(c -> "t." + Identifiers.quote(c) + " IS NOT NULL")
                .collect(Collectors.joining(" OR ", " AND (", ")"));
    }

    /** Replaces what tells who it was. */
    String anonymise(TenantTable t, Map<String, String> columns) {
        return "UPDATE " + t.from() + " t SET "
                + columns.entrySet().stream()
                        .map(e -> Identifiers.quote(e.getKey()) + " = " + e.getValue())
                        .collect(Collectors.joining(", "))
                + " WHERE " + facts.condition(t);
    }

    /** Row identifiers repeat in partitions, so the partition is compared as well. */
    private static String picked(TenantTable t, String where, int limit, String change) {
        return "WITH pick AS MATERIALIZED (SELECT t.tableoid AS o, t.ctid AS c FROM " + t.from() + " t WHERE " + where
                + " LIMIT " + limit + ") " + change + " WHERE t.ctid = ANY (ARRAY(SELECT c FROM pick))"
                + (t.table().kind() == CatalogTable.Kind.PARTITIONED_TABLE
                        ? " AND (t.tableoid, t.ctid) IN (SELECT o, c FROM pick)"
                        : "");
    }

    /** Of a table that refers to itself, rows first to which no other row refers. */
    private String leaves(TenantTable t) {
        StringBuilder leaves = new StringBuilder();
        for (TableReference r : selfReferences(t)) {
            List<String> pairs = new ArrayList<>();
            for (int i = 0; i < r.columns().size(); i++) {
                pairs.add("s." + Identifiers.quote(r.columns().get(i)) + " = t."
                        + Identifiers.quote(r.targets().get(i)));
            }
            leaves.append(" AND NOT EXISTS (SELECT FROM " + t.from() + " s WHERE " + String.join(" AND ", pairs)
                    + " AND (s.tableoid, s.ctid) <> (t.tableoid, t.ctid))");
        }
        return leaves.toString();
    }

    private List<TableReference> selfReferences(TenantTable t) {
        return facts.tables().references().stream()
                .filter(r -> r.from() == t.oid() && r.to() == t.oid())
                .toList();
    }

    boolean refersToItself(TenantTable t) {
        return !selfReferences(t).isEmpty();
    }
}
