package io.tenantwarden.cli;

import io.tenantwarden.cli.ExplainSession.Run;
import io.tenantwarden.cli.Explanation.Counts;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.explain.Access;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** How many rows of a table the session of {@code explain} sees as it is at the moment, out of plans that were run. Used by one thread. */
final class RowCounts {

    /** More rows than the server believes a table to have are not read one by one to be counted. */
    private static final long MOST_ROWS_TO_COUNT = 5_000_000;

    private final ExplainSession session;
    private final Catalog catalog;
    private final Consumer<String> note;
    private final Map<Access, String> filters = new HashMap<>();

    /** @param note told what could not be counted */
    RowCounts(ExplainSession session, Catalog catalog, Consumer<String> note) {
        this.session = session;
        this.catalog = catalog;
        this.note = note;
    }

    /** What the policies became in the plan that was counted last; null when nothing was counted, or they filtered nothing. */
    String filter(Access a) {
        return filters.get(a);
    }

    /** Whether it has few enough rows to be read one by one. */
    boolean isCountable(CatalogTable t) throws SQLException {
        return estimate(t) <= MOST_ROWS_TO_COUNT;
    }

    /**
     * How many rows of the table the session sees, and how many its policies hide.
     *
     * @return null when they cannot be counted: no policy filters it, somebody else reads it, or there are too many, which is noted
     */
    Counts count(Access a) throws SQLException {
        CatalogTable t = a.table();
        if (a.rightsOf() != null || !a.filtered()) {
            return null;
        }
        long estimate = estimate(t);
        if (estimate > MOST_ROWS_TO_COUNT) {
            note.accept(t.qualifiedName() + " has about " + estimate + " rows: they are not counted.");
            return null;
        }
        Run run = session.explain("SELECT FROM " + t.quotedName(), true, true);
        if (run.plan() == null) {
            return null;
        }
        List<ExplainPlan.Scan> scans = run.plan().of(family(t));
        scans.stream()
                .map(ExplainPlan.Scan::filter)
                .filter(f -> f != null)
                .findFirst()
                .ifPresent(f -> filters.put(a, f));
        long removed = scans.stream().mapToLong(ExplainPlan.Scan::removed).sum();
        long passed = run.plan().rows();
        boolean read = estimate == 0 || scans.stream().anyMatch(ExplainPlan.Scan::executed);
        return read ? new Counts(passed, removed) : null;
    }

    /** Qualified names of the table and of all its partitions and children. */
    Set<String> family(CatalogTable t) {
        Set<String> names = new TreeSet<>();
        List<CatalogTable> queue = new ArrayList<>(List.of(t));
        for (int i = 0; i < queue.size(); i++) {
            names.add(queue.get(i).qualifiedName());
            for (String child : queue.get(i).children()) {
                CatalogTable c = catalog.table(child);
                if (c != null && !names.contains(child)) {
                    queue.add(c);
                }
            }
        }
        return names;
    }

    /** How many rows the server believes the table and its partitions to have; negative when it does not know. */
    long estimate(CatalogTable t) throws SQLException {
        String n = session.value(
                "SELECT CASE WHEN sum(pg_catalog.pg_relation_size(c.oid)) = 0 THEN 0"
                        + " ELSE sum(c.reltuples) END::pg_catalog.int8 FROM pg_catalog.pg_class c"
                        + " WHERE c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree(?::pg_catalog.oid::pg_catalog.regclass)"
                        + " UNION ALL SELECT ?::pg_catalog.oid) AND c.relkind IN ('r', 'm')",
                String.valueOf(t.oid()),
                String.valueOf(t.oid()));
        return n == null ? -1 : Long.parseLong(n);
    }
}
