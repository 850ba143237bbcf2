package io.tenantwarden.rls.sql;

import java.util.Locale;

/** Which locks a query takes on the rows that it reads (PostgreSQL manual, SELECT, "The Locking Clause"). Stateless. */
final class RowLocks {

    private RowLocks() {}

    /**
     * Whether it reads rows in order to change them: FOR UPDATE or FOR NO KEY UPDATE.
     *
     * @param escapes whether a backslash escapes what follows it in every string constant
     */
    static boolean forUpdate(String sql, boolean escapes) {
        SqlLexer lexer = new SqlLexer(sql, escapes);
        String before = "";
        for (lexer.next(); lexer.type != SqlLexer.EOF; lexer.next()) {
            String word = lexer.type == SqlLexer.WORD
                    ? sql.substring(lexer.start, lexer.end).toLowerCase(Locale.ROOT)
                    : "";
            if (word.equals("update") && (before.equals("for") || before.equals("for no key"))) {
                return true;
            }
            boolean goesOn = before.equals("for") && word.equals("no") || before.equals("for no") && word.equals("key");
            before = word.equals("for") ? word : goesOn ? before + " " + word : "";
        }
        return false;
    }
}
