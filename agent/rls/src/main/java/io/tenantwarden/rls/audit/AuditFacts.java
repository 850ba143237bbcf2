package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;
import io.tenantwarden.rls.PolicySql;
import io.tenantwarden.rls.RoleFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Everything that the rules look at, as one role sees it: a snapshot. Thread-safe; never changes. */
public final class AuditFacts {

    private final RoleFacts role;
    private final Catalog catalog;
    private final Map<String, DatabaseRole> roles;
    private final Map<String, Set<String>> privilegesOf;
    private final Map<Long, List<CatalogGrant>> grants;
    private final Map<Long, TenantColumn> columns;
    private final Map<Long, List<TableIndex>> indexes;
    private final List<ForeignKey> foreignKeys;
    private final Set<String> invokerViews;
    private final List<DatabaseFunction> functions;
    private final Set<String> schemasToCreateIn;
    private final List<SettingDefault> settings;
    private final List<PublishedTable> published;
    private final List<DefaultPrivilege> defaultPrivileges;
    private final Map<List<String>, PolicyExpression> expressions = new ConcurrentHashMap<>();

    AuditFacts(
            RoleFacts role,
            Catalog catalog,
            Map<String, DatabaseRole> roles,
            Map<String, Set<String>> privilegesOf,
            Map<Long, List<CatalogGrant>> grants,
            Map<Long, TenantColumn> columns,
            Map<Long, List<TableIndex>> indexes,
            List<ForeignKey> foreignKeys,
            Set<String> invokerViews,
            List<DatabaseFunction> functions,
            Set<String> schemasToCreateIn,
            List<SettingDefault> settings,
            List<PublishedTable> published,
            List<DefaultPrivilege> defaultPrivileges) {
        this.role = role;
        this.catalog = catalog;
        this.roles = roles;
        this.privilegesOf = privilegesOf;
        this.grants = grants;
        this.columns = columns;
        this.indexes = indexes;
        this.foreignKeys = List.copyOf(foreignKeys);
        this.invokerViews = invokerViews;
        this.functions = List.copyOf(functions);
        this.schemasToCreateIn = schemasToCreateIn;
        this.settings = List.copyOf(settings);
        this.published = List.copyOf(published);
        this.defaultPrivileges = List.copyOf(defaultPrivileges);
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

    /**
     * The same, when role and catalog have been read already, with the same options and as the same role.
     *
     * @throws SQLException what the driver says
     */
    public static AuditFacts read(Connection c, CatalogOptions options, RoleFacts role, Catalog catalog)
            throws SQLException {
        return new AuditReader(c, options, role, catalog).read();
    }

    /** Without reading anything more: enough for the rules that need only role and catalog. */
    static AuditFacts of(RoleFacts role, Catalog catalog) {
        return new AuditFacts(
                role, catalog, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), Set.of(), List.of(),
                Set.of(), List.of(), List.of(), List.of());
    }

    /** The role that the facts are about. */
    public RoleFacts role() {
        return role;
    }

    /** Tables, policies and views. */
    public Catalog catalog() {
        return catalog;
    }

    // ---------------------------------------------------------------- roles

    /** All roles of the server. */
    Collection<DatabaseRole> roles() {
        return roles.values();
    }

    /** Whether the policies of the table never filter for a role: superuser, BYPASSRLS, or owner without FORCE. */
    boolean bypasses(String roleName, CatalogTable table) {
        DatabaseRole r = roles.get(roleName);
        return r != null
                && (r.superuser()
                        || r.bypassRls()
                        || !table.forced()
                                && privilegesOf
                                        .getOrDefault(roleName, Set.of(roleName))
                                        .contains(table.owner()));
    }

    /** Whether no policy ever filters for a role: superuser or BYPASSRLS. */
    boolean bypassesEverything(String roleName) {
        DatabaseRole r = roles.get(roleName);
        return r != null && (r.superuser() || r.bypassRls());
    }

    /** Settings of ALTER ROLE and ALTER DATABASE that hold for this session, and the value of row_security now. */
    List<SettingDefault> settings() {
        return settings;
    }

    // ---------------------------------------------------------------- privileges

    /** What the connected role was granted on a relation, by grantee. */
    List<CatalogGrant> grants(CatalogTable table) {
        return grants.getOrDefault(table.oid(), List.of());
    }

    /** Whether the connected role may do this to the relation. */
    boolean may(String privilege, CatalogTable table) {
        if (role.superuser()) {
            return true;
        }
        for (CatalogGrant g : grants(table)) {
            if (g.privileges().contains(privilege)) {
                return true;
            }
        }
        return role.roles().contains(privilege.equals("SELECT") ? "pg_read_all_data" : "pg_write_all_data")
                && Set.of("SELECT", "INSERT", "UPDATE", "DELETE").contains(privilege);
    }

    /** {@code REVOKE privileges ON relation FROM} everyone through whom the connected role has one of them. */
    String revoke(Collection<String> privileges, CatalogTable table) {
        Set<String> grantees = new TreeSet<>();
        Set<String> named = new TreeSet<>();
        for (CatalogGrant g : grants(table)) {
            for (String p : privileges) {
                if (g.privileges().contains(p)) {
                    grantees.add(g.to());
                    named.add(p);
                }
            }
        }
        return "REVOKE " + String.join(", ", named) + " ON " + table.quotedName() + " FROM "
                + String.join(", ", grantees) + ";";
    }

