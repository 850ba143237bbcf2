package io.tenantwarden.rls;

/**
 * Cuts SQL into tokens as PostgreSQL's own scanner does, without an object for each token: the fields describe the token
 * that {@link #next()} found last. Comments and blanks are skipped.
 *
 * <p>Rules: <a href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html">SQL syntax, lexical structure</a>
 * and {@code src/backend/parser/scan.l}.
 */
final class SqlLexer {

    static final int EOF = 0;
    static final int WORD = 1;
    /** {@code "name"}. */
    static final int QUOTED = 2;
    /** {@code U&"name"}. */
    static final int UNICODE_QUOTED = 3;
    /** Any string constant, dollar-quoted, bit and hexadecimal ones included. */
    static final int STRING = 4;

    static final int NUMBER = 5;
    /** {@code $1}. */
    static final int PARAMETER = 6;
    /** One character of an operator, or any other single character. */
    static final int OPERATOR = 7;
    /** {@code ::}. */
    static final int CAST = 8;

    static final int OPEN = 9;
    static final int CLOSE = 10;
    static final int OPEN_BRACKET = 11;
    static final int CLOSE_BRACKET = 12;
    static final int COMMA = 13;
    static final int SEMICOLON = 14;
    static final int DOT = 15;

    private static final byte BLANK = 1;
    private static final byte LETTER = 2;
    private static final byte DIGIT = 3;
    private static final byte OTHER = 4;
    private static final byte SINGLE = 5;

    private static final byte[] CLASSES = new byte[128];
    private static final byte[] SINGLES = new byte[128];
    private static final boolean[] NAME_PART = new boolean[128];

    static {
        java.util.Arrays.fill(CLASSES, OTHER);
        for (char c : " \t\n\r\f\u000b".toCharArray()) {
            CLASSES[c] = BLANK;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            CLASSES[c] = LETTER;
            CLASSES[c - 32] = LETTER;
        }
        CLASSES['_'] = LETTER;
        for (char c = '0'; c <= '9'; c++) {
            CLASSES[c] = DIGIT;
        }
        single('(', OPEN);
        single(')', CLOSE);
        single('[', OPEN_BRACKET);
        single(']', CLOSE_BRACKET);
        single(',', COMMA);
        single(';', SEMICOLON);
        for (char c = 0; c < 128; c++) {
            NAME_PART[c] = CLASSES[c] == LETTER || CLASSES[c] == DIGIT || c == '$';
        }
    }

    private static void single(char c, int type) {
        CLASSES[c] = SINGLE;
        SINGLES[c] = (byte) type;
    }

    final String sql;
    /** Whether a backslash escapes what follows it in every string constant: {@code standard_conforming_strings = off}. */
    private final boolean escapes;

    private final int length;
    private int position;

    /** Type of the token found last. */
    int type;
    /** Where the token begins. */
    int start;
    /** Where the token ends, exclusive. */
    int end;
    /** Whether blanks or a comment stand before the token. */
    boolean gap;
    /** Whether something was not terminated, or a character cannot be part of SQL. Stays set. */
    boolean broken;

    SqlLexer(String sql) {
        this(sql, false);
    }

    SqlLexer(String sql, boolean escapes) {
        this.sql = sql;
        this.escapes = escapes;
        this.length = sql.length();
        // the protocol ends a string at NUL: the server would see another statement than we do
        this.broken = sql.indexOf(0) >= 0;
    }

    /** Finds the next token; {@link #EOF} again and again at the end. */
    void next() {
        int begin = position;
        int p = skipBlanks(begin);
        gap = p > begin;
        start = p;
        if (p >= length) {
            type = EOF;
            end = length;
            position = length;
            return;
        }
        char c = sql.charAt(p);
        byte kind = c < 128 ? CLASSES[c] : LETTER;
        switch (kind) {
            case LETTER -> word(p, c);
            case DIGIT -> number(p);
            case SINGLE -> token(SINGLES[c], p + 1);
            default -> other(p, c);
        }
    }

    private void token(int tokenType, int tokenEnd) {
        type = tokenType;
        end = tokenEnd;
        position = tokenEnd;
    }

    private int skipBlanks(int from) {
        int p = from;
        while (p < length) {
            char c = sql.charAt(p);
            if (c < 128 && CLASSES[c] == BLANK) {
                p++;
            } else if (c == '-' && follows(p, '-')) {
                p = endOfLine(p + 2);
            } else if (c == '/' && follows(p, '*')) {
                p = endOfComment(p + 2);
            } else {
                break;
            }
        }
        return p;
    }

    private boolean follows(int p, char c) {
        return p + 1 < length && sql.charAt(p + 1) == c;
    }

    private int endOfLine(int from) {
        int p = from;
        while (p < length && sql.charAt(p) != '\n' && sql.charAt(p) != '\r') {
            p++;
        }
        return p;
    }

    private int endOfComment(int from) {
        int depth = 1;
        int p = from;
        while (p < length) {
            char c = sql.charAt(p);
            if (c == '*' && follows(p, '/')) {
                p += 2;
                if (--depth == 0) {
                    return p;
                }
            } else if (c == '/' && follows(p, '*')) {
                p += 2;
                depth++;
            } else {
                p++;
            }
        }
        broken = true;
        return length;
    }

