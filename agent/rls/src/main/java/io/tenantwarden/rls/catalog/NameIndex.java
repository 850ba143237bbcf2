package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Relation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the names of a snapshot's relations mean, with the answers prepared. Immutable and thread-safe. */
final class NameIndex {

    private final Map<String, Entry[]> byName;
    private final Set<Long> visible;

    /** A name of the snapshot, with the answers about it prepared. */
    private record Entry(long oid, String schema, Resolution read, Resolution write) {

        Resolution resolution(boolean writes) {
            return writes ? write : read;
        }
    }

    /**
     * @param byOid the same by object id
     * @param reads as {@link CatalogRelations#reads}
     * @param rules as {@link CatalogRelations#rules}
     * @param visible of an index of a few names, those that an unqualified name means; null when the search path says that
     */
    NameIndex(
            List<CatalogTable> all,
            Map<Long, CatalogTable> byOid,
            Map<Long, Set<Long>> reads,
            Map<Long, Set<Long>> rules,
            Set<Long> visible) {
        this.visible = visible;
        byName = new HashMap<>(all.size() * 2);
        for (CatalogTable t : all) {
            Entry entry = Catalog.isSystem(t.schema())
                    ? new Entry(t.oid(), t.schema(), Resolution.NOTHING, Resolution.NOTHING)
                    : entry(t, byOid, reads, rules);
            byName.merge(t.name(), new Entry[] {entry}, NameIndex::concat);
        }
    }

    private static Entry[] concat(Entry[] a, Entry[] b) {
        Entry[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** The protected tables that are touched with a relation: itself and, transitively, everything below. */
    static TreeMap<String, CatalogTable> below(
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

    private static Entry entry(
            CatalogTable t, Map<Long, CatalogTable> byOid, Map<Long, Set<Long>> reads, Map<Long, Set<Long>> rules) {
        TreeMap<String, CatalogTable> read = below(t, byOid, List.of(reads));
        TreeMap<String, CatalogTable> written = rules.isEmpty() ? read : below(t, byOid, List.of(reads, rules));
        Resolution write = resolution(written, true);
        return new Entry(
                t.oid(),
                t.schema(),
                resolution(read, false),
                written.size() > read.size() ? write.through("rule of " + t.qualifiedName()) : write);
    }

    private static Resolution resolution(TreeMap<String, CatalogTable> touched, boolean writes) {
        return touched.isEmpty()
                ? Resolution.NOTHING
                : new Resolution(
                        List.copyOf(touched.keySet()), List.copyOf(touched.values()), List.of(), false, writes);
    }

    /** Whether it is one of the system's own. */
    boolean isSystem(Relation r, List<String> searchPath) {
        if (r.schema() != null) {
            return Catalog.isSystem(r.schema());
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
    Resolution resolveAnywhere(Relation r) {
        Entry[] entries = r.schema() == null && !r.creates() ? byName.get(r.name()) : null;
        return entries == null ? resolve(r, null) : anySchema(entries, r);
    }

    /**
     * The object ids of the relations that a name may mean; none where the statement creates it, or the snapshot does not hold it.
     *
     * @param searchPath schemas of unqualified names; null when not known
     */
    List<Long> meant(Relation r, List<String> searchPath) {
        Entry[] entries = r.creates() ? null : byName.get(r.name());
        if (entries == null) {
            return List.of();
        }
        if (r.schema() != null) {
            Entry entry = find(entries, r.schema());
            return entry == null ? List.of() : List.of(entry.oid());
        }
        if (searchPath == null) {
            return Arrays.stream(entries).map(Entry::oid).toList();
        }
        for (String schema : searchPath) {
            Entry entry = find(entries, schema);
            if (entry != null) {
                return List.of(entry.oid());
            }
        }
        return List.of();
    }

    /** The protected tables that are touched with it. */
    Resolution resolve(Relation r, List<String> searchPath) {
        if (r.creates()) {
            return Resolution.NOTHING;
        }
        Entry[] entries = byName.get(r.name());
        if (r.schema() != null) {
            Entry entry = find(entries, r.schema());
            if (entry != null) {
                return entry.resolution(r.write());
            }
            return Catalog.isSystem(r.schema()) ? Resolution.NOTHING : unknown(r);
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
                if (e.schema().equals(schema) || temporary && Catalog.isTemporary(e.schema())) {
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

    /** The same of several. */
    Resolution union(List<Relation> relations, List<String> searchPath) {
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
}
