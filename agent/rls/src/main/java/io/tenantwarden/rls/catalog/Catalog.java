package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private final Map<String, Entry[]> byName;
    private final Map<String, CatalogTable> byQualifiedName;
    private final Resolution everything;
    private final int rlsCount;
    private final int forceCount;
    private final Map<String, Integer> policiesByGuc;
    private final Map<Long, CatalogTable> byOid;
    private final Map<Long, Set<Long>> reads;
    private final List<String> unreadPolicies;
    private final TenantFields tenantFields;
    // of a few names only: those that an unqualified name means; null in a snapshot of everything
    private final Set<Long> visible;

    /** A name of the snapshot, with the answers about it prepared. */
    private record Entry(long oid, String schema, Resolution read, Resolution write) {

        Resolution resolution(boolean writes) {
            return writes ? write : read;
        }
    }

    /**
     * @param reads by oid: the relations below a view, or the children of a table that is not protected itself
     * @param rules by oid: the relations that a rule uses when the key is changed
     * @param unreadPolicies {@code schema.table} of the tables that have policies which could not be read in full
     * @param viewColumns the columns of views that show a tenant column: {@link ViewColumns}
     */
    Catalog(
            String database,
            int serverVersion,
            List<CatalogTable> all,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules,
            List<String> unreadPolicies,
            Map<Long, Long> viewColumns) {
        this(database, serverVersion, all, reads, rules, unreadPolicies, viewColumns, null);
    }

    private Catalog(
            String database,
            int serverVersion,
            List<CatalogTable> all,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules,
            List<String> unreadPolicies,
            Map<Long, Long> viewColumns,
            Set<Long> visible) {
        this.visible = visible;
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
        byName = index(all, byOid, reads, rules);
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
                null, 0, relations.tables(), relations.reads(), relations.rules(), List.of(), Map.of(), visible);
    }

    private static Map<String, Entry[]> index(
            List<CatalogTable> all,
            Map<Long, CatalogTable> byOid,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules) {
        Map<String, Entry[]> index = new HashMap<>(all.size() * 2);
        for (CatalogTable t : all) {
            Entry entry = isSystem(t.schema())
                    ? new Entry(t.oid(), t.schema(), Resolution.NOTHING, Resolution.NOTHING)
                    : new Entry(
                            t.oid(),
                            t.schema(),
                            resolution(below(t, byOid, List.of(reads)), false),
                            resolution(below(t, byOid, List.of(reads, rules)), true));
            index.merge(t.name(), new Entry[] {entry}, Catalog::concat);
        }
        return index;
    }

    private static Entry[] concat(Entry[] a, Entry[] b) {
        Entry[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** The protected tables that are touched with a relation: itself and, transitively, everything below. */
    private static TreeMap<String, CatalogTable> below(
            CatalogTable top, Map<Long, CatalogTable> byOid, List<Map<Long, Set<Long>>> edges) {
        TreeMap<String, CatalogTable> touched = new TreeMap<>();
        Set<Long> seen = new HashSet<>();
        List<CatalogTable> queue = new ArrayList<>();
        seen.add(top.oid());
        queue.add(top);
        for (int i = 0; i < queue.size(); i++) {
            CatalogTable t = queue.get(i);
            if (t.isProtected()) {
                touched.put(t.qualifiedName(), t);
            }
            for (Map<Long, Set<Long>> edge : edges) {
                for (Long next : edge.getOrDefault(t.oid(), Set.of())) {
                    CatalogTable n = byOid.get(next);
                    if (n != null && seen.add(next)) {
                        queue.add(n);
                    }
                }
            }
        }
        return touched;
    }

    private static Resolution resolution(TreeMap<String, CatalogTable> touched, boolean writes) {
        return touched.isEmpty()
                ? Resolution.NOTHING
                : new Resolution(
                        List.copyOf(touched.keySet()), List.copyOf(touched.values()), List.of(), false, writes);
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

    /** The protected tables below a view, at any depth, sorted. */
    public List<CatalogTable> protectedBelow(CatalogTable view) {
        return List.copyOf(below(view, byOid, List.of(reads)).values());
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
            case 1 -> resolve(relations.get(0), searchPath);
            default -> union(relations, searchPath);
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
            if (r.creates() || !isSystem(r, searchPath)) {
                return false;
            }
        }
        return statement.parsed() && !relations.isEmpty();
    }

    private boolean isSystem(Relation r, List<String> searchPath) {
        if (r.schema() != null) {
            return isSystem(r.schema());
        }
        Entry[] entries = byName.get(r.name());
        if (find(entries, "pg_catalog") == null) {
            return false;
        }
        if (searchPath == null) {
            return entries.length == 1;
        }
        for (String schema : searchPath) {
            if (schema.equals("pg_catalog")) {
                return true;
            }
            if (find(entries, schema) != null) {
                return false;
            }
        }
        return true;
    }

    /** As {@link #resolve}, where an unqualified name may come to mean a relation of any schema. */
    public Resolution resolveAnywhere(SqlStatement statement) {
        if (!statement.parsed()) {
            return everything;
        }
        Resolution.Union union = new Resolution.Union();
        for (Relation r : statement.relations()) {
            Entry[] entries = r.schema() == null && !r.creates() ? byName.get(r.name()) : null;
            union.add(entries == null ? resolve(r, null) : anySchema(entries, r));
        }
        return union.result();
    }

    private Resolution resolve(Relation r, List<String> searchPath) {
        if (r.creates()) {
            return Resolution.NOTHING;
        }
        Entry[] entries = byName.get(r.name());
        if (r.schema() != null) {
            Entry entry = find(entries, r.schema());
            if (entry != null) {
                return entry.resolution(r.write());
            }
            return isSystem(r.schema()) ? Resolution.NOTHING : unknown(r);
        }
        if (entries == null) {
            return unknown(r);
        }
        if (visible != null) {
            return visible(entries, r);
        }
        return searchPath == null ? anySchema(entries, r) : firstOnPath(entries, r, searchPath);
    }

    private static Entry find(Entry[] entries, String schema) {
        if (entries != null) {
            boolean temporary = schema.equals("pg_temp");
            for (Entry e : entries) {
                if (e.schema().equals(schema) || temporary && isTemporary(e.schema())) {
                    return e;
                }
            }
        }
        return null;
    }

    private Resolution visible(Entry[] entries, Relation r) {
        for (Entry e : entries) {
            if (visible.contains(e.oid())) {
                return e.resolution(r.write());
            }
        }
        return unknown(r);
    }

    private static Resolution firstOnPath(Entry[] entries, Relation r, List<String> searchPath) {
        if (!searchPath.contains("pg_catalog") && find(entries, "pg_catalog") != null) {
            return Resolution.NOTHING;
        }
        for (int i = 0; i < searchPath.size(); i++) {
            Entry e = find(entries, searchPath.get(i));
            if (e != null) {
                return e.resolution(r.write());
            }
        }
        return unknown(r);
    }

    private static Resolution anySchema(Entry[] entries, Relation r) {
        if (entries.length == 1) {
            return entries[0].resolution(r.write());
        }
        Resolution.Union union = new Resolution.Union();
        for (Entry e : entries) {
            union.add(e.resolution(r.write()));
        }
        return union.assumed();
    }

    private static Resolution unknown(Relation r) {
        return new Resolution(List.of(), List.of(), List.of(r.toString()), false, false);
    }

    private Resolution union(List<Relation> relations, List<String> searchPath) {
        Resolution only = Resolution.NOTHING;
        Resolution.Union union = null;
        for (Relation r : relations) {
            Resolution next = resolve(r, searchPath);
            if (next == Resolution.NOTHING || next == only) {
                continue;
            }
            if (only == Resolution.NOTHING) {
                only = next;
                continue;
            }
            if (union == null) {
                union = new Resolution.Union();
                union.add(only);
            }
            union.add(next);
        }
        return union == null ? only : union.result();
    }

    static boolean isSystem(String schema) {
        return schema.equals("pg_catalog") || schema.equals("information_schema") || schema.startsWith("pg_toast");
    }

    /** {@code pg_temp}, as statements may call it, or {@code pg_temp_3}, which it stands for. */
    static boolean isTemporary(String schema) {
        return schema.startsWith("pg_temp");
    }
}
