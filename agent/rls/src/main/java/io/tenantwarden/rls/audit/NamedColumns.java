package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which tables have the configured tenant columns, and those that policies compare. Never changes.
 *
 * @param configured names of the configured tenant columns, the preferred one first
 * @param tables by column, the tables that have it, partitions left out
 * @param keys columns that are the whole primary key of a table
 * @param all every column's name, and how many tables have it; empty when each configured one was found
 * @param read whether the columns were read: else only those are known that make a table a tenant table
 */
record NamedColumns(
        List<String> configured,
        Map<String, List<CatalogTable>> tables,
        Set<String> keys,
        Map<String, Integer> all,
        boolean read) {

    static final NamedColumns NONE = new NamedColumns(List.of(), Map.of(), Set.of(), Map.of(), false);

    /** What the catalog alone says. */
    static NamedColumns of(Catalog catalog, List<String> configured) {
        Map<String, List<CatalogTable>> tables = new HashMap<>();
        for (CatalogTable t : catalog.tables()) {
            if (t.tenantColumn() != null) {
                tables.computeIfAbsent(t.tenantColumn(), k -> new ArrayList<>()).add(t);
            }
        }
        return new NamedColumns(List.copyOf(configured), tables, Set.of(), Map.of(), false);
    }

    static String key(String column, CatalogTable t) {
        return t.qualifiedName() + AuditQueries.SEPARATOR + column;
    }

    /** The tables that have a column. */
    List<CatalogTable> with(String column) {
        return tables.getOrDefault(column, List.of());
    }

    /** Whether a column is the whole primary key of a table, as the tenants' own table has it. */
    boolean isKey(String column, CatalogTable t) {
        return keys.contains(key(column, t));
    }

    /** Configured columns that no table has. */
    List<String> missing() {
        return configured.stream().filter(c -> with(c).isEmpty()).toList();
    }

    /** Columns whose names are like this one, with how many tables have each, the likeliest first; three at most. */
    List<String> like(String name) {
        record Near(String column, int distance) {}
        List<Near> near = new ArrayList<>();
        String wanted = plain(name);
        int most = Math.max(1, wanted.length() / 4);
        for (String column : all.keySet()) {
            int distance = distance(wanted, plain(column));
            if (distance <= most) {
                near.add(new Near(column, distance));
            }
        }
        near.sort(Comparator.comparingInt(Near::distance)
                .thenComparing(n -> -all.get(n.column()))
                .thenComparing(Near::column));
        return near.stream()
                .limit(3)
                .map(n -> n.column() + " (in " + Phrases.tables(all.get(n.column())) + ")")
                .toList();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }

    /** How many letters have to be put in, left out or changed (Levenshtein). */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int k = 0; k <= b.length(); k++) {
            before[k] = k;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int k = 1; k <= b.length(); k++) {
                int change = before[k - 1] + (a.charAt(i - 1) == b.charAt(k - 1) ? 0 : 1);
                now[k] = Math.min(change, Math.min(before[k], now[k - 1]) + 1);
            }
            before = now;
        }
        return before[b.length()];
    }
}
