package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * All tables that hold rows of tenants, how they hang together, and what keeps a role from reaching all rows of one tenant
 * and nothing else. Immutable.
 *
 * @param tables those with rows of tenants: referring tables before those they refer to, where there is no cycle
 * @param references foreign keys between them, and those of any other table to them
 * @param exact names of tables of which policies show the role exactly the tenant's rows, as far as can be read from them
 * @param shared tables without a tenant that tenants' rows refer to: they belong to nobody and stay
 * @param excluded tables that were said to hold nothing of any tenant, and those of extensions
 * @param copies materialized views that hold copies of rows
 * @param temporary whether the role may make temporary tables
 * @param problems what has to be dealt with first, by table
 */
public record TenantTables(
        List<TenantTable> tables,
        List<TableReference> references,
        Set<String> exact,
        List<CatalogTable> shared,
        List<String> excluded,
        List<String> copies,
        boolean temporary,
        List<Finding> problems) {

    public TenantTables {
        tables = List.copyOf(tables);
        references = List.copyOf(references);
        exact = Set.copyOf(exact);
        shared = List.copyOf(shared);
        excluded = List.copyOf(excluded);
        copies = List.copyOf(copies);
        problems = List.copyOf(problems);
    }

    /**
     * Reads them, in the transaction that is open, with queries that any role may run.
     *
     * @throws SQLException what the driver says
     */
    public static TenantTables read(Connection c, RoleFacts role, Catalog catalog, TenantTablesOptions options)
            throws SQLException {
        return new TenantTablesReader(c, role, catalog, options).read();
    }

    /** The table of that {@code schema.table}; null when it is not one of them. */
    public TenantTable table(String name) {
        return tables.stream().filter(t -> t.name().equals(name)).findFirst().orElse(null);
    }

    /** The table of that object id; null when it is not one of them. */
    public TenantTable table(long oid) {
        return tables.stream().filter(t -> t.oid() == oid).findFirst().orElse(null);
    }

    /** The table of the tenants themselves; null when there is none. */
    public TenantTable root() {
        return tables.stream()
                .filter(t -> t.kind() == TenantTable.Kind.ROOT)
                .findFirst()
                .orElse(null);
    }
}
