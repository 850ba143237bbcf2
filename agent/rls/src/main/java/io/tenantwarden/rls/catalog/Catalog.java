package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a database's own catalog says about tables, policies and views: a snapshot. Immutable and thread-safe.
 *
 * <p>Relations of {@code pg_catalog} and {@code information_schema} are known but never protected; those of
 * {@code pg_toast} and of temporary schemas are not in it.
 */
public final class Catalog {

    private final String database;
    private final int serverVersion;
    private final List<CatalogTable> tables;
    private final List<CatalogTable> protectedTables;
    private final NameIndex names;
    private final Map<String, CatalogTable> byQualifiedName;
    private final Resolution everything;
    private final int rlsCount;
    private final int forceCount;
    private final Map<String, Integer> policiesByGuc;
    private final Map<Long, CatalogTable> byOid;
    private final Map<Long, Set<Long>> reads;
    private final Map<Long, Set<Long>> rules;
    private final Routines routines;
    private final List<String> unreadPolicies;
    private final TenantFields tenantFields;

    /**
     * @param reads by oid: the relations below a view, or the children of a table that is not protected itself
     * @param rules by oid: the relations that a rule uses when the key is changed
     * @param routines the functions and what calls them
     * @param unreadPolicies {@code schema.table} of the tables that have policies which could not be read in full
     * @param viewColumns the columns of views that show a tenant column: {@link ViewColumns}
     */
    Catalog(
            String database,
            int serverVersion,
            List<CatalogTable> all,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules,
            Routines routines,
            List<String> unreadPolicies,
            Map<Long, Long> viewColumns) {
        this(database, serverVersion, all, reads, rules, routines, unreadPolicies, viewColumns, null);
    }

    private Catalog(
            String database,
            int serverVersion,
            List<CatalogTable> all,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules,
            Routines routines,
            List<String> unreadPolicies,
            Map<Long, Long> viewColumns,
            Set<Long> visible) {
        this.rules = rules;
        this.routines = routines;
        this.unreadPolicies = unreadPolicies;
        this.database = database;
        this.serverVersion = serverVersion;
        List<CatalogTable> user = new ArrayList<>();
        List<CatalogTable> guarded = new ArrayList<>();
        byOid = new HashMap<>();
        this.reads = reads;
        Map<String, CatalogTable> qualified = new HashMap<>();
        Map<String, Integer> gucs = new TreeMap<>();
        int rls = 0;
        int force = 0;
        for (CatalogTable t : all) {
            byOid.put(t.oid(), t);
            if (isSystem(t.schema()) || isTemporary(t.schema())) {
                continue;
            }
            user.add(t);
            qualified.put(t.qualifiedName(), t);
            if (t.isProtected()) {
                guarded.add(t);
                rls += t.rls() ? 1 : 0;
                force += t.rls() && t.forced() ? 1 : 0;
            }
            for (Policy p : t.policies()) {
                for (String guc : p.gucs()) {
                    gucs.merge(guc, 1, Integer::sum);
                }
            }
        }
        guarded.sort((a, b) -> a.qualifiedName().compareTo(b.qualifiedName()));
        tables = Collections.unmodifiableList(user);
        protectedTables = Collections.unmodifiableList(guarded);
        byQualifiedName = qualified;
        rlsCount = rls;
        forceCount = force;
        policiesByGuc = gucs;
        tenantFields = new TenantFields(byOid, viewColumns);
        names = new NameIndex(all, byOid, reads, rules, visible);
        everything = guarded.isEmpty()
                ? Resolution.NOTHING
                : new Resolution(
                        guarded.stream().map(CatalogTable::qualifiedName).toList(),
                        protectedTables,
                        List.of(),
                        true,
                        true);
    }

