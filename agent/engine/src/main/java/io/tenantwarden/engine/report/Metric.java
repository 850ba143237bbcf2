package io.tenantwarden.engine.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/**
 * One number of the agent, as metrics systems want it. No tenant is in it, and no text but names of the configuration. Immutable and thread-safe.
 *
 * @param name with dots, begins with {@code tenantwarden.}
 * @param description one line
 * @param unit {@code s} or null
 * @param counter whether it only grows
 * @param tag name of the one tag; null when there is none
 * @param tagValue of a small, fixed set
 * @param value asked whenever somebody reads the metric, on any thread
 */
record Metric(
        String name,
        String description,
        String unit,
        boolean counter,
        String tag,
        String tagValue,
        DoubleSupplier value) {

    /** Bypasses are named by configuration; the uses of those beyond this number are not told one by one. */
    private static final int MAX_BYPASSES = 50;

    private static final double NANOS = 1e9;

    /** All that there are. */
    static List<Metric> of(Collected collected) {
        List<Metric> all = new ArrayList<>();
        for (ViolationKind kind : ViolationKind.values()) {
            all.add(counter(
                    "violations", "Broken rules", "kind", kind.wireName(), () -> collected.violations.count(kind)));
        }
        all.add(counter("refusals", "Refused statements", null, null, collected.violations::refused));
        for (Outcome outcome : Outcome.values()) {
            all.add(counter(
                    "executions",
                    "Executions of statements on protected tables",
                    "scope",
                    outcome.name().toLowerCase(Locale.ROOT),
                    () -> collected.inventory.executions(outcome)));
        }
        List<Bypasses.Use> bypasses = collected.bypasses.all();
        for (Bypasses.Use bypass : bypasses.subList(0, Math.min(bypasses.size(), MAX_BYPASSES))) {
            all.add(counter("bypasses", "Uses of bypasses", "name", bypass.name(), bypass::count));
        }
        all.add(counter("agent.errors", "Errors of the agent itself", null, null, collected::errors));
        all.add(gauge(
                "healthy",
                "1 when Warden does what its configuration says, else 0",
                null,
                null,
                null,
                () -> collected.isHealthy() ? 1 : 0));
        all.add(gauge(
                "catalog.age",
                "Time since the oldest catalog was read",
                "s",
                null,
                null,
                () -> collected.catalogAges().values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(0)));
        for (String percentile : List.of("p50", "p90", "p99", "max")) {
            all.add(gauge(
                    "cost",
                    "What Warden costs before a statement is sent",
                    "s",
                    "percentile",
                    percentile,
                    () -> collected.cost.summary().get(percentile) / NANOS));
        }
        return all;
    }

    private static Metric counter(String name, String text, String tag, String tagValue, DoubleSupplier value) {
        return new Metric("tenantwarden." + name, text, null, true, tag, tagValue, value);
    }

    private static Metric gauge(
            String name, String text, String unit, String tag, String tagValue, DoubleSupplier value) {
        return new Metric("tenantwarden." + name, text, unit, false, tag, tagValue, value);
    }
}
