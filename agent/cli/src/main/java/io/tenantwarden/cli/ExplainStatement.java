package io.tenantwarden.cli;

import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlLexer;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The statement to be explained, with a value in the place of each parameter. Immutable.
 *
 * @param sql as it is sent
 * @param parsed what it says
 */
record ExplainStatement(String sql, SqlStatement parsed) {

    /** Asks for the value of one parameter, {@code $1} or the n-th {@code ?}. */
    interface Values {

        /** Its value; null when nobody can tell. */
        String of(int number, String before);
    }

    /**
     * Puts the values in. They become constants whose type the server finds out, as that of a parameter; {@code NULL} is
     * null.
     *
     * @throws CommandFailure when the text is no single query or change of rows
     */
    static ExplainStatement of(String text, Values values) {
        SqlStatement first = SqlStatement.parse(text);
        if (!first.parsed() || first.multi()) {
            throw CommandFailure.usage("--sql is not one statement: give one SELECT, INSERT, UPDATE, DELETE or MERGE");
        }
        boolean explainable = switch (first.keyword()) {
            case SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE -> true;
            default -> false;
        };
        if (!explainable) {
            throw CommandFailure.usage("--sql is " + first.keyword().text()
                    + ": PostgreSQL explains SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE and MERGE only");
        }
        String sql = withValues(text, values);
        return new ExplainStatement(sql, SqlStatement.parse(sql));
    }

    private static String withValues(String text, Values values) {
        Map<Integer, String> known = new TreeMap<>();
        StringBuilder out = new StringBuilder();
        SqlLexer lexer = new SqlLexer(text);
        int copied = 0;
        int marks = 0;
        String previous = "";
        List<int[]> tokens = new ArrayList<>();
        lexer.next();
        while (lexer.type != SqlLexer.EOF) {
            tokens.add(new int[] {lexer.type, lexer.start, lexer.end});
            lexer.next();
        }
        for (int i = 0; i < tokens.size(); i++) {
            int[] t = tokens.get(i);
            String word = text.substring(t[1], t[2]);
            boolean numbered = t[0] == SqlLexer.PARAMETER;
            boolean mark = word.equals("?") && !besideOperator(tokens, i) && isPlaceholder(text, tokens, i);
            if (numbered || mark) {
                int number = numbered ? Integer.parseInt(word.substring(1)) : 1_000 + ++marks;
                String value = known.get(number);
                if (value == null) {
                    value = values.of(numbered ? number : marks, text.substring(0, t[1]));
                    known.put(number, value);
                }
                out.append(text, copied, t[1]).append(constant(value, previous));
                copied = t[2];
            }
            previous = word;
        }
        String all = out.append(text, copied, text.length()).toString().strip();
        return all.endsWith(";") ? all.substring(0, all.length() - 1) : all;
    }

    /** {@code ?|}, {@code @?} and the like are operators. */
    private static boolean besideOperator(List<int[]> tokens, int i) {
        int[] t = tokens.get(i);

        boolean after =
                i + 1 < tokens.size() && tokens.get(i + 1)[0] == SqlLexer.OPERATOR && tokens.get(i + 1)[1] == t[2];
        return after;
    }

    /** A question mark between two values is an operator of jsonb; a placeholder stands where a value is expected. */
    private static boolean isPlaceholder(String text, List<int[]> tokens, int i) {
        if (i == 0) {
            return false;
        }
        int[] before = tokens.get(i - 1);
        String word = text.substring(before[1], before[2]).toLowerCase(java.util.Locale.ROOT);
        return switch (before[0]) {
            case SqlLexer.STRING,
                    SqlLexer.NUMBER,
                    SqlLexer.QUOTED,
                    SqlLexer.PARAMETER,
                    SqlLexer.CLOSE,
                    SqlLexer.CLOSE_BRACKET -> false;
            case SqlLexer.WORD ->
                io.tenantwarden.rls.sql.Identifiers.isReserved(word)
                        || List.of(
                                        "by",
                                        "set",
                                        "values",
                                        "between",
                                        "like",
                                        "ilike",
                                        "interval",
                                        "date",
                                        "timestamp",
                                        "timestamptz",
                                        "time",
                                        "uuid",
                                        "json",
                                        "jsonb",
                                        "escape",
                                        "next",
                                        "first",
                                        "rows")
                                .contains(word);
            default -> true;
        };
    }

    private static String constant(String value, String previous) {
        if (value.equals("NULL")) {
            return "NULL";
        }
        // ORDER BY 2 means a column, ORDER BY '2' is an error
        if (previous.equalsIgnoreCase("by") && value.matches("[0-9]+")) {
            return value;
        }
        return "'" + value.replace("'", "''") + "'";
    }

    /** Whether it only reads, so that it may be executed; the transaction is read-only besides. */
    boolean reads() {
        return !parsed.writes() && parsed.verb() != Keyword.INSERT && parsed.verb() != Keyword.MERGE;
    }
}
