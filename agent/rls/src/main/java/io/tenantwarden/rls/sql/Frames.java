package io.tenantwarden.rls.sql;

import java.util.Arrays;

/**
 * The open parentheses of a query, the statement itself below them: what may stand next in each, and what is known of it.
 * Used by one thread.
 */
final class Frames {

    /** PostgreSQL's own grammar gives up at 10,000 open symbols (Bison's YYMAXDEPTH). */
    private static final int MAX_DEPTH = 10_000;

    // states
    /** A query, or a command with rows, must begin here. */
    static final byte MAIN = 0;
    /** Just opened in an expression: a query may begin here. */
    static final byte FIRST = 1;

    static final byte EXPRESSION = 2;
    /** Expressions with labels: behind SELECT and RETURNING. */
    static final byte TARGETS = 3;
    /** A table must stand here. */
    static final byte TABLE = 4;
    /** Alias, column list, sampling of the table before. */
    static final byte AFTER_TABLE = 5;

    // kinds
    static final byte TOP = 0;
    static final byte GROUP = 1;
    static final byte FROM_ITEM = 2;
    static final byte CTE_BODY = 3;

    // flags
    /** A comma brings the next table. */
    static final int IN_FROM = 1;
    /** The next table is written. */
    static final int WRITE = 1 << 1;
    /** The USING of DELETE or MERGE has been seen: a further one names columns. */
    static final int USING_SEEN = 1 << 2;
    /** The SET of UPDATE has been seen: a further one is an alias. */
    static final int SET_SEEN = 1 << 3;
    /** FROM separates arguments here: extract, trim, substring, overlay. */
    static final int FROM_IN_ARGUMENTS = 1 << 4;

    static final int BRACKET = 1 << 5;
    /** The arguments of set_config. */
    static final int CONFIG = 1 << 6;
    /** The command is INSERT, also while its query is read. */
    static final int INSERT = 1 << 7;
    /** CROSS or NATURAL has been read: the JOIN behind it has neither ON nor USING. */
    static final int UNCONDITIONAL = 1 << 8;
    /** How many JOINs still wait for their ON or USING, in the bits above. */
    static final int ONE_JOIN = 1 << 16;

    private static final int JOINS = -ONE_JOIN;

    private static final int[] NONE = {};

    // the innermost frame
    private byte state;
    private byte kind;
    private byte verb;
    private int flags;

    /** Those below it, two numbers each. */
    private int[] outer = NONE;

    private int depth;

    /** Whether the token before ends an operand, so that in {@link #TARGETS} a word can be its label. */
    boolean operand;

    /** How many were opened and closed: what the tests count. */
    long steps;

    /** Back to one frame, the statement itself. */
    void clear() {
        depth = 0;
        operand = false;
        set(MAIN, TOP);
    }

    int depth() {
        return depth;
    }

    /** Whether no server reads this: better to give up than to hold memory for it. */
    boolean areTooMany() {
        return depth >= MAX_DEPTH;
    }

    void push(byte newKind, byte newState) {
        steps++;
        int at = depth * 2;
        if (at == outer.length) {
            outer = Arrays.copyOf(outer, Math.max(8, at * 2));
        }
        outer[at] = state | kind << 8 | verb << 16;
        outer[at + 1] = flags;
        depth++;
        set(newState, newKind);
    }

    void pop() {
        steps++;
        depth--;
        int at = depth * 2;
        int packed = outer[at];
        state = (byte) packed;
        kind = (byte) (packed >> 8);
        verb = (byte) (packed >> 16);
        flags = outer[at + 1];
    }

    private void set(byte newState, byte newKind) {
        state = newState;
        kind = newKind;
        verb = 0;
        flags = 0;
    }

    byte state() {
        return state;
    }

    void state(byte newState) {
        state = newState;
    }

    byte kind() {
        return kind;
    }

    /** The code in {@link Words} of the command that is read here; 0 when there is none. */
    int verb() {
        return verb;
    }

    void verb(int word) {
        verb = (byte) word;
    }

    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    void set(int flag) {
        flags |= flag;
    }

    void unset(int flag) {
        flags &= ~flag;
    }

    /** What stands here is no table and no query: a part of an expression has been met. */
    void expression() {
        if (state <= FIRST) {
            state = EXPRESSION;
        } else if (state == TABLE) {
            state = AFTER_TABLE;
        }
    }

    boolean waitsForJoinCondition() {
        return (flags & JOINS) != 0;
    }

    void joinBegins() {
        if (is(UNCONDITIONAL)) {
            unset(UNCONDITIONAL);
        } else if ((flags & JOINS) != JOINS) {
            flags += ONE_JOIN;
        }
    }

    void joinCondition() {
        if (waitsForJoinCondition()) {
            flags -= ONE_JOIN;
        }
    }

    void forgetJoins() {
        flags &= ~JOINS;
    }
}
