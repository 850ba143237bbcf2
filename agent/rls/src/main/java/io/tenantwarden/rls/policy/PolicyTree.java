package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.sql.SqlLexer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * AND, OR and NOT of an expression, down to the comparisons, and what follows from them. What a function does, and what a
 * constant expression comes to, is not known here. Never changes once made.
 */
final class PolicyTree {

    private static final int MAX_DEPTH = 200;

    enum Kind {
        AND,
        OR,
        NOT,
        LEAF
    }

    /** A part of the expression, from one token to another (exclusive), without the parentheses around it. */
    record Node(Kind kind, int from, int to, List<Node> children) {}

    private enum Truth {
        TRUE,
        FALSE,
        UNKNOWN
    }

    final PolicyTokens tokens;
    final Node root;
    private final String table;
    private final String column;

    PolicyTree(PolicyTokens tokens, String table, String column) {
        this.tokens = tokens;
        this.table = table;
        this.column = column;
        root = parse(0, tokens.count, 0);
    }

    private Node parse(int start, int stop, int depth) {
        int from = start;
        int to = stop;
        while (to - from >= 2
                && tokens.opens(from)
                && tokens.partner(from) == to - 1
                && !tokens.word(from + 1, "select")) {
            from++;
            to--;
        }
        if (depth < MAX_DEPTH) {
            if (falseWhenNull(from, to)) {
                // a policy takes null for false as well
                return parse(from + 2, to - 3, depth + 1);
            }
            for (Kind kind : new Kind[] {Kind.OR, Kind.AND}) {
                List<Node> parts = split(from, to, kind, depth);
                if (parts.size() > 1) {
                    return new Node(kind, from, to, parts);
                }
            }
            if (tokens.word(from, "not") && to - from > 1) {
                return new Node(Kind.NOT, from, to, List.of(parse(from + 1, to, depth + 1)));
            }
        }
        return new Node(Kind.LEAF, from, to, List.of());
    }

    /** {@code COALESCE(x, false)}, outside of NOT. */
    private boolean falseWhenNull(int from, int to) {
        return to - from > 5
                && tokens.word(from, "coalesce")
                && tokens.opens(from + 1)
                && tokens.partner(from + 1) == to - 1
                && tokens.word(to - 2, "false")
                && tokens.is(to - 3, SqlLexer.COMMA)
                && !tokens.word(from - 1, "not");
    }

    private List<Node> split(int from, int to, Kind kind, int depth) {
        String separator = kind == Kind.OR ? "or" : "and";
        List<Node> parts = new ArrayList<>(2);
        int begin = from;
        for (int i = from; i < to; i++) {
            if (tokens.opens(i)) {
                i = tokens.partner(i);
            } else if (tokens.word(i, "case")) {
                return List.of();
            } else if (tokens.word(i, separator)) {
                parts.add(parse(begin, i, depth + 1));
                begin = i + 1;
            }
        }
        if (!parts.isEmpty()) {
            parts.add(parse(begin, to, depth + 1));
        }
        return parts;
    }

    String text(Node n) {
        return tokens.text(n.from(), n.to());
    }

    /** Every comparison and call that stands between the ANDs, ORs and NOTs. */
    List<Node> leaves() {
        List<Node> leaves = new ArrayList<>();
        collect(root, leaves);
        return leaves;
    }

    private static void collect(Node n, List<Node> leaves) {
        if (n.kind() == Kind.LEAF) {
            leaves.add(n);
        }
        n.children().forEach(c -> collect(c, leaves));
    }

    // ---------------------------------------------------------------- always true

    boolean alwaysTrue(Node n) {
        return truth(n) == Truth.TRUE;
    }

    private Truth truth(Node n) {
        return switch (n.kind()) {
            case LEAF -> truthOfLeaf(n);
            case NOT ->
                switch (truth(n.children().get(0))) {
                    case TRUE -> Truth.FALSE;
                    case FALSE -> Truth.TRUE;
                    case UNKNOWN -> Truth.UNKNOWN;
                };
            case AND -> {
                boolean all = true;
                for (Node c : n.children()) {
                    Truth t = truth(c);
                    if (t == Truth.FALSE) {
                        yield Truth.FALSE;
                    }
                    all &= t == Truth.TRUE;
                }
                yield all ? Truth.TRUE : Truth.UNKNOWN;
            }
            case OR -> {
                boolean none = true;
                for (Node c : n.children()) {
                    Truth t = truth(c);
                    if (t == Truth.TRUE) {
                        yield Truth.TRUE;
                    }
                    none &= t == Truth.FALSE;
                }
                if (!none && coversBoth(n)) {
                    yield Truth.TRUE;
                }
                yield none ? Truth.FALSE : Truth.UNKNOWN;
            }
        };
    }

    private Truth truthOfLeaf(Node n) {
        if (n.to() - n.from() == 1) {
            return tokens.word(n.from(), "true")
                    ? Truth.TRUE
                    : tokens.word(n.from(), "false") ? Truth.FALSE : Truth.UNKNOWN;
        }
        int equals = comparison(n);
        if (equals > 0 && tokens.same(n.from(), equals, equals + 1, n.to()) && !calls(n)) {
            return Truth.TRUE;
        }
        return Truth.UNKNOWN;
    }

