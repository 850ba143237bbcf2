package io.tenantwarden.rls.catalog;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The protected tables that a statement touches, as one catalog snapshot sees it. Immutable. */
public final class Resolution {

    /** Nothing protected is touched, and every name is known. */
    public static final Resolution NOTHING = new Resolution(List.of(), List.of(), List.of(), false, false);

    private final List<String> tables;
    private final List<CatalogTable> touched;
    private final List<String> unknown;
    private final boolean assumed;
    private final boolean writes;

    Resolution(List<String> tables, List<CatalogTable> touched, List<String> unknown, boolean assumed, boolean writes) {
        this.tables = tables;
        this.touched = touched;
        this.unknown = unknown;
        this.assumed = assumed;
        this.writes = writes;
    }

    /** The protected tables as {@code schema.table}, sorted; views stand for the tables below them. */
    public List<String> tables() {
        return tables;
    }

    /** The same tables with all that the catalog says of them. */
    public List<CatalogTable> touched() {
        return touched;
    }

    /** Whether a protected table is touched. */
    public boolean touches() {
        return !tables.isEmpty();
    }

    /**
     * Whether {@link #tables()} is a guess to the safe side: the search path is not known and several schemas hold the
     * name, or the statement could not be parsed.
     */
    public boolean assumed() {
        return assumed;
    }

    /**
     * Names that the snapshot does not hold, as the statement spells them after folding: temporary tables, or tables newer
     * than the snapshot.
     */
    public List<String> unknown() {
        return unknown;
    }

    /** The same, and these tables besides, as a guess to the safe side. */
    public Resolution assuming(List<String> more) {
        List<String> all = Stream.concat(tables.stream(), more.stream())
                .distinct()
                .sorted()
                .toList();
        return new Resolution(all, touched, unknown, true, writes);
    }

    /** Whether rows of one of the {@link #tables()} are changed. */
    public boolean writes() {
        return writes;
    }

    /**
     * Whether row-level security filters at least one of the tables.
     *
     * @param roles the names of the current role and of the roles whose privileges it has: {@link RoleFacts#roles()};
     *     superusers and BYPASSRLS are the caller's to ask for, or see {@link #rlsEnforced(RoleFacts)}
     */
    public boolean rlsEnforced(Set<String> roles) {
        for (CatalogTable t : touched) {
            if (t.enforcesFor(roles)) {
                return true;
            }
        }
        return false;
    }

    /** The tables that row-level security filters for this role. */
    public List<CatalogTable> filteredFor(RoleFacts role) {
        return role.bypassesRls()
                ? List.of()
                : touched.stream().filter(t -> t.enforcesFor(role.roles())).toList();
    }

    /** Whether row-level security filters at least one of the tables for this role. */
    public boolean rlsEnforced(RoleFacts role) {
        return !role.bypassesRls() && rlsEnforced(role.roles());
    }

    /** Puts the answers about several relations together. Used by one thread. */
    static final class Union {

        private final Set<Resolution> added = Collections.newSetFromMap(new IdentityHashMap<>());
        private final TreeMap<String, CatalogTable> touched = new TreeMap<>();
        private final Set<String> unknown = new TreeSet<>();
        private boolean assumed;
        private boolean writes;

        void add(Resolution r) {
            if (!added.add(r)) {
                return;
            }
            for (CatalogTable t : r.touched()) {
                touched.put(t.qualifiedName(), t);
            }
            unknown.addAll(r.unknown());
            assumed |= r.assumed();
            writes |= r.writes();
        }

        /** The union, as a guess to the safe side. */
        Resolution assumed() {
            assumed = true;
            return result();
        }

        Resolution result() {
            if (touched.isEmpty() && unknown.isEmpty()) {
                return NOTHING;
            }
            return new Resolution(
                    List.copyOf(touched.keySet()),
                    List.copyOf(touched.values()),
                    List.copyOf(unknown),
                    assumed && !touched.isEmpty(),
                    writes);
        }
    }
}