    /** Schemas in which the connected role may create objects. */
    Set<String> schemasToCreateIn() {
        return schemasToCreateIn;
    }

    /** Default privileges that the connected role will have on new tables. */
    List<DefaultPrivilege> defaultPrivileges() {
        return defaultPrivileges;
    }

    // ---------------------------------------------------------------- tables

    /**
     * The protected tables that can have policies and need their own: rows of a partition or child are reached through
     * its parent, whose policies then hold.
     */
    List<CatalogTable> tablesOfTheirOwn() {
        return catalog.protectedTables().stream()
                .filter(AuditFacts::canHavePolicies)
                .filter(t -> !belowRls(t))
                .toList();
    }

    /** The protected tables with a tenant column; of partitions and children only the topmost. */
    List<CatalogTable> tenantTables() {
        return catalog.protectedTables().stream()
                .filter(AuditFacts::canHavePolicies)
                .filter(t -> t.tenantColumn() != null)
                .filter(t -> {
                    CatalogTable parent = t.parent() == null ? null : catalog.table(t.parent());
                    return parent == null || !parent.isProtected() || parent.tenantColumn() == null;
                })
                .toList();
    }

    /** Tables whose policies are in force. */
    List<CatalogTable> tablesWithPolicies() {
        return catalog.protectedTables().stream()
                .filter(t -> t.rls() && !t.policies().isEmpty())
                .toList();
    }

    static boolean canHavePolicies(CatalogTable table) {
        return table.kind() == CatalogTable.Kind.TABLE || table.kind() == CatalogTable.Kind.PARTITIONED_TABLE;
    }

    /** Whether a table above it, of which it is a partition or child, has row-level security. */
    boolean belowRls(CatalogTable table) {
        CatalogTable t = table;
        for (int depth = 0; t != null && t.parent() != null && depth < 100; depth++) {
            t = catalog.table(t.parent());
            if (t != null && t.rls()) {
                return true;
            }
        }
        return false;
    }

    /** The tenant column of a table; null when it was not read. */
    TenantColumn tenantColumn(CatalogTable table) {
        return columns.get(table.oid());
    }

    List<TableIndex> indexes(CatalogTable table) {
        return indexes.getOrDefault(table.oid(), List.of());
    }

    List<ForeignKey> foreignKeys() {
        return foreignKeys;
    }

    List<PublishedTable> published() {
        return published;
    }

    List<DatabaseFunction> functions() {
        return functions;
    }

    /** Whether a view runs with the rights of who asks. */
    boolean isInvoker(CatalogTable view) {
        return invokerViews.contains(Long.toString(view.oid()));
    }

    // ---------------------------------------------------------------- policies

    /** Whether a policy holds for the connected role. */
    boolean applies(Policy policy) {
        return policy.roles().contains("public") || policy.roles().stream().anyMatch(role.roles()::contains);
    }

    /** What a USING or WITH CHECK expression of the table says; null when there is none. */
    PolicyExpression expression(String text, CatalogTable table) {
        if (text == null) {
            return null;
        }
        // generated policies are the same text a thousand times, and every rule asks
        String column = table.tenantColumn() == null ? "" : table.tenantColumn();
        String name = text.contains(table.name()) ? table.name() : "";
        return expressions.computeIfAbsent(List.of(text, column, name), k -> PolicyExpression.of(text, table));
    }

    /** Whether a policy holds for a command. */
    static boolean covers(Policy policy, String command) {
        return policy.command().equals("ALL") || policy.command().equals(command);
    }

    /** Whether a restrictive policy keeps every permissive one of this command within the tenant. */
    boolean boundByRestriction(CatalogTable table, String command, AuditOptions options) {
        List<String> commands =
                command.equals("ALL") ? List.of("SELECT", "INSERT", "UPDATE", "DELETE") : List.of(command);
        return commands.stream()
                .allMatch(c -> table.policies().stream()
                        .filter(p -> !p.permissive() && covers(p, c) && applies(p))
                        .anyMatch(p -> {
                            String text = c.equals("INSERT") && p.check() != null ? p.check() : p.using();
                            return text != null && expression(text, table).closed(options.bypassGucs());
                        }));
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

    /** The condition that a row belongs to the tenant; the table must have a tenant column. */
    String condition(CatalogTable table, AuditOptions options) {
        return PolicySql.condition(table, tenantGuc(options));
    }

    /** SQL that gives the table, which must have a tenant column, a policy for all commands under a free name. */
    String tenantPolicy(CatalogTable table, AuditOptions options) {
        return PolicySql.create(table, freeName(table, PolicySql.NAME), "ALL", condition(table, options));
    }

    static String freeName(CatalogTable table, String wanted) {
        Set<String> taken = table.policies().stream().map(Policy::name).collect(Collectors.toSet());
        String name = wanted;
        for (int i = 2; taken.contains(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }
}
