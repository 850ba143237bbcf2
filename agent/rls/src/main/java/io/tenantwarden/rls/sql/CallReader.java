package io.tenantwarden.rls.sql;

import java.util.Arrays;

/** Counts the arguments of calls while their parentheses are open. Used by one thread. */
final class CallReader {

    private static final int[] NONE = {};

    private final StatementFacts facts;

    // of the calls whose parentheses are open, the innermost last
    private int[] depths = NONE;
    private int[] commas = NONE;
    private String[] schemas;
    private String[] names;
    private int open;

    CallReader(StatementFacts facts) {
        this.facts = facts;
    }

    /**
     * A parenthesis was opened.
     *
     * @param depth the depth inside of it
     * @param first the token behind it
     */
    void open(String schema, String name, int depth, Tokens first) {
        if (first.type == SqlLexer.CLOSE) {
            facts.call(new FunctionCall(schema, name, 0));
            return;
        }
        if (first.isOperator('*')) {
            facts.call(new FunctionCall(schema, name, FunctionCall.UNKNOWN));
            return;
        }
        if (open == depths.length) {
            int size = Math.max(4, open * 2);
            depths = Arrays.copyOf(depths, size);
            commas = Arrays.copyOf(commas, size);
            schemas = schemas == null ? new String[size] : Arrays.copyOf(schemas, size);
            names = names == null ? new String[size] : Arrays.copyOf(names, size);
        }
        depths[open] = depth;
        commas[open] = 0;
        schemas[open] = schema;
        names[open] = name;
        open++;
    }

    /** A comma stands at this depth. */
    void comma(int depth) {
        if (isAt(depth)) {
            commas[open - 1]++;
        }
    }

    /** The parenthesis of this depth is closed. */
    void close(int depth) {
        if (isAt(depth)) {
            open--;
            facts.call(new FunctionCall(schemas[open], names[open], commas[open] + 1));
        }
    }

    private boolean isAt(int depth) {
        return open > 0 && depths[open - 1] == depth;
    }

    /** The statement ended with parentheses open. */
    void giveUp() {
        while (open > 0) {
            open--;
            facts.call(new FunctionCall(schemas[open], names[open], FunctionCall.UNKNOWN));
        }
    }
}
