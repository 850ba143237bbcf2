package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.sql.HarmlessFunctions;
import io.tenantwarden.rls.sql.Identifiers;
import io.tenantwarden.rls.sql.SqlLexer;
import io.tenantwarden.rls.sql.TokenText;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens of an expression, with what belongs together in it: parentheses, sub-selects, names with their schema. An
 * operator that is written with its schema, {@code OPERATOR(public.=)}, counts as the operator. Never changes once made.
 */
final class PolicyTokens {

    private static final Set<String> WORDS_BEFORE_A_PARENTHESIS = Set.of(
            "as",
            "from",
            "where",
            "then",
            "else",
            "end",
            "when",
            "and",
            "or",
            "is",
            "in",
            "collate",
            "order",
            "group",
            "limit",
            "union",
            "not",
            "like",
            "between",
            "any",
            "some",
            "all",
            "nullif",
            "coalesce",
            "select",
            "exists",
            "array",
            "row",
            "over",
            "filter",
            "operator",
            "using",
            "on",
            "varying");

    /** What a grouping parenthesis may follow. */
    private static final Set<String> WORDS_BEFORE_A_GROUP =
            Set.of("and", "or", "not", "select", "where", "when", "then", "else", "on", "having");

    final String text;
    int count;
    private int[] types = new int[64];
    private int[] starts = new int[64];
    private int[] ends = new int[64];
    /** Of an opening parenthesis its closing one and the other way round. */
    private final int[] partner;
    /** Whether the token is inside of a sub-select. */
    private final boolean[] inSelect;

    PolicyTokens(String text) {
        this.text = text;
        scan();
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

    private void scan() {
        SqlLexer lexer = new SqlLexer(text);
        lexer.next();
        while (lexer.type != SqlLexer.EOF) {
            add(lexer.type, lexer.start, lexer.end);
            if (is(count - 1, SqlLexer.CLOSE) && is(count - 2, SqlLexer.OPERATOR)) {
                foldOperator();
            }
            lexer.next();
        }
    }

    private void add(int type, int start, int end) {
        if (count == types.length) {
            types = Arrays.copyOf(types, count * 2);
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        types[count] = type;
        starts[count] = start;
        ends[count] = end;
        count++;
    }

    /** Puts the operator's own characters in the place of {@code OPERATOR(schema.op)}. */
    private void foldOperator() {
        int i = count - 2;
        while (is(i, SqlLexer.OPERATOR)) {
            i--;
        }
        int first = i + 1;
        if (is(i, SqlLexer.DOT) && name(i - 1)) {
            i -= 2;
        }
        if (!is(i, SqlLexer.OPEN) || !word(i - 1, "operator")) {
            return;
        }
        int n = count - 1 - first;
        for (int k = 0; k < n; k++) {
            types[i - 1 + k] = types[first + k];
            starts[i - 1 + k] = starts[first + k];
            ends[i - 1 + k] = ends[first + k];
        }
        count = i - 1 + n;
    }

    boolean is(int i, int type) {
        return i >= 0 && i < count && types[i] == type;
    }

    boolean word(int i, String lower) {
        return is(i, SqlLexer.WORD)
                && ends[i] - starts[i] == lower.length()
                && text.regionMatches(true, starts[i], lower, 0, lower.length());
    }

    boolean name(int i) {
        return is(i, SqlLexer.WORD) || is(i, SqlLexer.QUOTED);
    }

    /** The name of a token, as the catalog has it. */
    String fold(int i) {
        return TokenText.name(text, types[i], starts[i], ends[i], '\\');
    }

    boolean operator(int i, char c) {
        return is(i, SqlLexer.OPERATOR) && text.charAt(starts[i]) == c;
    }

    /** Whether two characters of operators make one together. */
    boolean adjacent(int i, int k) {
        return is(i, SqlLexer.OPERATOR) && is(k, SqlLexer.OPERATOR) && ends[i] == starts[k];
    }

    int start(int i) {
        return starts[i];
    }

    int end(int i) {
        return ends[i];
    }

    String text(int from, int to) {
        return text.substring(starts[from], ends[to - 1]);
    }

    String lower(int i) {
        return text.substring(starts[i], ends[i]).toLowerCase(Locale.ROOT);
    }

    /** The token that closes the parenthesis, or opens it; -1 when there is none. */
    int partner(int i) {
        return partner[i];
    }

    /** Whether a parenthesis opens here that is closed again. */
    boolean opens(int i) {
        return is(i, SqlLexer.OPEN) && partner[i] > 0;
    }

    boolean inSelect(int i) {
        return inSelect[i];
    }

    /** Where a name with its schema begins. */
    int nameStart(int i) {
        return is(i - 1, SqlLexer.DOT) && name(i - 2) ? i - 2 : i;
    }

    boolean isCall(int i) {
        return name(i)
                && is(i + 1, SqlLexer.OPEN)
                && !afterCast(i)
                && (is(i, SqlLexer.QUOTED) || !WORDS_BEFORE_A_PARENTHESIS.contains(lower(i)));
    }

    /** Whether this name, perhaps with its schema, says what something is cast to. */
    private boolean afterCast(int i) {
        return is(nameStart(i) - 1, SqlLexer.CAST);
    }

    /** Whether it is the call of a function that is not known to be PostgreSQL's own. */
    boolean isOwnCall(int i) {
        return isCall(i)
                && (is(i - 1, SqlLexer.DOT) && !word(i - 2, "pg_catalog")
                        || is(i, SqlLexer.QUOTED)
                        || HarmlessFunctions.code(text, starts[i], ends[i]) == HarmlessFunctions.UNKNOWN);
    }

    /** Whether a parenthesis after this token only groups. */
    boolean groups(int i) {
        return !name(i) || is(i, SqlLexer.WORD) && WORDS_BEFORE_A_GROUP.contains(lower(i));
    }

    boolean same(int from, int to, int otherFrom, int otherTo) {
        if (to - from != otherTo - otherFrom) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (!text(from + i, from + i + 1).equals(text(otherFrom + i, otherFrom + i + 1))) {
                return false;
            }
        }
        return true;
    }

    /** The value of a string constant without escapes; null when it is none. */
    String literal(int i) {
        return is(i, SqlLexer.STRING) ? TokenText.constant(text, starts[i], ends[i], '\\', false) : null;
    }

    /** Everything in a text that could be the name of something, folded; words of SQL that are not reserved too. */
    static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        if (text != null) {
            SqlLexer lexer = new SqlLexer(text);
            lexer.next();
            while (lexer.type != SqlLexer.EOF) {
                if (lexer.type == SqlLexer.WORD
                        || lexer.type == SqlLexer.QUOTED
                        || lexer.type == SqlLexer.UNICODE_QUOTED) {
                    String name = TokenText.name(text, lexer.type, lexer.start, lexer.end, '\\');
                    if (lexer.type != SqlLexer.WORD || !Identifiers.isReserved(name)) {
                        names.add(name);
                    }
                } else if (lexer.type == SqlLexer.STRING && lexer.end - lexer.start > 2) {
                    // what EXECUTE, or an old-style body, holds as text
                    String inside = TokenText.constant(text, lexer.start, lexer.end, '\\', false);
                    if (inside != null && inside.indexOf(' ') >= 0) {
                        names.addAll(namesIn(inside));
                    }
                }
                lexer.next();
            }
        }
        return names;
    }
}
