package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Everything that the rules look at, as one role sees it: a snapshot. Thread-safe; never changes. */
public final class AuditFacts {

    private static final Set<String> READ_AND_WRITE = Set.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private final RoleFacts role;
    private final Catalog catalog;
    private final NamedColumns columns;
    private final Roles roles;
    private final Map<Long, List<CatalogGrant>> grants;
    private final Set<Long> reachableByColumn;
    private final TenantKeys keys;
    private final List<DatabaseFunction> functions;
    private final Map<String, Set<String>> onConflict;
    private final Set<Long> invokerViews;
    private final Set<Long> neededViews;
    private final SchemaFacts schemas;
    private final List<SettingDefault> settings;
    private final String databaseOwner;
    private final List<PublishedTable> published;
    private final List<DefaultPrivilege> defaultPrivileges;
    private final List<SlowStatement> slowStatements;
    private final Set<String> notLeakproof;
    private final Map<List<String>, PolicyExpression> expressions = new ConcurrentHashMap<>();
    private final Map<AuditOptions, TenantSetting> tenantSettings = new ConcurrentHashMap<>();
    private volatile Reach reach;

    private AuditFacts(Builder b) {
        role = b.role;
        catalog = b.catalog;
        columns = b.columns;
        roles = b.roles;
        grants = b.grants;
        reachableByColumn = b.reachableByColumn;
        keys = b.keys;
        functions = List.copyOf(b.functions);
        onConflict = b.onConflict;
        invokerViews = b.invokerViews;
        neededViews = b.neededViews;
        schemas = b.schemas;
        settings = List.copyOf(b.settings);
        databaseOwner = b.databaseOwner;
        published = List.copyOf(b.published);
        defaultPrivileges = List.copyOf(b.defaultPrivileges);
        slowStatements = List.copyOf(b.slowStatements);
        notLeakproof = Set.copyOf(b.notLeakproof);
    }

    /** Puts facts together; what is not given was not read. */
    static final class Builder {
        private final RoleFacts role;
        private final Catalog catalog;
        private NamedColumns columns = NamedColumns.NONE;
        private Roles roles = Roles.NONE;
        private Map<Long, List<CatalogGrant>> grants = Map.of();
        private Set<Long> reachableByColumn = Set.of();
        private TenantKeys keys = TenantKeys.NONE;
        private List<DatabaseFunction> functions = List.of();
        private Map<String, Set<String>> onConflict = Map.of();
        private Set<Long> invokerViews = Set.of();
        private Set<Long> neededViews = Set.of();
        private SchemaFacts schemas = SchemaFacts.NONE;
        private List<SettingDefault> settings = List.of();
        private String databaseOwner = Fix.SUPERUSER;
        private List<PublishedTable> published = List.of();
        private List<DefaultPrivilege> defaultPrivileges = List.of();
        private List<SlowStatement> slowStatements = List.of();
        private Set<String> notLeakproof = Set.of();

        Builder(RoleFacts role, Catalog catalog) {
            this.role = role;
            this.catalog = catalog;
        }

        Builder columns(NamedColumns of) {
            columns = of;
            return this;
        }

        Builder roles(Roles of) {
            roles = of;
            return this;
        }

        Builder grants(Map<Long, List<CatalogGrant>> of, Set<Long> byColumn) {
            grants = of;
            reachableByColumn = byColumn;
            return this;
        }

        Builder keys(TenantKeys of) {
            keys = of;
            return this;
        }

        Builder functions(List<DatabaseFunction> of, Map<String, Set<String>> withOnConflict) {
            functions = of;
            onConflict = withOnConflict;
            return this;
        }

        Builder views(Set<Long> invokers, Set<Long> needed) {
            invokerViews = invokers;
            neededViews = needed;
            return this;
        }

        Builder schemas(SchemaFacts of) {
            schemas = of;
            return this;
        }

        Builder settings(List<SettingDefault> of) {
            settings = of;
            return this;
        }

        Builder databaseOwner(String of) {
            databaseOwner = of;
            return this;
        }

        Builder published(List<PublishedTable> of) {
            published = of;
            return this;
        }

        Builder defaultPrivileges(List<DefaultPrivilege> of) {
            defaultPrivileges = of;
            return this;
        }

        Builder slow(List<SlowStatement> statements, Set<String> operatorsAfterPolicies) {
            slowStatements = statements;
            notLeakproof = operatorsAfterPolicies;
            return this;
        }

        AuditFacts build() {
            return new AuditFacts(this);
        }
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

    /** The role that the facts are about. */
    public RoleFacts role() {
        return role;
    }

    /** Tables, policies and views. */
    public Catalog catalog() {
        return catalog;
    }

    /** Which tables have which tenant columns. */
    NamedColumns columns() {
        return columns;
    }

    Roles roles() {
        return roles;
    }

    TenantKeys keys() {
        return keys;
    }

    SchemaFacts schemas() {
        return schemas;
    }

    List<DatabaseFunction> functions() {
        return functions;
    }

    /** By function that inserts with ON CONFLICT, everything in its body that could be a name. */
    Map<String, Set<String>> onConflict() {
        return onConflict;
    }

    List<PublishedTable> published() {
        return published;
    }

