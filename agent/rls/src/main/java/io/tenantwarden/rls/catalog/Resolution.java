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
    private final Behind behind;

    /** What a statement reaches that its text does not name. */
    private record Behind(
            List<String> functions,
            List<FunctionExit> exits,
            List<String> opaque,
            List<String> unknown,
            List<String> changed,
            List<String> kept) {

        static final Behind NOTHING = new Behind(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    Resolution(List<String> tables, List<CatalogTable> touched, List<String> unknown, boolean assumed, boolean writes) {
        this(tables, touched, unknown, assumed, writes, Behind.NOTHING);
    }

    private Resolution(
            List<String> tables,
            List<CatalogTable> touched,
            List<String> unknown,
            boolean assumed,
            boolean writes,
            Behind behind) {
        this.behind = behind;
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
        return new Resolution(all, touched, unknown, true, writes, behind);
    }

    /**
     * Of what lies behind functions and triggers.
     *
     * @param functions what leads to the tables, in words
     * @param unknownFunctions names of functions that the snapshot does not hold
     * @param changed settings of the application that the bodies change
     * @param kept those of them that keep their value beyond the transaction
     */
    static Resolution behind(
            List<CatalogTable> touched,
            boolean assumed,
            boolean writes,
            List<String> functions,
            List<FunctionExit> exits,
            List<String> opaque,
            List<String> unknownFunctions,
            List<String> changed,
            List<String> kept) {
        if (touched.isEmpty()
                && exits.isEmpty()
                && opaque.isEmpty()
                && unknownFunctions.isEmpty()
                && changed.isEmpty()) {
            return NOTHING;
        }
        return new Resolution(
                touched.stream().map(CatalogTable::qualifiedName).toList(),
                touched,
                List.of(),
                assumed,
                writes,
                new Behind(functions, exits, opaque, unknownFunctions, changed, kept));
    }

    /** The same, and what lies behind the functions and triggers of the statement. */
    public Resolution with(Resolution functions) {
        if (functions == NOTHING) {
            return this;
        }
        TreeMap<String, CatalogTable> reached = new TreeMap<>();
        touched.forEach(t -> reached.put(t.qualifiedName(), t));
        functions.touched.forEach(t -> reached.put(t.qualifiedName(), t));
        List<String> names = Stream.concat(tables.stream(), functions.tables.stream())
                .distinct()
                .sorted()
                .toList();
        Behind its = functions.behind;
        boolean more = names.size() > tables.size();
        Set<String> all = new TreeSet<>(behind.functions());
        all.addAll(more ? its.functions() : List.of());
        return new Resolution(
                names,
                List.copyOf(reached.values()),
                unknown,
                assumed || more && functions.assumed,
                writes || functions.writes,
                new Behind(List.copyOf(all), its.exits(), its.opaque(), its.unknown(), its.changed(), its.kept()));
    }

    /** The same, where something besides the text of the statement leads to some of the tables. */
    Resolution through(String function) {
        return new Resolution(
                tables,
                touched,
                unknown,
                assumed,
                writes,
                new Behind(
                        List.of(function),
                        behind.exits(),
                        behind.opaque(),
                        behind.unknown(),
                        behind.changed(),
                        behind.kept()));
    }

    /** The same, where what lies behind {@link #exits()} counts as touched too. */
    public Resolution withExits(Catalog catalog) {
        TreeMap<String, CatalogTable> all = new TreeMap<>();
        touched.forEach(t -> all.put(t.qualifiedName(), t));
        Set<String> functions = new TreeSet<>(behind.functions());
        for (FunctionExit exit : behind.exits()) {
            functions.add("function " + exit.function());
            for (String table : exit.tables()) {
                all.put(table, catalog.table(table));
            }
        }
        return behind(
                List.copyOf(all.values()),
                assumed,
                writes,
                List.copyOf(functions),
                behind.exits(),
                behind.opaque(),
                behind.unknown(),
                behind.changed(),
                behind.kept());
    }

    /**
     * The functions and triggers that lead to those of the {@link #tables()} that the statement does not name, in words;
     * empty when it names them all.
     */
    public List<String> functions() {
        return behind.functions();
    }

    /** The SECURITY DEFINER functions that are called, of owners whom policies do not filter, and what they reach. */
    public List<FunctionExit> exits() {
        return behind.exits();
    }

    /** The functions that are called of which the text does not say everything that they run, as {@code schema.name(types)}. */
    public List<String> opaque() {
        return behind.opaque();
    }

    /** Names of functions that the snapshot does not hold: such as are newer. */
    public List<String> unknownFunctions() {
        return behind.unknown();
    }

    /** Settings of the application that the functions and triggers change, in lower case, as far as their text names them. */
    public List<String> changedSettings() {
        return behind.changed();
    }

    /** Those of the {@link #changedSettings()} that keep their value beyond the transaction. */
    public List<String> keptSettings() {
        return behind.kept();
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
        private final Set<String> functions = new TreeSet<>();
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
            functions.addAll(r.functions());
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
                    writes,
                    functions.isEmpty()
                            ? Behind.NOTHING
                            : new Behind(
                                    List.copyOf(functions), List.of(), List.of(), List.of(), List.of(), List.of()));
        }
    }
}
