package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.tenant.TenantTable;
import io.tenantwarden.rls.tenant.TenantTables;
import io.tenantwarden.rls.tenant.TenantTablesOptions;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one tenant has in the database, as the role sees it. Immutable.
 *
 * @param role whom the connection is
 * @param tables the tables
 * @param options what they were read with
 */
record TenantFacts(RoleFacts role, TenantTables tables, TenantTablesOptions options) {

    /**
     * Reads them in the transaction that is open.
     *
     * @throws CommandFailure when the role, the tenant's id or the database is not fit for it
     */
    static TenantFacts read(TenantSession session, Config config, TenantTablesOptions options) throws SQLException {
        RoleFacts role = RoleFacts.read(session.connection());
        if (role.bypassesRls()) {
            throw CommandFailure.couldNotRun("role " + role.currentUser() + " "
                    + (role.superuser() ? "is a superuser" : "has BYPASSRLS")
                    + ", so that row-level security would not keep it from other tenants' rows: use the application's own"
                    + " role with --user (and this one with --witness-user)");
        }
        Catalog catalog =
                Catalog.read(session.connection(), new CatalogOptions(config.tenantColumns(), List.of(), List.of()));
        if (!catalog.unreadPolicies().isEmpty()) {
            throw CommandFailure.couldNotRun("the policies of " + String.join(", ", catalog.unreadPolicies())
                    + " could not be read, because another session has these tables locked (ACCESS EXCLUSIVE), as a"
                    + " migration does: run it again when that is done");
        }
        Map<String, String> types = new LinkedHashMap<>();
        for (CatalogTable t : catalog.tables()) {
            if (t.tenantColumn() != null) {
                types.putIfAbsent(t.tenantColumnType(), t.qualifiedName() + "." + t.tenantColumn());
            }
        }
        if (types.isEmpty()) {
            throw CommandFailure.couldNotRun("no table of database " + role.database() + " has a tenant column ("
                    + String.join(", ", config.tenantColumns()) + "): name yours with --tenant-columns");
        }
        for (Map.Entry<String, String> type : types.entrySet()) {
            if (!session.isOfType(type.getKey())) {
                throw CommandFailure.couldNotRun("the id given with --tenant is no value of type " + type.getKey()
                        + ", which " + type.getValue() + " is of: nothing was done");
            }
        }
        TenantTables tables = TenantTables.read(session.connection(), role, catalog, options);
        if (tables.tables().isEmpty()) {
            throw CommandFailure.couldNotRun("no table is left after --exclude: nothing was done");
        }
        return new TenantFacts(role, tables, options);
    }

    /** The rows that are the tenant's: FROM and WHERE. */
    String rows(TenantTable t) {
        return t.from() + " t WHERE " + condition(t);
    }

    String condition(TenantTable t) {
        return t.condition("t", TenantRowsOptions.SETTING);
    }

    /** How many rows the tenant has in each table that the role may read, by {@code schema.table}, in the order of the tables. */
    Map<String, Long> count(TenantSession session) throws SQLException {
        Map<String, Long> rows = new LinkedHashMap<>();
        for (TenantTable t : tables.tables()) {
            if (t.select()) {
                rows.put(t.name(), session.count("SELECT pg_catalog.count(*) FROM " + rows(t)));
            }
        }
        return rows;
    }

    /** What a plan is made from, without what other sessions change all the time: two of the same text make the same plan. */
    String form() {
        StringBuilder form = new StringBuilder();
        for (TenantTable t : tables.tables()) {
            form.append(identity(t.table()))
                    .append(t.kind())
                    .append(t.columns())
                    .append(t.triggers())
                    .append(t.select())
                    .append(t.delete())
                    .append('\n');
        }
        return form.append(tables.references()).toString();
    }

    /** Everything but the estimate of its rows, which an autovacuum changes at any time. */
    private static List<Object> identity(CatalogTable t) {
        return Arrays.asList(
                t.oid(),
                t.qualifiedName(),
                t.kind(),
                t.owner(),
                t.rls(),
                t.forced(),
                t.tenantColumn(),
                t.tenantColumnType(),
                t.policies(),
                t.parent(),
                t.children(),
                t.protection());
    }

    /** Nothing at all is more likely a wrong id than a tenant without rows. */
    CommandFailure noSuchTenant() {
        return CommandFailure.couldNotRun("there is no row of this tenant in any of "
                + Phrases.count(tables.tables().size(), "table")
                + ": check the id, and that --guc names the setting that policies read ("
                + String.join(", ", settingsOfPolicies()) + "); nothing was done");
    }

    private Set<String> settingsOfPolicies() {
        Set<String> read = new TreeSet<>();
        tables.tables().forEach(t -> t.table().policies().forEach(p -> read.addAll(p.gucs())));
        return read;
    }

    /** What was accepted, by {@code schema.table} or column, with the reasons. */
    Map<String, String> accepted() {
        Map<String, String> accepted = new LinkedHashMap<>();
        options.unprotected().forEach((name, why) -> accepted.put("without row-level security: " + name, why));
        options.visible().forEach((name, why) -> accepted.put("policies taken to show all: " + name, why));
        options.largeObjects().forEach((name, why) -> accepted.put("large objects: " + name, why));
        return accepted;
    }

    /** A difference between what the two roles see. */
    static Finding hidden(String table, long seen, long there) {
        return new Finding(
                "tenant-not-visible",
                Finding.Level.ERROR,
                table,
                "the tenant has " + Phrases.count(there, "row") + ", of which the role sees " + seen,
                "look at the policies of " + table
                        + " and the settings that they read: --guc names those of the agent");
    }
}
