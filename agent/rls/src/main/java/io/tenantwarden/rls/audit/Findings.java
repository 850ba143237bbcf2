package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Takes what the rules find. Used by one thread. */
public final class Findings {

    /**
     * A finding and the protected tables that it is about.
     *
     * @param tables {@code schema.table} of each; empty when it is about the role or the whole database
     */
    record Entry(Finding finding, List<String> tables) {}

    private final List<Entry> entries = new ArrayList<>();
    private Rule rule;

    Findings() {}

    void of(Rule next) {
        rule = next;
    }

    List<Entry> entries() {
        return entries;
    }

    /** Reports something about the role or the whole database. */
    void add(String object, String message, String fix) {
        entries.add(new Entry(new Finding(rule.id(), rule.level(), object, message, fix), List.of()));
    }

    /** Reports something about a table. */
    void add(CatalogTable table, String message, String fix) {
        add(table.qualifiedName(), List.of(table), message, fix);
    }

    /** Reports something about an object through which these tables are reached. */
    void add(String object, Collection<CatalogTable> tables, String message, String fix) {
        entries.add(new Entry(
                new Finding(rule.id(), rule.level(), object, message, fix),
                tables.stream().map(CatalogTable::qualifiedName).toList()));
    }
}
