package io.tenantwarden.rls.sql;

/**
 * Cuts SQL into tokens as PostgreSQL's own scanner does, without an object for each token: the fields describe the token
 * that {@link #next()} found last. Comments and blanks are skipped. What names and constants mean says {@link TokenText}.
 *
 * <p>Rules: <a href="https://www.postgresql.org/docs/current/sql-syntax-lexical.html">SQL syntax, lexical structure</a>,
 * {@code src/backend/parser/scan.l}, and for UESCAPE {@code parser.c}. Reads each character a fixed number of times.
 */
public final class SqlLexer {

    public static final int EOF = 0;
    public static final int WORD = 1;
    /** {@code "name"}. */
    public static final int QUOTED = 2;
    /** {@code U&"name"}. */
    public static final int UNICODE_QUOTED = 3;
    /** Any string constant, dollar-quoted, bit and hexadecimal ones included. */
    public static final int STRING = 4;

    public static final int NUMBER = 5;
    /** {@code $1}. */
    public static final int PARAMETER = 6;
    /** One character of an operator, or any other single character. */
    public static final int OPERATOR = 7;
    /** {@code ::}. */
    public static final int CAST = 8;

    public static final int OPEN = 9;
    public static final int CLOSE = 10;
    public static final int OPEN_BRACKET = 11;
    public static final int CLOSE_BRACKET = 12;
    public static final int COMMA = 13;
    public static final int SEMICOLON = 14;
    public static final int DOT = 15;

    private static final String UESCAPE = "uescape";

    final String sql;
    /** Whether a backslash escapes what follows it in every string constant: {@code standard_conforming_strings = off}. */
    private final boolean escapes;

    private final int length;
    private int position;
    private boolean question;
    private long wordKey;

    /** Type of the token found last. */
    public int type;
    /** Where the token begins. */
    public int start;
    /** Where the token ends, exclusive; behind UESCAPE and its constant, where the token has them. */
    public int end;
    /** Where the name or constant itself ends: before UESCAPE. */
    int bodyEnd;
    /** What stands for the backslash in {@code U&"name"} and {@code U&'text'}. */
    char escape;
    /** Whether blanks or a comment stand before the token. */
    boolean gap;
    /** Whether something was not terminated, or a character cannot be part of SQL. Stays set. */
    boolean broken;
    /** Whether a constant would end elsewhere if backslashes escaped the other way round. Stays set. */
    boolean ambiguous;
    /** How many JDBC placeholders, single question marks, end at or before the end of the token. */
    int placeholders;
    /** How many characters were looked at, blanks and comments included: what the tests count. */
    long steps;

    public SqlLexer(String sql) {
        this(sql, false);
    }

    public SqlLexer(String sql, boolean escapes) {
        this(sql, escapes, 0, sql.length());
        // the protocol ends a string at NUL: the server would see another statement than we do
        this.broken = sql.indexOf(0) >= 0;
    }

    /** Reads {@code sql[from, to)} alone. */
    public SqlLexer(String sql, boolean escapes, int from, int to) {
        this.sql = sql;
        this.escapes = escapes;
        this.position = from;
        this.length = to;
    }

    /** Whether a backslash escapes what follows it in every string constant. */
    boolean escapes() {
        return escapes;
    }

    /** Finds the next token; {@link #EOF} again and again at the end. */
    public void next() {
        int begin = position;
        int p = skipBlanks(begin);
        gap = p > begin;
        start = p;
        if (p >= length) {
            steps += p - begin;
            token(EOF, length);
            return;
        }
        char c = sql.charAt(p);
        byte kind = c < 128 ? SqlCharacters.CLASSES[c] : SqlCharacters.LETTER;
        switch (kind) {
            case SqlCharacters.LETTER -> word(p, c);
            case SqlCharacters.DIGIT -> number(p);
            case SqlCharacters.SINGLE -> token(SqlCharacters.SINGLES[c], p + 1);
            default -> other(p, c);
        }
        steps += end - begin;
    }

    private void token(int tokenType, int tokenEnd) {
        type = tokenType;
        end = tokenEnd;
        bodyEnd = tokenEnd;
        position = tokenEnd;
    }

