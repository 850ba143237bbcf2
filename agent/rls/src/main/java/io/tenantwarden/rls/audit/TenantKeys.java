package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tenant columns, indexes and foreign keys. Never changes.
 *
 * @param columns by table
 * @param indexes by table, of tables with a tenant column
 * @param foreignKeys those that refer to tables with a tenant column
 * @param large tables so large that reading all of one is to be noticed
 * @param indexNames {@code schema.name} of every index
 */
record TenantKeys(
        Map<Long, TenantColumn> columns,
        Map<Long, List<TableIndex>> indexes,
        List<ForeignKey> foreignKeys,
        Set<Long> large,
        Set<String> indexNames) {

    static final TenantKeys NONE = new TenantKeys(Map.of(), Map.of(), List.of(), Set.of(), Set.of());

    /** The tenant column of a table; null when it was not read. */
    TenantColumn column(CatalogTable t) {
        return columns.get(t.oid());
    }

    List<TableIndex> of(CatalogTable t) {
        return indexes.getOrDefault(t.oid(), List.of());
    }

    boolean isLarge(CatalogTable t) {
        return large.contains(t.oid());
    }
}
