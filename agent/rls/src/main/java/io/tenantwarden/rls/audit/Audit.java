package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the rules found. Immutable and thread-safe. */
public final class Audit {

    private final List<Findings.Entry> entries;
    private final List<Ignore> unused;

    private Audit(List<Findings.Entry> entries, List<Ignore> unused) {
        this.entries = entries;
        this.unused = unused;
    }

    /** All findings that are not ignored, the worst first, then by rule and object. Touches no connection. */
    public static List<Finding> run(AuditFacts facts, AuditOptions options) {
        return of(facts, options).findings();
    }

    /** The same, kept so that it can be asked for single tables. */
    public static Audit of(AuditFacts facts, AuditOptions options) {
        return of(facts, options, Rules.ALL);
    }

    static Audit of(AuditFacts facts, AuditOptions options, List<Rule> rules) {
        Findings findings = new Findings();
        if (!facts.catalog().isEmpty()) {
            for (Rule rule : rules) {
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
        return entries.stream()
                .filter(e -> e.tables().isEmpty())
                .map(Findings.Entry::finding)
                .toList();
    }

    /** Those about this table, {@code schema.table}: the table itself, or views and functions through which it is reached. */
    public List<Finding> about(String table) {
        return entries.stream()
                .filter(e -> e.tables().contains(table))
                .map(Findings.Entry::finding)
                .toList();
    }

    /** Entries of the ignore list that nothing needed. */
    public List<Ignore> unusedIgnores() {
        return unused;
    }
}
