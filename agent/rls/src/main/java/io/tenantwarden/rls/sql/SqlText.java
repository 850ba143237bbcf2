package io.tenantwarden.rls.sql;

/** Makes of SQL what may be logged. */
final class SqlText {

    /** What a log line may hold. */
    private static final int MAX_LENGTH = 500;

    private static final String CUT = "...";

    private SqlText() {}

    /**
     * The SQL without literals and comments. Where the text cannot be trusted to end its literals where they seem to end,
     * it stops: rather a short line than a tenant's data in it.
     */
    static String scrub(String sql, boolean trusted) {
        return scrub(lexer(sql), trusted);
    }

    static SqlLexer lexer(String sql) {
        return new SqlLexer(sql, false, 0, Math.min(sql.length(), SqlStatement.MAX_LENGTH));
    }

    /** As {@link #scrub(String, boolean)}, of a lexer that has not read anything yet. */
    static String scrub(SqlLexer lexer, boolean trusted) {
        String sql = lexer.sql;
        StringBuilder out = new StringBuilder(Math.min(sql.length() + 16, MAX_LENGTH + 64));
        boolean create = false;
        GivenValue setting = new GivenValue();
        int previous = Words.NONE;
        lexer.next();
        while (lexer.type != SqlLexer.EOF) {
            if (lexer.gap && !out.isEmpty()) {
                out.append(' ');
            }
            int word = lexer.word();
            create |= word == Words.CREATE;
            boolean value = setting.covers(lexer, word);
            switch (lexer.type) {
                case SqlLexer.WORD, SqlLexer.QUOTED, SqlLexer.UNICODE_QUOTED -> {
                    if (lexer.type != SqlLexer.WORD && lexer.broken && lexer.end == sql.length()) {
                        // a quoted name without end has swallowed the rest
                        return limit(out.append("? ").append(CUT));
                    }
                    if (value) {
                        out.append('?');
                    } else {
                        append(out, sql, lexer.start, lexer.bodyEnd);
                        appendEscape(out, lexer);
                    }
                }
                case SqlLexer.STRING -> {
                    out.append('?');
                    appendEscape(out, lexer);
                    if (!trusted || lexer.broken || lexer.ambiguous) {
                        return limit(out.append(' ').append(CUT));
                    }
                }
                case SqlLexer.NUMBER -> out.append('?');
                default -> append(out, sql, lexer.start, lexer.end);
            }
            if (create && previous == Words.BEGIN && word == Words.ATOMIC) {
                return limit(out.append(' ').append(CUT));
            }
            if (out.length() > MAX_LENGTH) {
                break;
            }
            previous = word;
            lexer.next();
        }
        return limit(out);
    }

    private static void append(StringBuilder out, String sql, int start, int end) {
        int stop = Math.min(end, start + MAX_LENGTH + 1);
        for (int i = start; i < stop; i++) {
            char c = sql.charAt(i);
            // only quoted names can hold one
            out.append(c < ' ' || c == 0x7f ? ' ' : c);
        }
    }

    private static void appendEscape(StringBuilder out, SqlLexer lexer) {
        if (lexer.bodyEnd != lexer.end) {
            out.append(" uescape ?");
        }
    }

    private static String limit(StringBuilder out) {
        if (out.length() > MAX_LENGTH) {
            int length = MAX_LENGTH - CUT.length();
            if (Character.isHighSurrogate(out.charAt(length - 1))) {
                length--;
            }
            out.setLength(length);
            out.append(CUT);
        }
        return out.toString();
    }

    /**
     * Finds what SET gives a setting: {@code SET app.tenant_id = acme} needs no quotes around the value. Names behind TO or
     * the equals sign are values in SET, and in ALTER behind its SET.
     */
    static final class GivenValue {

        private boolean begins = true;
        private boolean set;
        private boolean alter;
        private boolean given;

        boolean covers(SqlLexer lexer, int word) {
            if (lexer.type == SqlLexer.SEMICOLON) {
                begins = true;
                set = false;
                alter = false;
                given = false;
                return false;
            }
            if (given) {
                return word != Words.DEFAULT;
            }
            if (begins) {
                begins = false;
                set = word == Words.SET;
                alter = word == Words.ALTER;
            } else if (alter && word == Words.SET) {
                set = true;
            } else if (set) {
                given = word == Words.TO || lexer.type == SqlLexer.OPERATOR && lexer.sql.charAt(lexer.start) == '=';
            }
            return false;
        }
    }
}
