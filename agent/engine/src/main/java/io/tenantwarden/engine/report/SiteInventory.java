package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Where in the application statements on protected tables run, and under which scope. Thread-safe. */
final class SiteInventory {

    private static final int MAX_STATEMENTS = 10_000;

    private final Map<Key, StatementStats> statements = new ConcurrentHashMap<>();

    /** Statements beyond the limit are counted together. */
    private final StatementStats others = new StatementStats(null, List.of(), null);

    /** The counters of this statement: the same object for equal arguments. The caller keeps it beside the statement. */
    StatementStats stats(String fingerprint, List<String> tables, String database) {
        Key key = new Key(fingerprint, List.copyOf(tables), database);
        StatementStats known = statements.get(key);
        if (known != null) {
            return known;
        }
        if (statements.size() >= MAX_STATEMENTS) {
            return others;
        }
        return statements.computeIfAbsent(key, k -> new StatementStats(fingerprint, tables, database));
    }

    /** A number that moves whenever the inventory does, and never before it has. */
    long changes() {
        long total = others.changes();
        for (StatementStats stats : statements.values()) {
            total += stats.changes();
        }
        return total;
    }

    /** How many executions there were under this outcome, exactly. */
    long executions(Outcome outcome) {
        long total = others.executions(outcome);
        for (StatementStats stats : statements.values()) {
            total += stats.executions(outcome);
        }
        return total;
    }

    /** One row per site, in the order of their names. */
    List<Row> rows() {
        Map<Site, Row> rows = new HashMap<>();
        collect(rows, statements.values());
        collect(rows, List.of(others));
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparing((Row row) -> row.site.className())
                .thenComparing(row -> row.site.method())
                .thenComparing(row -> row.site.line()));
        return sorted;
    }

    private static void collect(Map<Site, Row> rows, Collection<StatementStats> statements) {
        for (StatementStats stats : statements) {
            stats.forEachSite((site, outcome, count, estimated) -> {
                Row row = rows.computeIfAbsent(site, Row::new);
                row.tables.addAll(stats.tables());
                row.counts[outcome.ordinal()] += count;
                row.estimated |= estimated;
            });
        }
    }

    private record Key(String fingerprint, List<String> tables, String database) {}

    /** What ran at one site. */
    static final class Row {

        private final Site site;
        private final Set<String> tables = new TreeSet<>();
        private final long[] counts = new long[Outcome.values().length];
        private boolean estimated;

        private Row(Site site) {
            this.site = site;
        }

        long count(Outcome outcome) {
            return counts[outcome.ordinal()];
        }

        /** As the report has it. */
        Report.SiteEntry entry() {
            return new Report.SiteEntry(
                    site.frame(),
                    List.copyOf(tables),
                    count(Outcome.SCOPED),
                    count(Outcome.CAPTURED),
                    count(Outcome.APPLICATION),
                    count(Outcome.UNSCOPED),
                    count(Outcome.BYPASSED),
                    estimated);
        }
    }
}
