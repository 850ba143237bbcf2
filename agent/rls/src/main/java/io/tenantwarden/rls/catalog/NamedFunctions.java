package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.FunctionCall;
import io.tenantwarden.rls.sql.Program;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The functions of a few names as they are at one moment for one connection, and those that they call: for what a snapshot
 * does not hold, or holds no longer. Immutable and thread-safe.
 */
public final class NamedFunctions {

    /** Functions that call functions: as far as they are asked for. */
    private static final int CALL_DEPTH = 4;

    private final Routines routines;
    private final boolean foundAll;
    private final boolean foundAny;

    private NamedFunctions(Routines routines, boolean foundAll, boolean foundAny) {
        this.routines = routines;
        this.foundAll = foundAll;
        this.foundAny = foundAny;
    }

    /**
     * Asks the server: one query for each step from caller to called, and one for the owners.
     *
     * @param catalog the snapshot whose functions count for all other names
     * @throws SQLException what the driver says
     */
    public static NamedFunctions read(Connection c, Catalog catalog, Set<String> names) throws SQLException {
        RoutineReader reader = new RoutineReader(c, catalog.serverVersion());
        reader.readOwners();
        Set<String> asked = new HashSet<>();
        Set<String> found = new HashSet<>();
        List<Routine> routines = new ArrayList<>();
        Set<String> wanted = new TreeSet<>(names);
        for (int depth = 0; depth < CALL_DEPTH && !wanted.isEmpty(); depth++) {
            List<Routine> next = reader.named(wanted);
            asked.addAll(wanted);
            wanted.clear();
            for (Routine routine : next) {
                found.add(routine.name);
                routines.add(routine);
                Program program = routine.program();
                if (program != null) {
                    add(program.calls(), catalog.routines(), wanted);
                }
            }
            wanted.removeAll(asked);
        }
        return new NamedFunctions(catalog.routines().with(asked, routines), found.containsAll(names), !found.isEmpty());
    }

    /** The names of the functions that a statement calls itself, without the system's. */
    public static Set<String> calledBy(SqlStatement statement, Catalog catalog) {
        Set<String> names = new TreeSet<>();
        add(statement.calls(), catalog.routines(), names);
        for (Program program : statement.programs()) {
            add(program.calls(), catalog.routines(), names);
        }
        return names;
    }

    private static void add(Set<FunctionCall> calls, Routines known, Set<String> names) {
        for (FunctionCall call : calls) {
            if (!known.isBuiltIn(call.name())) {
                names.add(call.name());
            }
        }
    }

    /** Whether there is a function for each name that was asked for. */
    public boolean foundAll() {
        return foundAll;
    }

    /** Whether there is one for any of them. */
    public boolean foundAny() {
        return foundAny;
    }

    Routines routines() {
        return routines;
    }
}
