package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.FunctionCall;
import io.tenantwarden.rls.sql.Program;
import java.util.List;

/**
 * A function, procedure or aggregate of the database. Its body is read when it is first asked for. Thread-safe; what it says
 * never changes.
 */
final class Routine {

    /** {@code proc} that takes any number of arguments: VARIADIC, and what is not counted the way calls are written. */
    static final int ANY_NUMBER = Integer.MAX_VALUE;

    final long oid;
    final String schema;
    final String name;
    final String argumentTypes;
    /** Who it runs as; null when it is whoever calls it. */
    final RoutineOwner definer;
    /** Its own search path, as the setting is written; null when it has none. */
    final String searchPath;
    /** Settings that it has a value of its own for. */
    final List<String> settings;
    /** Whether its body is kept parsed, so that the server says what it depends on. */
    final boolean atomic;
    /** Whether such a body changes rows. */
    final boolean writes;

    private final int fewest;
    private final int most;
    private final String language;
    private String source;
    private volatile Program program;

    /**
     * @param fewest the least number of arguments that a call has
     * @param most the greatest; {@link #ANY_NUMBER}
     * @param source its body as text; null when it has none that could be read
     */
    Routine(
            long oid,
            String schema,
            String name,
            String argumentTypes,
            int fewest,
            int most,
            RoutineOwner definer,
            String searchPath,
            List<String> settings,
            String language,
            String source,
            boolean atomic,
            boolean writes) {
        this.oid = oid;
        this.schema = schema;
        this.name = name;
        this.argumentTypes = argumentTypes;
        this.fewest = fewest;
        this.most = most;
        this.definer = definer;
        this.searchPath = searchPath;
        this.settings = settings;
        this.language = language;
        this.source = source;
        this.atomic = atomic;
        this.writes = writes;
    }

    /** {@code schema.name(types)}, without quotes. */
    String signature() {
        return schema + "." + name + "(" + argumentTypes + ")";
    }

    /** Whether a call can mean it, by the number of its arguments. */
    boolean accepts(FunctionCall call) {
        return call.arguments() == FunctionCall.UNKNOWN || call.arguments() >= fewest && call.arguments() <= most;
    }

    /** What its body says; null when it has none that could be read: compiled code, which is trusted as the server's own. */
    Program program() {
        Program p = program;
        if (p == null) {
            p = read();
        }
        return p;
    }

    private synchronized Program read() {
        if (program == null && source != null) {
            program = Program.read(source, language, false);
            source = null;
        }
        return program;
    }
}
