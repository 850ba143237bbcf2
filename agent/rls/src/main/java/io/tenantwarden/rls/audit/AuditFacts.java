package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.PolicySql;
import io.tenantwarden.rls.RoleFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Everything that the rules look at, as one role sees it: a snapshot. Immutable and thread-safe.
 */
public final class AuditFacts {

    private final RoleFacts role;
    private final Catalog catalog;

    private AuditFacts(RoleFacts role, Catalog catalog) {
        this.role = role;
        this.catalog = catalog;
    }

    /**
     * Reads role, catalog and all that the rules need, with a handful of set-based queries that any role may run,
     * PostgreSQL 13 and later. Works in autocommit and in a transaction and changes nothing. Every text begins with the
     * comment {@code tenant-warden}.
     *
     * @throws SQLException what the driver says
     */
    public static AuditFacts read(Connection c, CatalogOptions options) throws SQLException {
        return read(c, options, RoleFacts.read(c), Catalog.read(c, options));
    }

    /** The same, when role and catalog have been read already. */
    public static AuditFacts read(Connection c, CatalogOptions options, RoleFacts role, Catalog catalog)
            throws SQLException {
        return new AuditFacts(role, catalog);
    }

    /** Without reading anything more: enough for the rules that need only role and catalog. */
    static AuditFacts of(RoleFacts role, Catalog catalog) {
        return new AuditFacts(role, catalog);
    }

    /**
     * The protected tables that can have policies and need their own: rows of a partition or child are reached through
     * its parent, whose policies then hold.
     */
    List<CatalogTable> tablesOfTheirOwn() {
        return catalog.protectedTables().stream()
                .filter(t -> t.kind() == CatalogTable.Kind.TABLE || t.kind() == CatalogTable.Kind.PARTITIONED_TABLE)
                .filter(t -> !belowRls(t))
                .toList();
    }

    private boolean belowRls(CatalogTable table) {
        CatalogTable t = table;
        for (int depth = 0; t != null && t.parent() != null && depth < 100; depth++) {
            t = catalog.table(t.parent());
            if (t != null && t.rls()) {
                return true;
            }
        }
        return false;
    }

    /** The setting that holds the tenant: the configured one, else the only one that policies read, else ours. */
    String tenantGuc(AuditOptions options) {
        if (!options.gucs().isEmpty()) {
            return options.gucs().get(0);
        }
        List<String> read = catalog.gucsInPolicies().stream()
                .filter(g -> !options.bypassGucs().contains(g))
                .toList();
        return read.size() == 1 ? read.get(0) : "app.tenant_id";
    }

    /** SQL that gives the table, which must have a tenant column, a policy for all commands. */
    String tenantPolicy(CatalogTable table, AuditOptions options) {
        return PolicySql.create(table, PolicySql.NAME, "ALL", PolicySql.condition(table, tenantGuc(options)));
    }

    /** The role that the facts are about. */
    public RoleFacts role() {
        return role;
    }

    /** Tables, policies and views. */
    public Catalog catalog() {
        return catalog;
    }
}
