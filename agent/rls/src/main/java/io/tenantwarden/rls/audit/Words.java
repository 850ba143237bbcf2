package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.Collection;
import java.util.stream.Collectors;

/** Parts of messages. Stateless. */
final class Words {

    private static final int NAMED = 5;

    private Words() {}

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
        return n + (n == 1 ? " table" : " tables");
    }
}
