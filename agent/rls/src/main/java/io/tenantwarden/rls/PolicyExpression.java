package io.tenantwarden.rls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A USING or WITH CHECK expression, as {@code pg_get_expr} prints it: every operation in parentheses, columns of the
 * policy's own table without a prefix, or with the table's name inside of a sub-select. Immutable.
 *
 * <p>It is read as it is written: what a function does, and what a constant expression comes to, is not known here.
 */
public final class PolicyExpression {

    private static final Set<String> WORDS_AFTER_A_TYPE = Set.of(
            "as", "from", "where", "then", "else", "end", "when", "and", "or", "is", "in", "collate", "order", "group",
            "limit", "union", "not", "like", "between");

    private static final Set<String> TEXT_TYPES =
            Set.of("text", "character varying", "varchar", "name", "citext", "bpchar");

    private final String text;
    private final String table;
    private final String column;

    private int count;
    private int[] types = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    /** Of an opening parenthesis its closing one and the other way round. */
    private int[] partner;
    /** Whether the token is inside of a sub-select. */
    private boolean[] inSelect;

    private final Node root;
    private final List<SettingRead> reads = new ArrayList<>();

    private enum Kind {
        AND,
        OR,
        NOT,
        LEAF
    }

    private record Node(Kind kind, int from, int to, List<Node> children) {}

    private enum Truth {
        TRUE,
        FALSE,
        UNKNOWN
    }

    /**
     * One {@code current_setting('...')} of the expression.
     *
     * @param guc the setting's name in lower case
     * @param missingOk whether an unknown setting gives null rather than an error
     * @param nullif whether the empty value becomes null
     * @param cast the type that it is cast to; null when it stays text
     * @param perRow whether it stands outside of every sub-select, so that it may be read for each row
     */
    public record SettingRead(String guc, boolean missingOk, boolean nullif, String cast, boolean perRow) {}

    private record Span(SettingRead read, int callStart, int callEnd, int from, int to) {}

    private final List<Span> spans = new ArrayList<>();

    private PolicyExpression(String text, String table, String column) {
        this.text = text;
        this.table = table;
        this.column = column;
        tokenize();
        root = parse(0, count, 0);
        findReads();
    }

    /**
     * The expression of a policy of this table.
     *
     * @param text as {@code pg_get_expr} prints it
     */
    public static PolicyExpression of(String text, CatalogTable table) {
        return new PolicyExpression(text, table.name(), table.tenantColumn());
    }

    // ---------------------------------------------------------------- what it says

    /** Whether it is true for every row, whatever is set: {@code true}, {@code 1 = 1}, {@code x = x}, {@code x OR true}. */
    public boolean alwaysTrue() {
        return truth(root) == Truth.TRUE;
    }

    /** Whether the tenant column occurs at all. */
    public boolean mentionsTenantColumn() {
        return mentionsColumn(root);
    }

    /**
     * Whether every way to make it true compares the tenant column for equality, or needs one of the bypass settings to
     * have a certain value.
     */
    public boolean closed(Collection<String> bypassGucs) {
        return closed(root, bypassGucs);
    }

    /** Whether it can only be true when one of these settings has a certain value. */
    public boolean gatedBy(Collection<String> gucs) {
        return gated(root, gucs);
    }

    /** The branch of an OR that opens it: neither compares the tenant column nor needs a bypass setting; null when none does. */
    public String openBranch(Collection<String> bypassGucs) {
        Node branch = openBranch(root, bypassGucs);
        return branch == null ? null : text(branch.from(), branch.to());
    }

    /** The expression without the branches of an OR that open it; null when nothing would be left. */
    public String withoutOpenBranches(Collection<String> bypassGucs) {
        return closedPart(root, bypassGucs);
    }

    /** Whether nothing in it can differ from tenant to tenant: no setting, function or sub-select, only constants and roles. */
    public boolean constant() {
        for (int i = 0; i < count; i++) {
            if (word(i, "select") || isCall(i)) {
                return false;
            }
        }
        return true;
    }

