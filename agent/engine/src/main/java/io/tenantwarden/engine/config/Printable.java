package io.tenantwarden.engine.config;

import java.util.Locale;

/** Makes configured text fit for one line of a log: no control characters, no passwords, no endless values. */
final class Printable {

    private static final int MAX_VALUE = 300;
    private static final int MAX_MESSAGE = 2_000;
    private static final String MASK = "***";
    private static final String[] SECRET_WORDS = {
        "password", "passwd", "pwd", "secret", "token", "credential", "apikey", "api_key", "api-key"
    };

    private Printable() {}

    /** A value as it may be shown: masked, and quoted like JSON when it is blank or has spaces, quotes or control characters. */
    static String value(Key<?> key, String value) {
        return key != null && key.isSecret() ? MASK : quoted(cut(mask(value), MAX_VALUE));
    }

    /** The value of something that is not a key: its name alone may say that it is a password. */
    static String valueOfUnknown(String name, String value) {
        return hasSecretWord(name) ? MASK : value(null, value);
    }

    /** Text that stays one line and shows no password. */
    static String message(String text) {
        return oneLine(cut(mask(text), MAX_MESSAGE));
    }

    static String oneLine(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            append(out, text.charAt(i));
        }
        return out.toString();
    }

    private static String quoted(String value) {
        boolean plain = !value.isEmpty();
        for (int i = 0; i < value.length() && plain; i++) {
            char c = value.charAt(i);
            plain = !Character.isWhitespace(c) && c != '"' && !isDangerous(c);
        }
        if (plain) {
            return value;
        }
        StringBuilder out = new StringBuilder(value.length() + 8).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            append(out, c);
        }
        return out.append('"').toString();
    }

    private static void append(StringBuilder out, char c) {
        if (c == '\n') {
            out.append("\\n");
        } else if (c == '\r') {
            out.append("\\r");
        } else if (c == '\t') {
            out.append("\\t");
        } else if (isDangerous(c)) {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                out.append(Character.forDigit(c >> shift & 15, 16));
            }
        } else {
            out.append(c);
        }
    }

    /** Characters that break a line or show text in another order than it is stored. */
    private static boolean isDangerous(char c) {
        if (c < 127) {
            return c < ' ';
        }
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private static String cut(String value, int max) {
        return value.length() <= max ? value : value.substring(0, max).concat("...");
    }

    /** Hides what follows {@code password=} and the like, and the user-info of a URL. */
    static String mask(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (lower.length() != value.length()) {
            return hasSecretWord(lower) ? MASK : value;
        }
        if (!hasSecretWord(lower) && !lower.contains("://")) {
            return value;
        }
        StringBuilder out = new StringBuilder(value.length());
        int at = 0;
        while (at < value.length()) {
            int from = Math.min(afterSecretName(lower, at), userInfo(lower, at));
            if (from >= value.length()) {
                break;
            }
            int to = from;
            char end = lower.charAt(from - 1) == '/' ? '@' : 0;
            while (to < value.length() && (end != 0 ? lower.charAt(to) != end : !isDelimiter(lower.charAt(to)))) {
                to++;
            }
            out.append(value, at, from);
            if (to > from) {
                out.append(MASK);
            }
            at = to;
        }
        return out.append(value, Math.min(at, value.length()), value.length()).toString();
    }

    /** Where the value after {@code password=} begins, at or after {@code at}; a large number when there is none. */
    private static int afterSecretName(String lower, int at) {
        int first = Integer.MAX_VALUE;
        for (String word : SECRET_WORDS) {
            for (int found = lower.indexOf(word, at); found >= 0; found = lower.indexOf(word, found + 1)) {
                int end = found + word.length();
                while (end < lower.length()
                        && (Character.isLetterOrDigit(lower.charAt(end)) || "_-$".indexOf(lower.charAt(end)) >= 0)) {
                    end++;
                }
                end = skip(lower, end, " \"'");
                if (end < lower.length() && (lower.charAt(end) == '=' || lower.charAt(end) == ':')) {
                    first = Math.min(first, skip(lower, end + 1, " \"'"));
                    break;
                }
            }
        }
        return first;
    }

    /** Where the user-info of the next URL begins, at or after {@code at}; a large number when there is none. */
    private static int userInfo(String lower, int at) {
        for (int slashes = lower.indexOf("://", at); slashes >= 0; slashes = lower.indexOf("://", slashes + 3)) {
            int end = slashes + 3;
            while (end < lower.length() && "@/?#, ".indexOf(lower.charAt(end)) < 0) {
                end++;
            }
            if (end < lower.length() && lower.charAt(end) == '@') {
                return slashes + 3;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static int skip(String text, int from, String characters) {
        int at = from;
        while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private static boolean isDelimiter(char c) {
        return c == '&' || c == ',' || c == ';' || c == '\'' || c == '"' || Character.isWhitespace(c);
    }

    private static boolean hasSecretWord(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (String word : SECRET_WORDS) {
            if (lower.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
