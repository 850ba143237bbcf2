package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes what the rules find, and keeps what several of them need. Used by one thread. */
public final class Findings {

    /**
     * A finding and the protected tables that it is about.
     *
     * @param tables {@code schema.table} of each; empty when it is about the role or the whole database
     */
    record Entry(Finding finding, List<String> tables) {}

    private final AuditFacts facts;
    private final AuditOptions options;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, PolicyPlan> plans = new HashMap<>();
    private Rule rule;

    Findings(AuditFacts facts, AuditOptions options) {
        this.facts = facts;
        this.options = options;
    }

    void of(Rule next) {
        rule = next;
    }

    List<Entry> entries() {
        return entries;
    }

    /** How the policies of a table should be: one plan for all that the rules find of them. */
    PolicyPlan plan(CatalogTable table) {
        return plans.computeIfAbsent(table.qualifiedName(), k -> PolicyPlan.of(facts, options, table));
    }

    /** Reports something about the role or the whole database. */
    void add(String object, String message, Fix fix) {
        add(object, List.of(), message, fix);
    }

    /** Reports something about a table. */
    void add(CatalogTable table, String message, Fix fix) {
        add(table.qualifiedName(), List.of(table), message, fix);
    }

    /** Reports something about an object through which these tables are reached. */
    void add(String object, Collection<CatalogTable> tables, String message, Fix fix) {
        entries.add(new Entry(
                new Finding(rule.id(), rule.level(), object, message, fix.text(facts.role())),
                tables.stream().map(CatalogTable::qualifiedName).toList()));
    }
}
