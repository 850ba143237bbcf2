package io.tenantwarden.rls;

import java.util.Set;

/** Names as PostgreSQL reads and writes them. Stateless. */
public final class Identifiers {

    /** NAMEDATALEN - 1: PostgreSQL cuts longer names. */
    private static final int MAX_BYTES = 63;

    /** Reserved words that need quotes as a table, column, schema, role or policy name. */
    private static final Set<String> RESERVED = Set.of(("""
                    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
                    collation column concurrently constraint create cross current_catalog current_date current_role
                    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
                    except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
                    into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
                    offset on only or order outer overlaps placing primary references returning right select session_user
                    similar some symmetric system_user table tablesample then to trailing true union unique user using
                    variadic verbose when where window with
                    """).strip().split("\\s+"));

    private Identifiers() {}

    /** The name of a token: unquoted in lower case (ASCII only, as the server does for UTF-8), quoted without quotes. */
    static String fold(String sql, int type, int start, int end, char escape) {
        return switch (type) {
            case SqlLexer.QUOTED -> cut(unquote(sql, start + 1, end - 1));
            case SqlLexer.UNICODE_QUOTED -> cut(unescape(unquote(sql, start + 3, end - 1), escape));
            default -> cut(lower(sql, start, end));
        };
    }

    private static String unquote(String sql, int from, int to) {
        if (from >= to) {
            return "";
        }
        String inside = sql.substring(from, to);
        return inside.indexOf('"') < 0 ? inside : inside.replace("\"\"", "\"");
    }

    static String lower(String sql, int start, int end) {
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
            int codePoint = hex(text, from, to);
            if (codePoint < 0) {
                b.append(c);
            } else {
                b.appendCodePoint(codePoint);
                i = to - 1;
            }
        }
        return b.toString();
    }

    private static int hex(String text, int from, int to) {
        if (to > text.length()) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return Character.isValidCodePoint(value) ? value : -1;
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

    /** The value of a string constant without escapes; null when it is not that simple. */
    static String plainLiteral(String sql, int start, int end) {
        int from = start;
        char first = sql.charAt(from);
        if (first == '$') {
            int tag = sql.indexOf('$', from + 1) + 1 - from;
            return end - start < 2 * tag ? null : sql.substring(start + tag, end - tag);
        }
        if ((first | 32) == 'e') {
            if (sql.substring(start, end).indexOf('\\') >= 0) {
                return null;
            }
            from++;
        }
        if (end - from < 2 || sql.charAt(from) != '\'' || sql.charAt(end - 1) != '\'') {
            return null;
        }
        String inside = sql.substring(from + 1, end - 1);
        return inside.indexOf('\'') < 0 ? inside : null;
    }

    /** The name as it must stand in SQL: in double quotes where it would not be read back as itself. */
    public static String quote(String name) {
        boolean plain = !name.isEmpty() && !RESERVED.contains(name);
        for (int i = 0; i < name.length() && plain; i++) {
            char c = name.charAt(i);
            plain = c >= 'a' && c <= 'z' || c == '_' || i > 0 && (c >= '0' && c <= '9' || c == '$');
        }
        return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code schema.name}, each part quoted where needed. */
    public static String quote(String schema, String name) {
        return quote(schema) + "." + quote(name);
    }
}
