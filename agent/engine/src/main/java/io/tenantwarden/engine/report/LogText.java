package io.tenantwarden.engine.report;

import java.util.Collection;

/** Makes any text harmless inside one log line: whatever a client put into a table alias or a thread name, the line stays one line. */
final class LogText {

    static final int MAX_SQL = 500;
    private static final int MAX_VALUE = 500;
    private static final int MAX_STATEMENT_TEXT = 8_000;

    private LogText() {}

    /** Appends {@code " name=value"}; the value is JSON-quoted when it is empty or holds a space, a quote or anything invisible. */
    static void field(StringBuilder line, String name, String value) {
        line.append(' ').append(name).append('=');
        value(line, value);
    }

    /** Appends {@code " name="value""}; always quoted. */
    static void quotedField(StringBuilder line, String name, String value, int maxLength) {
        line.append(' ').append(name).append('=');
        quote(line, cut(value == null ? "" : value, maxLength));
    }

    /** Appends the value of a field, JSON-quoted when needed; null is an empty value. */
    static void value(StringBuilder line, String value) {
        String text = cut(value == null ? "" : value, MAX_VALUE);
        if (needsQuotes(text)) {
            quote(line, text);
        } else {
            line.append(text);
        }
    }

    /** One value that lists several, comma-separated. */
    static String list(Collection<String> values) {
        return String.join(",", values);
    }

    /** A free text of ours as one line: what could end the line, move the cursor or turn the reading direction is written as an escape. */
    static String oneLine(String text) {
        String shown = cut(text == null ? "" : text, MAX_STATEMENT_TEXT);
        StringBuilder line = null;
        for (int i = 0; i < shown.length(); i++) {
            char c = shown.charAt(i);
            boolean escape = isUnsafe(shown, i) || startsLookup(shown, i);
            if (escape && line == null) {
                line = new StringBuilder(shown.length() + 16).append(shown, 0, i);
            }
            if (escape) {
                escape(line, c);
            } else if (line != null) {
                line.append(c);
            }
        }
        return line == null ? shown : line.toString();
    }

    /** As {@link ThreadNames#withoutNumbers}, cut. */
    static String threadName(String name) {
        return cut(ThreadNames.withoutNumbers(name), MAX_VALUE);
    }

    /** At most this many characters, and never half of a surrogate pair. */
    static String cut(String text, int maxLength) {
        if (text.length() <= maxLength) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(maxLength - 1)) ? maxLength - 1 : maxLength;
        return text.substring(0, end);
    }

    private static boolean needsQuotes(String text) {
        if (text.isEmpty()) {
            return true;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\'' || Character.isSpaceChar(c) || isUnsafe(text, i) || startsLookup(text, i)) {
                return true;
            }
        }
        return false;
    }

    private static void quote(StringBuilder line, String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (isUnsafe(text, i) || startsLookup(text, i)) {
                escape(line, c);
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }

    private static void escape(StringBuilder line, char c) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                line.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    line.append(Character.forDigit(c >> shift & 0xF, 16));
                }
            }
        }
    }

    /** Control and format characters (ANSI escapes, right-to-left marks), line and paragraph separators, halves of surrogate pairs. */
    private static boolean isUnsafe(String text, int index) {
        char c = text.charAt(index);
        if (c < 0x7F) {
            return c < 0x20;
        }
        if (Character.isSurrogate(c)) {
            boolean pair = Character.isHighSurrogate(c)
                    ? index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1))
                    : index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
            return !pair || isUnsafeType(text.codePointAt(Character.isHighSurrogate(c) ? index : index - 1));
        }
        return isUnsafeType(c);
    }

    private static boolean isUnsafeType(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** Log4j 2 before 2.15 looks up <code>${jndi:...}</code> inside messages: CVE-2021-44228. */
    private static boolean startsLookup(String text, int index) {
        return text.charAt(index) == '$' && index + 1 < text.length() && text.charAt(index + 1) == '{';
    }
}