    /**
     * Reads the catalog with a handful of set-based queries that any role may run, PostgreSQL 13 and later. Works in
     * autocommit and in a transaction, changes nothing on the connection; with autocommit off and no transaction open it
     * begins one, as every query does. Every text begins with the comment {@code tenant-warden}.
     *
     * <p>It does not wait for tables that another session has locked: their policies are in the snapshot without
     * expressions ({@link #unreadPolicies}).
     *
     * @throws SQLException what the driver says
     */
    public static Catalog read(Connection c, CatalogOptions options) throws SQLException {
        return new CatalogReader(c, options).read();
    }

    /**
     * Asks the server for the relations of these names, as they are for this connection at this moment: temporary ones and
     * what its open transaction has changed included, under the search path that holds now. One query of ours, by indexes.
     * The result knows nothing but these names and what lies below them, and no policies; {@link #resolve} does not look at
     * a search path.
     *
     * @throws SQLException what the driver says
     */
    public static Catalog readNamed(Connection c, CatalogOptions options, Collection<Relation> names)
            throws SQLException {
        return NamedRelations.read(c, options, names);
    }

    static Catalog ofNames(CatalogRelations relations, Set<Long> visible) {
        return new Catalog(
                null,
                0,
                relations.tables(),
                relations.reads(),
                relations.rules(),
                Routines.NONE,
                List.of(),
                Map.of(),
                visible);
    }

    /** {@code current_database()}. */
    public String database() {
        return database;
    }

    /** {@code server_version_num}, for instance 180006. */
    public int serverVersion() {
        return serverVersion;
    }

    /** All relations but those of the system. */
    public List<CatalogTable> tables() {
        return tables;
    }

    /** The protected ones, sorted by {@code schema.table}. */
    public List<CatalogTable> protectedTables() {
        return protectedTables;
    }

    /** The same, as {@code schema.table}. */
    public List<String> protectedNames() {
        return everything.tables();
    }

    /** The relation of that name; null when there is none. */
    public CatalogTable table(String schema, String name) {
        return byQualifiedName.get(schema + "." + name);
    }

    /** The relation of that {@code schema.table}, without quotes; null when there is none. */
    public CatalogTable table(String qualifiedName) {
        return byQualifiedName.get(qualifiedName);
    }

    /** The relation of that object id, those of the system included; null when there is none. */
    public CatalogTable table(long oid) {
        return byOid.get(oid);
    }

    /** The columns that hold tenants, of views too. */
    public TenantFields tenantFields() {
        return tenantFields;
    }

    /**
     * Whether a table or one of its partitions and children may have rows: false only when the server's statistics say of each that it
     * is empty.
     */
    public boolean mayHaveRows(CatalogTable table) {
        return mayHaveRows(table, new HashSet<>());
    }

    private boolean mayHaveRows(CatalogTable table, Set<Long> seen) {
        boolean own = table.kind() != CatalogTable.Kind.PARTITIONED_TABLE && table.estimatedRows() != 0;
        if (own || !seen.add(table.oid())) {
            return own;
        }
        for (String name : table.children()) {
            CatalogTable child = byQualifiedName.get(name);
            if (child == null || mayHaveRows(child, seen)) {
                return true;
            }
        }
        return false;
    }

    /** A table as what a statement touches that only reads. */
    public static Resolution touching(CatalogTable table) {
        return new Resolution(List.of(table.qualifiedName()), List.of(table), List.of(), false, false);
    }

    /** The relations that a view's query names, and the children of a table that is not protected itself. */
    public List<CatalogTable> reads(CatalogTable view) {
        List<CatalogTable> below = new ArrayList<>();
        for (Long oid : reads.getOrDefault(view.oid(), Set.of())) {
            CatalogTable t = byOid.get(oid);
            if (t != null) {
                below.add(t);
            }
        }
        return below;
    }

    /** The relations that rules for changes of a relation use. */
    List<CatalogTable> ruleUses(CatalogTable relation) {
        return rules.getOrDefault(relation.oid(), Set.of()).stream()
                .map(byOid::get)
                .filter(Objects::nonNull)
                .toList();
    }