    private void word(int p, char c) {
        int q = p + 1;
        if (q < length) {
            char d = sql.charAt(q);
            if (d == '\'') {
                switch (c) {
                    case 'e', 'E' -> {
                        string(q + 1, true);
                        return;
                    }
                    case 'n', 'N' -> {
                        string(q + 1, escapes);
                        return;
                    }
                    case 'b', 'B', 'x', 'X' -> {
                        string(q + 1, false);
                        return;
                    }
                    default -> {
                        // an ordinary name before a string
                    }
                }
            } else if (d == '&' && (c == 'u' || c == 'U') && q + 1 < length) {
                if (sql.charAt(q + 1) == '\'') {
                    string(q + 2, false);
                    return;
                }
                if (sql.charAt(q + 1) == '"') {
                    quoted(q + 2, UNICODE_QUOTED);
                    return;
                }
            }
        }
        while (q < length) {
            char d = sql.charAt(q);
            if (d < 128 && !NAME_PART[d]) {
                break;
            }
            q++;
        }
        token(WORD, q);
    }

    private boolean digitAt(int p) {
        return p < length && sql.charAt(p) >= '0' && sql.charAt(p) <= '9';
    }

    private void number(int from) {
        int p = from;
        if (sql.charAt(p) == '0' && p + 1 < length) {
            char base = (char) (sql.charAt(p + 1) | 32);
            if (base == 'x' || base == 'o' || base == 'b') {
                int q = p + 2;
                while (q < length && (Character.digit(sql.charAt(q), 16) >= 0 || sql.charAt(q) == '_')) {
                    q++;
                }
                if (q > p + 2) {
                    token(NUMBER, q);
                    return;
                }
            }
        }
        p = digits(p);
        // 1..10 is a slice of numbers in PL/pgSQL, not 1. and .10
        if (p < length && sql.charAt(p) == '.' && !follows(p, '.')) {
            p = digits(p + 1);
        }
        if (p < length && (sql.charAt(p) | 32) == 'e') {
            int q = p + 1;
            if (q < length && (sql.charAt(q) == '+' || sql.charAt(q) == '-')) {
                q++;
            }
            if (digitAt(q)) {
                p = digits(q);
            }
        }
        token(NUMBER, p);
    }

    private int digits(int from) {
        int p = from;
        while (digitAt(p) || p > from && p < length && sql.charAt(p) == '_' && digitAt(p + 1)) {
            p++;
        }
        return p;
    }

    private void other(int p, char c) {
        switch (c) {
            case '\'' -> string(p + 1, escapes);
            case '"' -> quoted(p + 1, QUOTED);
            case '$' -> dollar(p);
            case '.' -> {
                if (digitAt(p + 1)) {
                    number(p);
                } else {
                    token(DOT, p + 1);
                }
            }
            case ':' -> {
                if (follows(p, ':')) {
                    token(CAST, p + 2);
                } else {
                    token(OPERATOR, p + 1);
                }
            }
            default -> token(OPERATOR, p + 1);
        }
    }

    private void string(int from, boolean backslash) {
        int p = from;
        while (true) {
            if (p >= length) {
                broken = true;
                token(STRING, length);
                return;
            }
            char c = sql.charAt(p);
            if (c == '\\' && backslash) {
                p += 2;
            } else if (c != '\'') {
                p++;
            } else if (follows(p, '\'')) {
                p += 2;
            } else {
                int more = continued(p + 1);
                if (more < 0) {
                    token(STRING, p + 1);
                    return;
                }
                p = more;
            }
        }
    }

    /**
     * Strings with a line break between them are one constant, read by the rules of its first part.
     *
     * @return where the next part begins behind its quote; -1 when there is none
     */
    private int continued(int from) {
        boolean newline = false;
        int p = from;
        while (p < length) {
            char c = sql.charAt(p);
            if (c < 128 && CLASSES[c] == BLANK) {
                newline |= c == '\n' || c == '\r';
                p++;
            } else if (c == '-' && follows(p, '-')) {
                p = endOfLine(p + 2);
            } else {
                return newline && c == '\'' ? p + 1 : -1;
            }
        }
        return -1;
    }

    private void quoted(int from, int tokenType) {
        int p = from;
        while (true) {
            p = sql.indexOf('"', p);
            if (p < 0) {
                broken = true;
                token(tokenType, length);
                return;
            }
            if (!follows(p, '"')) {
                token(tokenType, p + 1);
                return;
            }
            p += 2;
        }
    }

    private void dollar(int from) {
        int p = from + 1;
        if (digitAt(p)) {
            while (digitAt(p)) {
                p++;
            }
            token(PARAMETER, p);
            return;
        }
        while (p < length) {
            char c = sql.charAt(p);
            if (c == '$') {
                String tag = sql.substring(from, p + 1);
                int close = sql.indexOf(tag, p + 1);
                if (close < 0) {
                    broken = true;
                    token(STRING, length);
                } else {
                    token(STRING, close + tag.length());
                }
                return;
            }
            if (c < 128 && !NAME_PART[c]) {
                break;
            }
            p++;
        }
        token(OPERATOR, from + 1);
    }
}
