package io.tenantwarden.rls.catalog;

import java.util.regex.Pattern;

/** Patterns of names in which {@code *} stands for any characters, none included; everything else stands for itself. Stateless. */
public final class Wildcards {

    private Wildcards() {}

    /** The pattern of a whole name; names may hold line breaks. */
    public static Pattern compile(String pattern) {
        StringBuilder regex = new StringBuilder();
        int from = 0;
        for (int star = pattern.indexOf('*'); star >= 0; star = pattern.indexOf('*', from)) {
            regex.append(Pattern.quote(pattern.substring(from, star))).append(".*");
            from = star + 1;
        }
        return Pattern.compile(
                regex.append(Pattern.quote(pattern.substring(from))).toString(), Pattern.DOTALL);
    }
}
