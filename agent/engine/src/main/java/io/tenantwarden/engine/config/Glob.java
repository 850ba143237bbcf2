package io.tenantwarden.engine.config;

/** Matching with {@code *}, without regular expressions. */
final class Glob {

    private Glob() {}

    /**
     * Whether the whole text matches.
     *
     * @param barrier a character that {@code *} does not cross; 0 when it crosses all
     */
    static boolean matches(String pattern, String text, char barrier) {
        int p = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = t;
            } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
                p++;
                t++;
            } else if (star >= 0 && !(barrier != 0 && text.charAt(mark) == barrier)) {
                p = star + 1;
                t = ++mark;
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
