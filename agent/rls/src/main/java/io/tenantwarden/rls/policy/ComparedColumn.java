package io.tenantwarden.rls.policy;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A column that policies compare for equality with what a session has set: what the tenant column of these tables seems to
 * be, whether it is configured or not. Immutable.
 *
 * @param column the column's name
 * @param gucs the settings that it is compared with, in lower case, sorted
 * @param tables the tables whose policies do, sorted by name
 */
public record ComparedColumn(String column, Set<String> gucs, List<CatalogTable> tables) {

    /**
     * The columns that the policies of a database compare with one of these settings, directly or with what a function
     * returns that reads one; those of most tables first. Touches no connection.
     *
     * @param gucs names of settings in lower case; where no policy reads any of them, those that policies do read
     * @param others settings that are not the tenant's, for instance those of a bypass
     */
    public static List<ComparedColumn> in(Catalog catalog, Collection<String> gucs, Collection<String> others) {
        Set<String> wanted = new TreeSet<>(gucs);
        if (wanted.stream().noneMatch(catalog.gucsInPolicies()::contains)) {
            wanted = new TreeSet<>(catalog.gucsInPolicies());
            wanted.removeAll(others);
        }
        Map<String, Set<String>> gucsOf = new LinkedHashMap<>();
        Map<String, Set<CatalogTable>> tablesOf = new LinkedHashMap<>();
        for (CatalogTable t : catalog.tables()) {
            for (Policy p : t.policies()) {
                for (String text : new String[] {p.using(), p.check()}) {
                    if (text == null) {
                        continue;
                    }
                    for (PolicyExpression.Comparison c :
                            PolicyExpression.of(text, t).comparisons()) {
                        Set<String> read = new TreeSet<>(c.guc() == null ? p.gucs() : Set.of(c.guc()));
                        read.retainAll(wanted);
                        if (!read.isEmpty()) {
                            gucsOf.computeIfAbsent(c.column(), k -> new TreeSet<>())
                                    .addAll(read);
                            tablesOf.computeIfAbsent(c.column(), k -> new LinkedHashSet<>())
                                    .add(t);
                        }
                    }
                }
            }
        }
        List<ComparedColumn> found = new ArrayList<>();
        gucsOf.forEach((column, read) -> found.add(new ComparedColumn(
                column,
                Set.copyOf(read),
                tablesOf.get(column).stream()
                        .sorted(Comparator.comparing(CatalogTable::qualifiedName))
                        .toList())));
        found.sort(
                Comparator.comparing((ComparedColumn c) -> -c.tables().size()).thenComparing(ComparedColumn::column));
        return found;
    }
}
