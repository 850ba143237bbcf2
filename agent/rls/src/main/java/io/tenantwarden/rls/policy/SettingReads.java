package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.sql.SqlLexer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Finds each {@code current_setting('...')} of an expression, with what stands around it. Stateless. */
final class SettingReads {

    private static final Set<String> WORDS_AFTER_A_TYPE = Set.of(
            "as", "from", "where", "then", "else", "end", "when", "and", "or", "is", "in", "collate", "order", "group",
            "limit", "union", "not", "like", "between");

    private static final Set<String> TEXT_TYPES =
            Set.of("text", "character varying", "varchar", "name", "citext", "bpchar");

    /**
     * One reading of a setting: tokens from one to another (exclusive).
     *
     * @param read what it is
     * @param callStart the word {@code current_setting}
     * @param callEnd after its closing parenthesis
     * @param from where the value begins, {@code NULLIF}, sub-select and casts included
     * @param to where the value ends
     * @param castFrom where the value begins without its last casts
     * @param castTo where it ends without them
     * @param emptyFrom where a {@code COALESCE(..., '')} around it begins; -1 when there is none
     * @param emptyTo where that ends
     */
    record Span(
            PolicyExpression.SettingRead read,
            int callStart,
            int callEnd,
            int from,
            int to,
            int castFrom,
            int castTo,
            int emptyFrom,
            int emptyTo) {}

    private SettingReads() {}

    /** The name of the setting that a call at this token reads; null when it is no such call. */
    static String setting(PolicyTokens t, int i) {
        if (!t.word(i, "current_setting") || !t.opens(i + 1)) {
            return null;
        }
        String literal = t.literal(i + 2);
        return literal == null ? null : literal.toLowerCase(Locale.ROOT);
    }

    static List<Span> find(PolicyTokens t) {
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < t.count; i++) {
            String guc = setting(t, i);
            if (guc != null) {
                spans.add(span(t, i, guc));
            }
        }
        return spans;
    }

    /** Where the first argument ends. */
    static int argumentEnd(PolicyTokens t, int open) {
        int i = open + 1;
        while (i < t.partner(open) && !t.is(i, SqlLexer.COMMA)) {
            i = t.opens(i) ? t.partner(i) + 1 : i + 1;
        }
        return i;
    }

    private static Span span(PolicyTokens t, int call, String guc) {
        int open = call + 1;
        int comma = argumentEnd(t, open);
        boolean missingOk = t.is(comma, SqlLexer.COMMA) && t.word(comma + 1, "true");
        int from = t.nameStart(call);
        int to = t.partner(open) + 1;
        int castFrom = from;
        int castTo = to;
        int emptyFrom = -1;
        int emptyTo = -1;
        boolean nullif = false;
        String type = null;
        boolean more = true;
        while (more) {
            more = false;
            if (t.is(from - 1, SqlLexer.OPEN) && t.is(to, SqlLexer.COMMA) && t.word(from - 2, "nullif")) {
                nullif = true;
                to = t.partner(from - 1) + 1;
                from -= 2;
                more = true;
            } else if (t.is(from - 1, SqlLexer.OPEN)
                    && t.is(to, SqlLexer.COMMA)
                    && t.word(from - 2, "coalesce")
                    && "".equals(t.literal(to + 1))) {
                nullif = false;
                to = t.partner(from - 1) + 1;
                from -= 2;
                emptyFrom = from;
                emptyTo = to;
                more = true;
            } else if (t.is(from - 1, SqlLexer.OPEN) && t.partner(from - 1) == to && t.groups(from - 2)) {
                from--;
                to++;
                more = true;
            } else if (t.word(from - 1, "select")
                    && t.is(from - 2, SqlLexer.OPEN)
                    && t.partner(from - 2) == (t.word(to, "as") ? to + 2 : to)) {
                to = t.partner(from - 2) + 1;
                from -= 2;
                more = true;
            } else if (t.is(to, SqlLexer.CAST)) {
                int end = typeEnd(t, to + 1);
                String name = t.text(to + 1, end).toLowerCase(Locale.ROOT);
                int bracket = name.indexOf('(');
                if (type == null && !TEXT_TYPES.contains((bracket < 0 ? name : name.substring(0, bracket)).strip())) {
                    type = t.text(to + 1, end);
                }
                to = end;
                more = true;
                continue;
            }
            if (more) {
                castFrom = from;
                castTo = to;
            }
        }
        return new Span(
                new PolicyExpression.SettingRead(guc, missingOk, nullif, type, !t.inSelect(call)),
                call,
                t.partner(open) + 1,
                from,
                to,
                castFrom,
                castTo,
                emptyFrom,
                emptyTo);
    }

    private static int typeEnd(PolicyTokens t, int from) {
        int i = from;
        while (i < t.count) {
            if (t.name(i)) {
                if (i > from
                        && !t.is(i - 1, SqlLexer.DOT)
                        && t.is(i, SqlLexer.WORD)
                        && WORDS_AFTER_A_TYPE.contains(t.lower(i))) {
                    break;
                }
                i++;
            } else if (t.opens(i) && i > from) {
                i = t.partner(i) + 1;
            } else if (t.is(i, SqlLexer.DOT) || t.is(i, SqlLexer.OPEN_BRACKET) || t.is(i, SqlLexer.CLOSE_BRACKET)) {
                i++;
            } else {
                break;
            }
        }
        return i;
    }
}