    /** The settings it reads, in order. */
    public List<SettingRead> reads() {
        return reads;
    }

    /** Names of functions without arguments, other than PostgreSQL's own, that are called outside of a sub-select. */
    public List<String> callsPerRow() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (isOwnCallWithoutArguments(i)) {
                names.add(text(start(i), i + 1));
            }
        }
        return names;
    }

    // ---------------------------------------------------------------- how it should be

    /** The same with {@code true} as second argument of each {@code current_setting}. */
    public String withMissingOk() {
        StringBuilder b = new StringBuilder(text);
        for (int i = spans.size() - 1; i >= 0; i--) {
            Span s = spans.get(i);
            if (!s.read().missingOk()) {
                int open = s.callStart() + 1;
                int end = argumentEnd(open);
                b.replace(ends[end - 1], starts[partner[open]], ", true");
            }
        }
        return b.toString();
    }

    /** The same with {@code nullif(..., '')} around each setting that lacks it and passes the test. */
    public String withNullif(Collection<SettingRead> which) {
        StringBuilder b = new StringBuilder(text);
        for (int i = spans.size() - 1; i >= 0; i--) {
            Span s = spans.get(i);
            if (which.contains(s.read())) {
                b.insert(ends[s.callEnd() - 1], ", '')");
                b.insert(starts[start(s.callStart())], "NULLIF(");
            }
        }
        return b.toString();
    }

    /** The same with each setting and function that may be evaluated for each row in a sub-select of its own. */
    public String withSelects() {
        List<int[]> ranges = new ArrayList<>();
        for (Span s : spans) {
            if (s.read().perRow()) {
                ranges.add(new int[] {s.from(), s.to()});
            }
        }
        for (int i = 0; i < count; i++) {
            if (isOwnCallWithoutArguments(i)) {
                ranges.add(new int[] {start(i), i + 3});
            }
        }
        ranges.sort((a, b) -> Integer.compare(b[0], a[0]));
        StringBuilder b = new StringBuilder(text);
        for (int[] r : ranges) {
            b.insert(ends[r[1] - 1], ")");
            b.insert(starts[r[0]], "(SELECT ");
        }
        return b.toString();
    }

    // ---------------------------------------------------------------- tokens

    private void tokenize() {
        SqlLexer lexer = new SqlLexer(text);
        lexer.next();
        while (lexer.type != SqlLexer.EOF) {
            if (count == types.length) {
                types = Arrays.copyOf(types, count * 2);
                starts = Arrays.copyOf(starts, count * 2);
                ends = Arrays.copyOf(ends, count * 2);
            }
            types[count] = lexer.type;
            starts[count] = lexer.start;
            ends[count] = lexer.end;
            count++;
            lexer.next();
        }
        partner = new int[count];
        inSelect = new boolean[count];
        int[] stack = new int[count];
        int depth = 0;
        int selects = 0;
        for (int i = 0; i < count; i++) {
            partner[i] = -1;
            inSelect[i] = selects > 0;
            if (types[i] == SqlLexer.OPEN) {
                stack[depth++] = i;
                selects += word(i + 1, "select") ? 1 : 0;
            } else if (types[i] == SqlLexer.CLOSE && depth > 0) {
                int open = stack[--depth];
                partner[open] = i;
                partner[i] = open;
                selects -= word(open + 1, "select") ? 1 : 0;
            }
        }
    }

    private boolean is(int i, int type) {
        return i >= 0 && i < count && types[i] == type;
    }

    private boolean word(int i, String lower) {
        return is(i, SqlLexer.WORD)
                && ends[i] - starts[i] == lower.length()
                && text.regionMatches(true, starts[i], lower, 0, lower.length());
    }

    private boolean name(int i) {
        return is(i, SqlLexer.WORD) || is(i, SqlLexer.QUOTED);
    }

    private String fold(int i) {
        return TokenText.name(text, types[i], starts[i], ends[i], '\\');
    }

    private boolean operator(int i, char c) {
        return is(i, SqlLexer.OPERATOR) && text.charAt(starts[i]) == c;
    }

    private String text(int from, int to) {
        return text.substring(starts[from], ends[to - 1]);
    }

    /** Where a name with its schema begins. */
    private int start(int i) {
        return is(i - 1, SqlLexer.DOT) && name(i - 2) ? i - 2 : i;
    }

    private boolean isCall(int i) {
        return name(i)
                && is(i + 1, SqlLexer.OPEN)
                && !is(i - 1, SqlLexer.CAST)
                && !WORDS_AFTER_A_TYPE.contains(
                        text.substring(starts[i], ends[i]).toLowerCase(Locale.ROOT))
                && !word(i, "any")
                && !word(i, "all")
                && !word(i, "nullif")
                && !word(i, "coalesce");
    }

    private boolean isOwnCallWithoutArguments(int i) {
        return isCall(i)
                && is(i + 2, SqlLexer.CLOSE)
                && !inSelect[i]
                && (is(i - 1, SqlLexer.DOT)
                        || HarmlessFunctions.code(text, starts[i], ends[i]) == HarmlessFunctions.UNKNOWN);
    }

    // ---------------------------------------------------------------- logic

    private Node parse(int start, int stop, int depth) {
        int from = start;
        int to = stop;
        while (to - from >= 2 && is(from, SqlLexer.OPEN) && partner[from] == to - 1 && !word(from + 1, "select")) {
            from++;
            to--;
        }
        if (depth < 200) {
            for (Kind kind : new Kind[] {Kind.OR, Kind.AND}) {
                List<Node> parts = split(from, to, kind, depth);
                if (parts.size() > 1) {
                    return new Node(kind, from, to, parts);
                }
            }
            if (word(from, "not") && to - from > 1) {
                return new Node(Kind.NOT, from, to, List.of(parse(from + 1, to, depth + 1)));
            }
        }
        return new Node(Kind.LEAF, from, to, List.of());
    }

    private List<Node> split(int from, int to, Kind kind, int depth) {
        String separator = kind == Kind.OR ? "or" : "and";
        List<Node> parts = new ArrayList<>(2);
        int begin = from;
        for (int i = from; i < to; i++) {
            if (types[i] == SqlLexer.OPEN && partner[i] > 0) {
                i = partner[i];
            } else if (word(i, "case")) {
                return List.of();
            } else if (word(i, separator)) {
                parts.add(parse(begin, i, depth + 1));
                begin = i + 1;
            }
        }
        if (!parts.isEmpty()) {
            parts.add(parse(begin, to, depth + 1));
        }
        return parts;
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
            return word(n.from(), "true") ? Truth.TRUE : word(n.from(), "false") ? Truth.FALSE : Truth.UNKNOWN;
        }
        int equals = comparison(n);
        if (equals > 0 && same(n.from(), equals, equals + 1, n.to()) && !calls(n)) {
            return Truth.TRUE;
        }
        return Truth.UNKNOWN;
    }

    /** {@code x IS NULL OR x IS NOT NULL}. */
    private boolean coversBoth(Node or) {
        for (Node a : or.children()) {
            int size = a.to() - a.from();
            if (a.kind() != Kind.LEAF || size < 3 || !word(a.to() - 1, "null") || !word(a.to() - 2, "is")) {
                continue;
            }
            for (Node b : or.children()) {
                if (b.kind() == Kind.LEAF
                        && b.to() - b.from() == size + 1
                        && word(b.to() - 2, "not")
                        && word(b.to() - 3, "is")
                        && same(a.from(), a.to() - 2, b.from(), b.to() - 3)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean calls(Node n) {
        for (int i = n.from(); i < n.to(); i++) {
            if (isCall(i) || word(i, "select")) {
                return true;
            }
        }
        return false;
    }

    private boolean same(int from, int to, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (!text.substring(starts[from + i], ends[from + i])
                    .equals(text.substring(starts[otherFrom + i], ends[otherFrom + i]))) {
                return false;
            }
        }
        return true;
    }

    /** Where the {@code =} of a leaf stands; 0 when it has no operator outside of parentheses, -1 when it has another one. */
    private int comparison(Node n) {
        int found = 0;
        for (int i = n.from(); i < n.to(); i++) {
            if (types[i] == SqlLexer.OPEN && partner[i] > 0) {
                i = partner[i];
            } else if (is(i, SqlLexer.OPERATOR)) {
                boolean alone = operator(i, '=') && !adjacent(i - 1, i) && !adjacent(i, i + 1) && found == 0;
                if (!alone) {
                    return -1;
                }
                found = i;
            } else if (word(i, "is")) {
                // IS NOT DISTINCT FROM compares; IS NULL and IS DISTINCT FROM let in what is not the tenant's
                return word(i + 1, "not") && word(i + 2, "distinct") ? i : -1;
            }
        }
        return found;
    }

    private boolean adjacent(int i, int k) {
        return is(i, SqlLexer.OPERATOR) && is(k, SqlLexer.OPERATOR) && ends[i] == starts[k];
    }

    private boolean mentionsColumn(Node n) {
        return n.kind() == Kind.LEAF
                ? mentionsColumn(n.from(), n.to())
                : n.children().stream().anyMatch(this::mentionsColumn);
    }

    private boolean mentionsColumn(int from, int to) {
        if (column == null) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (!name(i) || is(i + 1, SqlLexer.OPEN) || is(i - 1, SqlLexer.CAST) || !fold(i).equals(column)) {
                continue;
            }
            boolean prefixed = is(i - 1, SqlLexer.DOT);
            if (prefixed ? name(i - 2) && fold(i - 2).equals(table) : !word(i - 1, "as")) {
                return true;
            }
        }
        return false;
    }

    private boolean closed(Node n, Collection<String> bypass) {
        return switch (n.kind()) {
            case AND -> n.children().stream().anyMatch(c -> closed(c, bypass));
            case OR -> n.children().stream().allMatch(c -> closed(c, bypass));
            case NOT -> truth(n) == Truth.FALSE;
            case LEAF ->
                truth(n) == Truth.FALSE
                        || truth(n) != Truth.TRUE
                                && (mentionsColumn(n.from(), n.to()) && comparison(n) >= 0 || gated(n, bypass));
        };
    }

    private boolean gated(Node n, Collection<String> gucs) {
        return switch (n.kind()) {
            case AND -> n.children().stream().anyMatch(c -> gated(c, gucs));
            case OR -> n.children().stream().allMatch(c -> gated(c, gucs));
            case NOT -> false;
            case LEAF -> comparison(n) >= 0 && readsOneOf(n, gucs);
        };
    }

    private boolean readsOneOf(Node n, Collection<String> gucs) {
        for (int i = n.from(); i < n.to(); i++) {
            String guc = setting(i);
            if (guc != null && gucs.contains(guc)) {
                return true;
            }
        }
        return false;
    }

    private Node openBranch(Node n, Collection<String> bypass) {
        if (closed(n, bypass)) {
            return null;
        }
        for (Node c : n.children()) {
            Node inside = openBranch(c, bypass);
            if (inside != null && (n.kind() == Kind.OR || n.kind() == Kind.AND && c.kind() != Kind.LEAF)) {
                return inside;
            }
        }
        return n;
    }

    private String closedPart(Node n, Collection<String> bypass) {
        if (closed(n, bypass)) {
            return text(n.from(), n.to());
        }
        if (n.kind() != Kind.OR && n.kind() != Kind.AND) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        for (Node c : n.children()) {
            String part = closedPart(c, bypass);
            if (part != null) {
                parts.add("(" + part + ")");
            } else if (n.kind() == Kind.AND) {
                parts.add("(" + text(c.from(), c.to()) + ")");
            }
        }
        boolean anythingClosed = n.children().stream().anyMatch(c -> closedPart(c, bypass) != null);
        return anythingClosed ? String.join(n.kind() == Kind.OR ? " OR " : " AND ", parts) : null;
    }

    // ---------------------------------------------------------------- settings

    /** The name of the setting that a call at this token reads; null when it is no such call. */
    private String setting(int i) {
        if (!word(i, "current_setting") || !is(i + 1, SqlLexer.OPEN) || !is(i + 2, SqlLexer.STRING)) {
            return null;
        }
        String literal = TokenText.constant(text, starts[i + 2], ends[i + 2], '\\', false);
        return literal == null ? null : literal.toLowerCase(Locale.ROOT);
    }

    private void findReads() {
        for (int i = 0; i < count; i++) {
            String guc = setting(i);
            if (guc != null && partner[i + 1] > 0) {
                Span span = span(i, guc);
                spans.add(span);
                reads.add(span.read());
            }
        }
    }

    private int argumentEnd(int open) {
        int i = open + 1;
        while (i < partner[open] && !is(i, SqlLexer.COMMA)) {
            i++;
        }
        return i;
    }

    private Span span(int call, String guc) {
        int open = call + 1;
        int comma = argumentEnd(open);
        boolean missingOk = is(comma, SqlLexer.COMMA) && word(comma + 1, "true");
        int from = start(call);
        int to = partner[open] + 1;
        boolean nullif = false;
        boolean cast = false;
        String type = null;
        boolean more = true;
        while (more) {
            more = false;
            if (is(from - 1, SqlLexer.OPEN) && word(from - 2, "nullif") && is(to, SqlLexer.COMMA)) {
                nullif = true;
                to = partner[from - 1] + 1;
                from -= 2;
                more = true;
            } else if (is(from - 1, SqlLexer.OPEN) && partner[from - 1] == to && groups(from - 2)) {
                from--;
                to++;
                more = true;
            } else if (word(from - 1, "select") && is(from - 2, SqlLexer.OPEN)) {
                int close = word(to, "as") ? to + 2 : to;
                if (partner[from - 2] == close) {
                    from -= 2;
                    to = close + 1;
                    more = true;
                }
            } else if (is(to, SqlLexer.CAST)) {
                int end = typeEnd(to + 1);
                String name = text(to + 1, end).toLowerCase(Locale.ROOT);
                int bracket = name.indexOf('(');
                if (type == null && !TEXT_TYPES.contains((bracket < 0 ? name : name.substring(0, bracket)).strip())) {
                    type = text(to + 1, end);
                }
                to = end;
                more = true;
            }
        }
        return new Span(
                new SettingRead(guc, missingOk, nullif, type, !inSelect[call]), call, partner[open] + 1, from, to);
    }

    /** Whether a parenthesis after this token only groups. */
    private boolean groups(int i) {
        return !name(i)
                || word(i, "and")
                || word(i, "or")
                || word(i, "not")
                || word(i, "select")
                || word(i, "where")
                || word(i, "when")
                || word(i, "then")
                || word(i, "else");
    }

    private int typeEnd(int from) {
        int i = from;
        while (i < count) {
            if (name(i)) {
                if (i > from
                        && !is(i - 1, SqlLexer.DOT)
                        && WORDS_AFTER_A_TYPE.contains(
                                text.substring(starts[i], ends[i]).toLowerCase(Locale.ROOT))) {
                    break;
                }
                i++;
            } else if (is(i, SqlLexer.OPEN) && i > from) {
                i = partner[i] + 1;
            } else if (is(i, SqlLexer.DOT) || is(i, SqlLexer.OPEN_BRACKET) || is(i, SqlLexer.CLOSE_BRACKET)) {
                i++;
            } else {
                break;
            }
        }
        return i;
    }
}
