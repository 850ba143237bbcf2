package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.Collection;
import java.util.stream.Collectors;

/** Parts of messages: the one place that knows how a number goes with its noun. Stateless. */
public final class Phrases {

    private static final int NAMED = 5;

    private Phrases() {}

    /** Names of some of the tables, and how many more there are. */
    static String some(Collection<CatalogTable> tables) {
        String names = tables.stream()
                .map(CatalogTable::qualifiedName)
                .sorted()
                .limit(NAMED)
                .collect(Collectors.joining(", "));
        return tables.size() <= NAMED ? names : names + " and " + (tables.size() - NAMED) + " more";
    }

    static String tables(int n) {
        return count(n, "table");
    }

    /**
     * A number with its noun: {@code 1 table}, {@code 2 tables}, {@code 0 policies}, {@code 2 bypasses}.
     *
     * @param noun in the singular, regular; only its last word changes
     */
    public static String count(long n, String noun) {
        return n + " " + (n == 1 ? noun : plural(noun));
    }

    /**
     * The same where a verb follows, or the plural is not regular: {@code count(n, "row refers", "rows refer")}.
     *
     * @param one what follows 1
     * @param many what follows any other number
     */
    public static String count(long n, String one, String many) {
        return n + " " + (n == 1 ? one : many);
    }

    private static String plural(String noun) {
        if (noun.matches(".*[^aeiou]y")) {
            return noun.substring(0, noun.length() - 1) + "ies";
        }
        return noun + (noun.matches(".*(s|x|ch|sh)") ? "es" : "s");
    }
}
