package io.tenantwarden.rls.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the names and string constants that {@link SqlLexer} finds mean to the server: the one place that reads them.
 * Stateless.
 *
 * <p>Rules: PostgreSQL manual, 4.1.1 Identifiers and Key Words, 4.1.2 Constants; {@code scan.l}, {@code scansup.c},
 * and {@code str_udeescape} in {@code parser.c}. Names are cut as a server with UTF-8 does.
 */
public final class TokenText {

    /** NAMEDATALEN - 1: PostgreSQL cuts longer names. */
    private static final int MAX_BYTES = 63;

    private TokenText() {}

    // ---------------------------------------------------------------- names

    /**
     * The name of a token: unquoted in lower case (ASCII only, as the server does for UTF-8), quoted without quotes.
     *
     * @param type {@link SqlLexer#WORD}, {@link SqlLexer#QUOTED} or {@link SqlLexer#UNICODE_QUOTED}
     * @param end where it ends without UESCAPE: {@link SqlLexer#bodyEnd}
     * @param escape what stands for the backslash in {@code U&"name"}
     */
    public static String name(String sql, int type, int start, int end, char escape) {
        return switch (type) {
            case SqlLexer.QUOTED -> cut(unquote(sql, start + 1, end - 1));
            case SqlLexer.UNICODE_QUOTED -> cut(unescape(unquote(sql, start + 3, end - 1), escape));
            default -> cut(lower(sql, start, end));
        };
    }