    /** Settings of ALTER ROLE and ALTER DATABASE that hold for this session, and the value of row_security now. */
    List<SettingDefault> settings() {
        return settings;
    }

    /** The owner of the database. */
    String databaseOwner() {
        return databaseOwner;
    }

    /** Default privileges that the connected role will have on new tables. */
    List<DefaultPrivilege> defaultPrivileges() {
        return defaultPrivileges;
    }

    /** Statements that take long; empty where the server does not count them, or the role may not see it. */
    List<SlowStatement> slowStatements() {
        return slowStatements;
    }

    /** Operators that are evaluated after the policies. */
    Set<String> notLeakproof() {
        return notLeakproof;
    }

    /** What the policies lead to. */
    Reach reach() {
        if (reach == null) {
            reach = new Reach(this);
        }
        return reach;
    }

    // ---------------------------------------------------------------- privileges

    /** What the connected role was granted on a relation, by grantee and grantor. */
    List<CatalogGrant> grants(CatalogTable table) {
        return grants.getOrDefault(table.oid(), List.of());
    }

    boolean isGranted(String privilege, CatalogTable table) {
        return grants(table).stream().anyMatch(g -> g.privileges().contains(privilege));
    }

    /** Whether the connected role may do this to the relation. */
    boolean may(String privilege, CatalogTable table) {
        return role.superuser()
                || isGranted(privilege, table)
                || role.roles().contains(privilege.equals("SELECT") ? "pg_read_all_data" : "pg_write_all_data")
                        && READ_AND_WRITE.contains(privilege);
    }

    /** Whether the connected role may read or change any row of the relation, or any column of one. */
    boolean mayUse(CatalogTable table) {
        boolean schema = role.superuser() || schemas.usable().contains(table.schema());
        return schema
                && (reachableByColumn.contains(table.oid())
                        || READ_AND_WRITE.stream().anyMatch(p -> may(p, table)));
    }

    /** Whether a view runs with the rights of who asks. */
    boolean isInvoker(CatalogTable view) {
        return invokerViews.contains(view.oid());
    }

    /** Whether a view is the way in for somebody who may not do himself what it does. */
    boolean isNeeded(CatalogTable view) {
        return neededViews.contains(view.oid());
    }

    // ---------------------------------------------------------------- tables

    /** Protected, or about to be: its policies only wait for row-level security. */
    boolean isGuarded(CatalogTable t) {
        return t.isProtected()
                || !t.policies().isEmpty() && t.protection() != CatalogTable.Protection.EXCLUDED && canHavePolicies(t);
    }

    /** The tables that are protected, and those whose policies only wait for row-level security. */
    List<CatalogTable> guardedTables() {
        return catalog.tables().stream()
                .filter(this::isGuarded)
                .sorted(java.util.Comparator.comparing(CatalogTable::qualifiedName))
                .toList();
    }

    /**
     * The protected tables that can have policies and need their own: rows of a partition or child are reached through
     * its parent, whose policies then hold.
     */
    List<CatalogTable> tablesOfTheirOwn() {
        return catalog.protectedTables().stream()
                .filter(AuditFacts::canHavePolicies)
                .filter(t -> !belowGuarded(t))
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

    /** Tables whose policies are in force, or will be when row-level security is enabled. */
    List<CatalogTable> tablesWithPolicies() {
        return guardedTables().stream().filter(t -> !t.policies().isEmpty()).toList();
    }

    static boolean canHavePolicies(CatalogTable table) {
        return table.kind() == CatalogTable.Kind.TABLE || table.kind() == CatalogTable.Kind.PARTITIONED_TABLE;
    }

    /** Whether a table above it, of which it is a partition or child, is protected by policies, or should be. */
    boolean belowGuarded(CatalogTable table) {
        CatalogTable t = table;
        for (int depth = 0; t != null && t.parent() != null && depth < 100; depth++) {
            t = catalog.table(t.parent());
            if (t != null && isGuarded(t) && canHavePolicies(t)) {
                return true;
            }
        }
        return false;
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

    /** A policy of the table with other expressions, and with the settings that those read. */
    Policy changed(CatalogTable table, Policy policy, String using, String check) {
        Set<String> ofFunctions = new TreeSet<>(policy.gucs());
        ofFunctions.removeAll(directReads(table, policy.using(), policy.check()));
        Set<String> gucs = directReads(table, using, check);
        for (String text : new String[] {using, check}) {
            if (text != null && expression(text, table).callsFunctions()) {
                gucs.addAll(ofFunctions);
            }
        }
        return policy.with(using, check, gucs);
    }

    private Set<String> directReads(CatalogTable table, String... texts) {
        Set<String> gucs = new TreeSet<>();
        for (String text : texts) {
            if (text != null) {
                expression(text, table).reads().forEach(r -> gucs.add(r.guc()));
            }
        }
        return gucs;
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
                            return text != null
                                    && expression(text, table)
                                            .closed(setting(options).bypassGucs());
                        }));
    }

    /** Which setting holds the tenant, and which open the tables. */
    TenantSetting setting(AuditOptions options) {
        TenantSetting known = tenantSettings.get(options);
        if (known == null) {
            known = TenantSetting.of(this, options);
            tenantSettings.put(options, known);
        }
        return known;
    }
}
