package io.tenantwarden.rls.sql;

import java.util.Arrays;

/** Which character may begin or continue what in SQL, and what stands between tokens. Stateless. */
final class SqlCharacters {

    static final byte BLANK = 1;
    static final byte LETTER = 2;
    static final byte DIGIT = 3;
    /** Operators, quotes and everything else. */
    static final byte OTHER = 4;
    /** A token of its own, always. */
    static final byte SINGLE = 5;

    /** Of ASCII; everything above is a letter. */
    static final byte[] CLASSES = new byte[128];
    /** The token that a {@link #SINGLE} is. */
    static final byte[] SINGLES = new byte[128];

    /** How many bits {@link #code} needs. */
    static final int CODE_BITS = 5;

    private static final int OTHER_PART = 31;

    private static final byte[] CODES = new byte[128];

    static {
        Arrays.fill(CLASSES, OTHER);
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
        single('(', SqlLexer.OPEN);
        single(')', SqlLexer.CLOSE);
        single('[', SqlLexer.OPEN_BRACKET);
        single(']', SqlLexer.CLOSE_BRACKET);
        single(',', SqlLexer.COMMA);
        single(';', SqlLexer.SEMICOLON);
        for (char c = 0; c < 128; c++) {
            boolean part = CLASSES[c] == LETTER || CLASSES[c] == DIGIT || c == '$';
            CODES[c] = (byte) (part ? c == '_' ? 27 : Character.isLetter(c) ? c & 31 : OTHER_PART : 0);
        }
    }

    private SqlCharacters() {}

    private static void single(char c, int type) {
        CLASSES[c] = SINGLE;
        SINGLES[c] = (byte) type;
    }

    /**
     * Of a character that may stand in an unquoted name, though not first: 1 to 27 for letters, whatever their case, and the
     * underscore, one number for all others. Of every other character 0.
     */
    static int code(char c) {
        return c < 128 ? CODES[c] : OTHER_PART;
    }

    /** Whether it may stand in an unquoted name, though not first. */
    static boolean isNamePart(char c) {
        return code(c) != 0;
    }

    /** Where a comment that began before {@code from} with two dashes ends. */
    static int endOfLine(String sql, int from, int length) {
        int p = from;
        while (p < length && sql.charAt(p) != '\n' && sql.charAt(p) != '\r') {
            p++;
        }
        return p;
    }

    /** Where a comment that began before {@code from} with a slash and a star ends, those in it included; -1 when it does not. */
    static int endOfComment(String sql, int from, int length) {
        int depth = 1;
        int p = from;
        while (p + 1 < length) {
            char c = sql.charAt(p);
            char next = sql.charAt(p + 1);
            if (c == '*' && next == '/') {
                p += 2;
                if (--depth == 0) {
                    return p;
                }
            } else if (c == '/' && next == '*') {
                p += 2;
                depth++;
            } else {
                p++;
            }
        }
        return -1;
    }

    /**
     * Strings with a line break between them are one constant, read by the rules of its first part.
     *
     * @return where the next part begins behind its quote; -1 when there is none
     */
    static int continued(String sql, int from, int length) {
        boolean newline = false;
        int p = from;
        while (p < length) {
            char c = sql.charAt(p);
            if (c < 128 && CLASSES[c] == BLANK) {
                newline |= c == '\n' || c == '\r';
                p++;
            } else if (c == '-' && p + 1 < length && sql.charAt(p + 1) == '-') {
                p = endOfLine(sql, p + 2, length);
            } else {
                return newline && c == '\'' ? p + 1 : -1;
            }
        }
        return -1;
    }
}
