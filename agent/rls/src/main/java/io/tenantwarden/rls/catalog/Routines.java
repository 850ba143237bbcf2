package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.FunctionCall;
import io.tenantwarden.rls.sql.Program;
import io.tenantwarden.rls.sql.Relation;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The functions of a snapshot, and which protected tables lie behind those that a statement calls, by name or because of what
 * it reads and writes. Thread-safe; bodies are read when a statement first leads to them.
 *
 * <p>A call means the functions of its name that take as many arguments, in the schemas of the search path; where none does,
 * all of that name. Casts, operators and checks of domains are not followed.
 */
final class Routines {

    static final Routines NONE = new Routines(List.of(), RoutineUses.NONE, Set.of());

    private final Map<String, List<Routine>> byName = new HashMap<>();
    private final Map<Long, Routine> byOid = new HashMap<>();
    private final RoutineUses uses;
    private final Set<String> builtIn;

    /** @param builtIn the names of the system's own functions */
    Routines(Collection<Routine> routines, RoutineUses uses, Set<String> builtIn) {
        this.uses = uses;
        this.builtIn = builtIn;
        for (Routine routine : routines) {
            byOid.put(routine.oid, routine);
            byName.computeIfAbsent(routine.name, k -> new ArrayList<>(1)).add(routine);
        }
    }

    /** The same, where these take the place of all of the same names. */
    Routines with(Collection<String> names, Collection<Routine> newer) {
        Map<Long, Routine> all = new HashMap<>(byOid);
        all.values().removeIf(routine -> names.contains(routine.name));
        newer.forEach(routine -> all.put(routine.oid, routine));
        Set<String> known = new HashSet<>(builtIn);
        known.addAll(names);
        return new Routines(all.values(), uses, known);
    }

    RoutineUses uses() {
        return uses;
    }

    /** Null when there is none, or it is the system's. */
    Routine byOid(long oid) {
        return byOid.get(oid);
    }

    /** Whether it is the name of a function of the system's. */
    boolean isBuiltIn(String name) {
        return builtIn.contains(name);
    }

    /** Whether nothing is known of that name, though something may have it by now. */
    boolean isUnknown(FunctionCall call) {
        return this != NONE && !byName.containsKey(call.name()) && !builtIn.contains(call.name());
    }

    /**
     * The functions that a call may mean.
     *
     * @param searchPath schemas of unqualified names; null when not known
     */
    List<Routine> meant(FunctionCall call, List<String> searchPath) {
        List<Routine> named = byName.get(call.name());
        if (named == null) {
            return List.of();
        }
        List<Routine> found = new ArrayList<>(1);
        List<Routine> fitting = new ArrayList<>(1);
        for (Routine routine : named) {
            boolean inReach = call.schema() != null
                    ? call.schema().equals(routine.schema)
                            || call.schema().equals("pg_temp") && Catalog.isTemporary(routine.schema)
                    : searchPath == null || searchPath.contains(routine.schema);
            if (inReach && !isHidden(routine, named, call, searchPath)) {
                found.add(routine);
                if (routine.accepts(call)) {
                    fitting.add(routine);
                }
            }
        }
        return fitting.isEmpty() ? found : fitting;
    }

    /** Whether one of the same arguments stands earlier in the path (PostgreSQL manual, "Function Type Resolution"). */
    private static boolean isHidden(Routine routine, List<Routine> named, FunctionCall call, List<String> searchPath) {
        if (call.schema() != null || searchPath == null) {
            return false;
        }
        int own = searchPath.indexOf(routine.schema);
        for (Routine other : named) {
            int place = searchPath.indexOf(other.schema);
            if (place >= 0 && place < own && other.argumentTypes.equals(routine.argumentTypes)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What lies behind the functions that a statement calls, the triggers that it fires and the DO blocks in it.
     *
     * @param catalog the snapshot that this is part of
     * @param searchPath schemas of unqualified names; null when not known
     * @return {@link Resolution#NOTHING} when nothing does; its tables are those of the bodies alone
     */
    Resolution behind(Catalog catalog, SqlStatement statement, List<String> searchPath) {
        List<Program> programs = statement.programs();
        if (byOid.isEmpty() && programs.isEmpty() && statement.calls().isEmpty() || !statement.parsed()) {
            return Resolution.NOTHING;
        }
        RoutineWalk walk = new RoutineWalk(catalog, this, searchPath);
        for (FunctionCall call : statement.calls()) {
            walk.call(call);
        }
        for (Program program : programs) {
            walk.block(program);
        }
        for (Relation relation : statement.relations()) {
            walk.named(relation, statement.events(relation));
        }
        return walk.result();
    }
}
