package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the rules found. Immutable and thread-safe. */
public final class Audit {

    private final List<Findings.Entry> entries;
    private final List<Ignore> unused;
    private final List<Finding> general = new ArrayList<>();
    private final Map<String, List<Finding>> byTable = new HashMap<>();

    private Audit(List<Findings.Entry> entries, List<Ignore> unused) {
        this.entries = entries;
        this.unused = unused;
        for (Findings.Entry entry : entries) {
            if (entry.tables().isEmpty()) {
                general.add(entry.finding());
            }
            for (String table : entry.tables()) {
                byTable.computeIfAbsent(table, key -> new ArrayList<>(2)).add(entry.finding());
            }
        }
    }

    /** All findings that are not ignored, the worst first, then by rule and object. Touches no connection. */
    public static List<Finding> run(AuditFacts facts, AuditOptions options) {
        return of(facts, options).findings();
    }

    /** The same, kept so that it can be asked for single tables. */
    public static Audit of(AuditFacts facts, AuditOptions options) {
        return of(facts, options, Rules.ALL);
    }

    /**
     * What the rules find that need no more than the role and the catalog. Touches no connection.
     *
     * @param tenantColumns {@code warden.tenant.columns}
     */
    public static Audit ofCatalog(RoleFacts role, Catalog catalog, AuditOptions options, List<String> tenantColumns) {
        AuditFacts facts = new AuditFacts.Builder(role, catalog)
                .columns(NamedColumns.of(catalog, tenantColumns))
                .build();
        List<Rule> rules = Stream.concat(Rules.OF_THE_CATALOG.stream(), Rules.OF_AN_EMPTY_CATALOG.stream())
                .toList();
        return of(facts, options, rules);
    }

    static Audit of(AuditFacts facts, AuditOptions options, List<Rule> rules) {
        Findings findings = new Findings(facts, options);
        for (Rule rule : rules) {
            if (!facts.catalog().isEmpty()
                    || Rules.OF_AN_EMPTY_CATALOG.stream().anyMatch(r -> r.id().equals(rule.id()))) {
                findings.of(rule);
                rule.check(facts, options, findings);
            }
        }
        List<Findings.Entry> kept = new ArrayList<>();
        List<Ignore> unused = new ArrayList<>(options.ignores());
        for (Findings.Entry entry : findings.entries()) {
            boolean ignored = false;
            for (Ignore ignore : options.ignores()) {
                if (ignore.covers(entry.finding())) {
                    ignored = true;
                    unused.remove(ignore);
                }
            }
            if (!ignored) {
                kept.add(entry);
            }
        }
        kept.sort(Comparator.comparing((Findings.Entry e) -> e.finding().level())
                .thenComparing(e -> e.finding().rule())
                .thenComparing(e -> e.finding().object()));
        return new Audit(List.copyOf(kept), List.copyOf(unused));
    }

    /** All findings, the worst first. */
    public List<Finding> findings() {
        return entries.stream().map(Findings.Entry::finding).toList();
    }

    /** Those about the role or the whole database rather than single tables. */
    public List<Finding> general() {
        return Collections.unmodifiableList(general);
    }

    /** Those about this table, {@code schema.table}: the table itself, or views and functions through which it is reached. */
    public List<Finding> about(String table) {
        return Collections.unmodifiableList(byTable.getOrDefault(table, List.of()));
    }

    /** Entries of the ignore list that nothing needed. */
    public List<Ignore> unusedIgnores() {
        return unused;
    }
}
