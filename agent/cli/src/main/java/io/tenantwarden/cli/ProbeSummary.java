package io.tenantwarden.cli;

import io.tenantwarden.cli.ProbeResult.Check;
import io.tenantwarden.cli.ProbeResult.Outcome;
import io.tenantwarden.rls.audit.Phrases;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What came of a probe, in as few lines as tell all of it: what failed one by one, what could not be shown by its reason,
 * what is proven by table. Immutable.
 */
final class ProbeSummary {

    private static final int NAMED = 5;

    /**
     * A line of it.
     *
     * @param outcome what it is about
     * @param text tables and reason
     */
    record Line(Outcome outcome, String text) {}

    private final List<Line> lines = new ArrayList<>();

    ProbeSummary(List<ProbeResult> results) {
        for (ProbeResult r : results) {
            if (r.outcome() == Outcome.FAILED) {
                lines.add(new Line(
                        Outcome.FAILED,
                        r.table() + ": " + r.check().sentence() + " ("
                                + r.check().rule() + ")"));
            }
        }
        notProvable(results);
        proven(results);
    }

    /** One reason for two thousand tables is one line. */
    private void notProvable(List<ProbeResult> results) {
        Map<String, Map<String, Set<Check>>> byReason = new LinkedHashMap<>();
        for (ProbeResult r : results) {
            if (r.outcome() == Outcome.NOT_PROVABLE) {
                byReason.computeIfAbsent(r.detail().replace(r.table(), "the table"), k -> new LinkedHashMap<>())
                        .computeIfAbsent(r.table(), k -> new LinkedHashSet<>())
                        .add(r.check());
            }
        }
        byReason.forEach((reason, tables) -> {
            Map<Set<Check>, Set<String>> byChecks = new LinkedHashMap<>();
            tables.forEach((table, checks) ->
                    byChecks.computeIfAbsent(checks, k -> new LinkedHashSet<>()).add(table));
            byChecks.forEach((checks, names) ->
                    lines.add(new Line(Outcome.NOT_PROVABLE, some(names) + ": " + sentences(checks) + ": " + reason)));
        });
    }

    private void proven(List<ProbeResult> results) {
        Map<String, Set<Check>> byTable = new LinkedHashMap<>();
        for (ProbeResult r : results) {
            if (r.outcome() == Outcome.PROVEN) {
                byTable.computeIfAbsent(r.table(), k -> new LinkedHashSet<>()).add(r.check());
            }
        }
        Map<Set<Check>, Set<String>> byChecks = new LinkedHashMap<>();
        byTable.forEach((table, checks) ->
                byChecks.computeIfAbsent(checks, k -> new LinkedHashSet<>()).add(table));
        byChecks.forEach((checks, names) -> lines.add(new Line(
                Outcome.PROVEN,
                some(names) + ": " + (checks.size() == Check.values().length ? "all of it" : sentences(checks)))));
    }

    private static String sentences(Set<Check> checks) {
        return String.join("; ", checks.stream().map(Check::sentence).toList());
    }

    private static String some(Set<String> names) {
        List<String> all = List.copyOf(names);
        return all.size() <= NAMED
                ? String.join(", ", all)
                : Phrases.count(all.size(), "table") + " (" + String.join(", ", all.subList(0, NAMED)) + " ...)";
    }

    /** What failed first, then what could not be shown. */
    List<Line> lines() {
        return List.copyOf(lines);
    }
}