    private int skipBlanks(int from) {
        int p = from;
        while (p < length) {
            char c = sql.charAt(p);
            if (c < 128 && SqlCharacters.CLASSES[c] == SqlCharacters.BLANK) {
                p++;
            } else if (c == '-' && follows(p, '-')) {
                p = SqlCharacters.endOfLine(sql, p + 2, length);
            } else if (c == '/' && follows(p, '*')) {
                p = SqlCharacters.endOfComment(sql, p + 2, length);
                if (p < 0) {
                    broken = true;
                    p = length;
                }
            } else {
                break;
            }
        }
        return p;
    }

    private boolean follows(int p, char c) {
        return p + 1 < length && sql.charAt(p + 1) == c;
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
                    unicodeEscape();
                    return;
                }
                if (sql.charAt(q + 1) == '"') {
                    quoted(q + 2, UNICODE_QUOTED);
                    unicodeEscape();
                    return;
                }
            }
        }
        long key = SqlCharacters.code(c);
        while (q < length) {
            int code = SqlCharacters.code(sql.charAt(q));
            if (code == 0) {
                break;
            }
            key = key << SqlCharacters.CODE_BITS | code;
            q++;
        }
        wordKey = key;
        token(WORD, q);
    }

    /** What word of the language the token is: a code of {@link Words}, {@link Words#NONE} when it is none. */
    int word() {
        return type == WORD ? Words.code(sql, start, end, wordKey) : Words.NONE;
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
            case '?' -> question(p);
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

    /** JDBC writes the operator {@code ?} as {@code ??}. */
    private void question(int p) {
        if (question) {
            question = false;
        } else if (follows(p, '?')) {
            question = true;
        } else {
            placeholders++;
        }
        token(OPERATOR, p + 1);
    }

    /**
     * {@code UESCAPE 'x'} behind {@code U&"name"} or {@code U&'text'} belongs to it, as the server's own look-ahead has it:
     * blanks and comments may stand between, and the constant may be written in every way that a string can.
     */
    private void unicodeEscape() {
        escape = '\\';
        int tokenType = type;
        int body = end;
        int p = skipBlanks(body);
        steps += p - body;
        int afterWord = p + UESCAPE.length();
        if (broken
                || !sql.regionMatches(true, p, UESCAPE, 0, UESCAPE.length())
                || afterWord < length && SqlCharacters.isNamePart(sql.charAt(afterWord))) {
            return;
        }
        int q = skipBlanks(afterWord);
        if (q >= length) {
            return;
        }
        char c = sql.charAt(q);
        if (c == '\'') {
            string(q + 1, escapes);
        } else if ((c | 32) == 'e' && follows(q, '\'')) {
            string(q + 2, true);
        } else if (c == '$') {
            dollar(q);
        } else {
            return;
        }
        if (type == STRING) {
            String text = TokenText.constant(sql, q, end, '\\', escapes);
            escape = text != null && text.length() == 1 ? text.charAt(0) : escape;
            token(tokenType, end);
        } else {
            token(tokenType, body);
        }
        bodyEnd = body;
    }

    private void string(int from, boolean backslash) {
        // of E'', B'', X'' and U&'' no setting changes the meaning
        boolean bySetting = from == start + 1 || (sql.charAt(start) | 32) == 'n';
        int p = from;
        while (true) {
            if (p >= length) {
                broken = true;
                token(STRING, length);
                return;
            }
            char c = sql.charAt(p);
            if (c == '\\') {
                ambiguous |= bySetting && follows(p, '\'');
                p += backslash ? 2 : 1;
            } else if (c != '\'') {
                p++;
            } else if (follows(p, '\'')) {
                p += 2;
            } else {
                int more = SqlCharacters.continued(sql, p + 1, length);
                if (more < 0) {
                    token(STRING, p + 1);
                    return;
                }
                steps += more - p;
                p = more;
            }
        }
    }

    private void quoted(int from, int tokenType) {
        int p = from;
        while (true) {
            p = sql.indexOf('"', p);
            if (p < 0 || p >= length) {
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
                if (close < 0 || close + tag.length() > length) {
                    broken = true;
                    token(STRING, length);
                } else {
                    token(STRING, close + tag.length());
                }
                return;
            }
            if (!SqlCharacters.isNamePart(c)) {
                break;
            }
            p++;
        }
        steps += p - from;
        token(OPERATOR, from + 1);
    }
}
