package io.tenantwarden.instrumentation.method;

/** A name pattern in which {@code *} stands for any characters. Immutable. */
final class Glob {

    private final String pattern;

    Glob(String pattern) {
        this.pattern = pattern;
    }

    /**
     * @param name what is compared
     * @param internal whether the name has slashes where the pattern has dots
     */
    boolean matches(String name, boolean internal) {
        int p = 0;
        int n = 0;
        int star = -1;
        int mark = 0;
        while (n < name.length()) {
            char c = name.charAt(n);
            if (internal && c == '/') {
                c = '.';
            }
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = n;
            } else if (p < pattern.length() && pattern.charAt(p) == c) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