    /** As {@link NameIndex#meant}. */
    List<CatalogTable> meant(Relation r, List<String> searchPath) {
        return names.meant(r, searchPath).stream().map(byOid::get).toList();
    }

    /**
     * What lies behind the functions that a statement calls, the triggers that it fires and the DO blocks in it, whether or
     * not it names the same tables itself: {@link Resolution#functions()}, {@link Resolution#exits()},
     * {@link Resolution#opaque()} say more.
     *
     * @param searchPath as in {@link #resolve}
     * @param newer functions that count in place of the snapshot's; null when there are none
     */
    public Resolution behind(SqlStatement statement, List<String> searchPath, NamedFunctions newer) {
        return (newer == null ? routines : newer.routines()).behind(this, statement, searchPath);
    }

    Routines routines() {
        return routines;
    }

    /** The protected tables below a view, at any depth, sorted. */
    public List<CatalogTable> protectedBelow(CatalogTable view) {
        return List.copyOf(NameIndex.below(view, byOid, List.of(reads)).values());
    }

    /** Whether no table is protected: the database is to be left alone. */
    public boolean isEmpty() {
        return protectedTables.isEmpty();
    }

    public int protectedCount() {
        return protectedTables.size();
    }

    /** How many protected tables have row-level security enabled. */
    public int rlsCount() {
        return rlsCount;
    }

    /** How many of those force it on their owner. */
    public int forceCount() {
        return forceCount;
    }

    /** How many policies read that setting with {@code current_setting}; letter case does not matter. */
    public int policiesMentioning(String guc) {
        return policiesByGuc.getOrDefault(guc.toLowerCase(Locale.ROOT), 0);
    }

    /** The settings that policies read, in lower case, sorted. */
    public Set<String> gucsInPolicies() {
        return Collections.unmodifiableSet(policiesByGuc.keySet());
    }

    /**
     * The tables, {@code schema.table}, sorted, of whose policies another session's locks kept expressions or the functions
     * that they call from being read. Everything else about these tables is known.
     */
    public List<String> unreadPolicies() {
        return unreadPolicies;
    }

    /**
     * The protected tables that a statement touches. A statement that could not be parsed touches them all; a catalog
     * {@link #readNamed of a few names} does not know all, and is not to be asked about such a one.
     *
     * @param searchPath the connection's schemas in order, as {@link RoleFacts#searchPath()}; null when not known
     */
    public Resolution resolve(SqlStatement statement, List<String> searchPath) {
        if (!statement.parsed()) {
            return everything;
        }
        List<Relation> relations = statement.relations();
        return switch (relations.size()) {
            case 0 -> Resolution.NOTHING;
            case 1 -> names.resolve(relations.get(0), searchPath);
            default -> names.union(relations, searchPath);
        };
    }

    /**
     * Whether all relations that a statement names are the system's own: what drivers and tools ask of types, tables and keys.
     *
     * @param searchPath as in {@link #resolve}
     * @return false also when it names none
     */
    public boolean namesSystemOnly(SqlStatement statement, List<String> searchPath) {
        List<Relation> relations = statement.relations();
        for (Relation r : relations) {
            if (r.creates() || !names.isSystem(r, searchPath)) {
                return false;
            }
        }
        return statement.parsed() && !relations.isEmpty();
    }

    /** As {@link #resolve}, where an unqualified name may come to mean a relation of any schema. */
    public Resolution resolveAnywhere(SqlStatement statement) {
        if (!statement.parsed()) {
            return everything;
        }
        Resolution.Union union = new Resolution.Union();
        for (Relation r : statement.relations()) {
            union.add(names.resolveAnywhere(r));
        }
        return union.result();
    }

    static boolean isSystem(String schema) {
        return schema.equals("pg_catalog") || schema.equals("information_schema") || schema.startsWith("pg_toast");
    }

    /** {@code pg_temp}, as statements may call it, or {@code pg_temp_3}, which it stands for. */
    static boolean isTemporary(String schema) {
        return schema.startsWith("pg_temp");
    }
}