    /** {@code x IS NULL OR x IS NOT NULL}. */
    private boolean coversBoth(Node or) {
        for (Node a : or.children()) {
            int size = a.to() - a.from();
            if (a.kind() != Kind.LEAF
                    || size < 3
                    || !tokens.word(a.to() - 1, "null")
                    || !tokens.word(a.to() - 2, "is")) {
                continue;
            }
            for (Node b : or.children()) {
                if (b.kind() == Kind.LEAF
                        && b.to() - b.from() == size + 1
                        && tokens.word(b.to() - 2, "not")
                        && tokens.word(b.to() - 3, "is")
                        && tokens.same(a.from(), a.to() - 2, b.from(), b.to() - 3)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean calls(Node n) {
        for (int i = n.from(); i < n.to(); i++) {
            if (tokens.isCall(i) || tokens.word(i, "select")) {
                return true;
            }
        }
        return false;
    }

    // ---------------------------------------------------------------- comparisons

    /**
     * Where the {@code =} of a leaf stands; 0 when it has no operator outside of parentheses, -1 when it has another one, or
     * is true for null.
     */
    int comparison(Node n) {
        int found = 0;
        for (int i = n.from(); i < n.to(); i++) {
            if (tokens.opens(i)) {
                boolean decides = i - 1 == n.from() && tokens.partner(i) == n.to() - 1;
                if (decides && tokens.word(i - 1, "coalesce")) {
                    // what it is when the comparison is null
                    return -1;
                }
                i = tokens.partner(i);
            } else if (tokens.is(i, SqlLexer.OPERATOR)) {
                boolean alone = tokens.operator(i, '=')
                        && !tokens.adjacent(i - 1, i)
                        && !tokens.adjacent(i, i + 1)
                        && found == 0;
                if (!alone) {
                    return -1;
                }
                found = i;
            } else if (tokens.word(i, "is")) {
                // IS NOT DISTINCT FROM compares; IS NULL and IS DISTINCT FROM let in what is not the tenant's
                return tokens.word(i + 1, "not") && tokens.word(i + 2, "distinct") ? i : -1;
            }
        }
        return found;
    }

    boolean mentionsColumn() {
        return mentionsColumn(root.from(), root.to());
    }

    boolean mentionsColumn(int from, int to) {
        if (column == null) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (isColumn(i) && tokens.fold(i).equals(column)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a name is that of a column of the policy's own table, as far as the text tells. */
    boolean isColumn(int i) {
        if (!tokens.name(i) || tokens.is(i + 1, SqlLexer.OPEN) || tokens.is(i + 1, SqlLexer.DOT)) {
            return false;
        }
        if (tokens.is(tokens.nameStart(i) - 1, SqlLexer.CAST)) {
            return false;
        }
        boolean prefixed = tokens.is(i - 1, SqlLexer.DOT);
        return prefixed ? tokens.name(i - 2) && tokens.fold(i - 2).equals(table) : !tokens.word(i - 1, "as");
    }

    /** Whether every way to make it true has a leaf that passes the test. */
    boolean needs(Node n, Predicate<Node> leaf) {
        return switch (n.kind()) {
            case AND -> n.children().stream().anyMatch(c -> needs(c, leaf));
            case OR -> n.children().stream().allMatch(c -> needs(c, leaf));
            case NOT -> truth(n) == Truth.FALSE;
            case LEAF -> truth(n) == Truth.FALSE || truth(n) != Truth.TRUE && leaf.test(n);
        };
    }

    boolean comparesColumn(Node leaf) {
        return mentionsColumn(leaf.from(), leaf.to()) && comparison(leaf) >= 0;
    }

    /** Whether it can only be true when one of these settings has a certain value. */
    boolean gated(Node n, Collection<String> gucs) {
        return switch (n.kind()) {
            case AND -> n.children().stream().anyMatch(c -> gated(c, gucs));
            case OR -> n.children().stream().allMatch(c -> gated(c, gucs));
            case NOT -> false;
            case LEAF -> comparison(n) >= 0 && readsOneOf(n, gucs);
        };
    }

    private boolean readsOneOf(Node n, Collection<String> gucs) {
        for (int i = n.from(); i < n.to(); i++) {
            String guc = SettingReads.setting(tokens, i);
            if (guc != null && gucs.contains(guc)) {
                return true;
            }
        }
        return false;
    }

    boolean closed(Node n, Collection<String> bypass) {
        return needs(n, leaf -> comparesColumn(leaf) || gated(leaf, bypass));
    }

    /** The branch of an OR that is not closed, as deep as it can be named; null when it is closed. */
    Node openBranch(Node n, Predicate<Node> closed) {
        if (closed.test(n)) {
            return null;
        }
        for (Node c : n.children()) {
            Node inside = openBranch(c, closed);
            if (inside != null && (n.kind() == Kind.OR || n.kind() == Kind.AND && c.kind() != Kind.LEAF)) {
                return inside;
            }
        }
        return n;
    }

    /** The expression without the branches of an OR that are not closed; null when nothing would be left. */
    String closedPart(Node n, Collection<String> bypass) {
        if (closed(n, bypass)) {
            return text(n);
        }
        if (n.kind() != Kind.OR && n.kind() != Kind.AND) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        boolean anythingClosed = false;
        for (Node c : n.children()) {
            String part = closedPart(c, bypass);
            anythingClosed |= part != null;
            if (part != null) {
                parts.add("(" + part + ")");
            } else if (n.kind() == Kind.AND) {
                parts.add("(" + text(c) + ")");
            }
        }
        if (!anythingClosed) {
            return null;
        }
        return parts.size() == 1
                ? parts.get(0).substring(1, parts.get(0).length() - 1)
                : String.join(n.kind() == Kind.OR ? " OR " : " AND ", parts);
    }
}