    /** As the server compares names of settings, and a bit more: no letter case counts. */
    static String settingName(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static String unquote(String sql, int from, int to) {
        if (from >= to) {
            return "";
        }
        String inside = sql.substring(from, to);
        return inside.indexOf('"') < 0 ? inside : inside.replace("\"\"", "\"");
    }

    public static String lower(String sql, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = sql.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                StringBuilder b = new StringBuilder(end - start).append(sql, start, i);
                for (int k = i; k < end; k++) {
                    char d = sql.charAt(k);
                    b.append(d >= 'A' && d <= 'Z' ? (char) (d + 32) : d);
                }
                return b.toString();
            }
        }
        return sql.substring(start, end);
    }

    /** Whether a name of that text is not cut. */
    static boolean fitsName(String text) {
        return cut(text).length() == text.length();
    }

    private static String cut(String name) {
        // a char is at most three bytes
        if (name.length() * 3 <= MAX_BYTES) {
            return name;
        }
        int bytes = 0;
        int i = 0;
        while (i < name.length()) {
            int c = name.codePointAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (bytes > MAX_BYTES) {
                return name.substring(0, i);
            }
            i += Character.charCount(c);
        }
        return name;
    }

    /** {@code \0061} and {@code \+000061}, with another character for the backslash where UESCAPE says so. */
    private static String unescape(String text, char escape) {
        if (text.indexOf(escape) < 0) {
            return text;
        }
        StringBuilder b = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != escape) {
                b.append(c);
                continue;
            }
            if (i + 1 < text.length() && text.charAt(i + 1) == escape) {
                b.append(escape);
                i++;
                continue;
            }
            boolean six = i + 1 < text.length() && text.charAt(i + 1) == '+';
            int from = six ? i + 2 : i + 1;
            int to = from + (six ? 6 : 4);
            int codePoint = to > text.length() ? -1 : number(text, from, to, 16);
            if (Character.isValidCodePoint(codePoint)) {
                b.appendCodePoint(codePoint);
                i = to - 1;
            } else {
                b.append(c);
            }
        }
        return b.toString();
    }

    /** -1 when one of the characters is no digit. */
    private static int number(String text, int from, int to, int radix) {
        int value = from < to ? 0 : -1;
        for (int i = from; i < to && value >= 0; i++) {
            char c = text.charAt(i);
            int digit = c < 128 ? Character.digit(c, radix) : -1;
            value = digit < 0 ? -1 : value * radix + digit;
        }
        return value;
    }

    // ---------------------------------------------------------------- string constants

    /**
     * The text of a string constant: {@code 'a'}, {@code E'a'}, {@code N'a'}, {@code U&'a'}, {@code $$a$$}, and each of them
     * that continues behind a line break. Null for bit strings, and for what the server would refuse.
     *
     * @param end where it ends without UESCAPE: {@link SqlLexer#bodyEnd}
     * @param escape what stands for the backslash in {@code U&'text'}
     * @param escapes whether a backslash escapes in every constant: {@code standard_conforming_strings = off}
     */
    public static String constant(String sql, int start, int end, char escape, boolean escapes) {
        switch (sql.charAt(start)) {
            case '$':
                int tag = sql.indexOf('$', start + 1) + 1 - start;
                return end - start < 2 * tag ? null : sql.substring(start + tag, end - tag);
            case 'b', 'B', 'x', 'X':
                return null;
            case 'e', 'E':
                return quoted(sql, start + 1, end, true);
            case 'n', 'N':
                return quoted(sql, start + 1, end, escapes);
            case 'u', 'U':
                String text = quoted(sql, start + 2, end, false);
                return text == null ? null : unescape(text, escape);
            default:
                return quoted(sql, start, end, escapes);
        }
    }

    /** @param open where the first quote stands */
    private static String quoted(String sql, int open, int end, boolean backslash) {
        StringBuilder b = null;
        int copied = open + 1;
        int p = open + 1;
        while (p < end) {
            char c = sql.charAt(p);
            if (c != '\'' && (c != '\\' || !backslash)) {
                p++;
                continue;
            }
            if (c == '\'' && p == end - 1) {
                return b == null
                        ? sql.substring(copied, p)
                        : b.append(sql, copied, p).toString();
            }
            b = (b == null ? new StringBuilder(end - open) : b).append(sql, copied, p);
            if (c == '\\') {
                p = escaped(sql, p, end, b);
            } else if (sql.charAt(p + 1) == '\'') {
                b.append('\'');
                p += 2;
            } else {
                p = SqlCharacters.continued(sql, p + 1, end);
            }
            if (p < 0) {
                return null;
            }
            copied = p;
        }
        return null;
    }

    /** What a backslash and the characters behind it stand for; returns where it goes on, -1 when it means nothing. */
    private static int escaped(String sql, int backslash, int end, StringBuilder b) {
        int p = backslash + 1;
        if (p >= end) {
            return -1;
        }
        char c = sql.charAt(p);
        switch (c) {
            case 'b':
                b.append('\b');
                return p + 1;
            case 'f':
                b.append('\f');
                return p + 1;
            case 'n':
                b.append('\n');
                return p + 1;
            case 'r':
                b.append('\r');
                return p + 1;
            case 't':
                b.append('\t');
                return p + 1;
            case 'u', 'U':
                int to = p + (c == 'u' ? 5 : 9);
                int codePoint = to > end ? -1 : number(sql, p + 1, to, 16);
                if (!Character.isValidCodePoint(codePoint)) {
                    return -1;
                }
                b.appendCodePoint(codePoint);
                return to;
            case 'x', '0', '1', '2', '3', '4', '5', '6', '7':
                return bytes(sql, backslash, end, b);
            default:
                b.append(c);
                return p + 1;
        }
    }

    /** {@code \x41} and {@code \101} are bytes; those that follow each other make characters together. */
    private static int bytes(String sql, int backslash, int end, StringBuilder b) {
        byte[] bytes = new byte[8];
        int count = 0;
        int p = backslash;
        while (p + 1 < end && sql.charAt(p) == '\\') {
            boolean hex = sql.charAt(p + 1) == 'x';
            int from = hex ? p + 2 : p + 1;
            int to = from;
            while (to < end && to < from + (hex ? 2 : 3) && number(sql, to, to + 1, hex ? 16 : 8) >= 0) {
                to++;
            }
            if (to == from) {
                break;
            }
            if (count == bytes.length) {
                bytes = Arrays.copyOf(bytes, count * 2);
            }
            bytes[count++] = (byte) number(sql, from, to, hex ? 16 : 8);
            p = to;
        }
        if (count == 0) {
            // \x without a digit is an x
            b.append(sql.charAt(p + 1));
            return p + 2;
        }
        b.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
        return p;
    }
}
