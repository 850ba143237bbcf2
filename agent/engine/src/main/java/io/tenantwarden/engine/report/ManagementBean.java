package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@link WardenMXBean} of what was collected. */
final class ManagementBean implements WardenMXBean {

    private final Collected collected;

    ManagementBean(Collected collected) {
        this.collected = collected;
    }

    @Override
    public String getState() {
        return collected.health().wireName();
    }

    @Override
    public boolean isHealthy() {
        return collected.isHealthy();
    }

    @Override
    public List<String> getProblems() {
        return isHealthy() ? List.of() : collected.problems();
    }

    @Override
    public void setMode(String mode) {
        collected.changeMode(mode);
    }

    @Override
    public Map<String, Long> getCatalogAgeSeconds() {
        return new TreeMap<>(collected.catalogAges());
    }

    @Override
    public Map<String, Long> getCostNanos() {
        return collected.cost.summary();
    }

    @Override
    public String getMode() {
        return collected.mode();
    }

    @Override
    public String getVersion() {
        return collected.agentVersion();
    }

    @Override
    public Map<String, Long> getViolations() {
        Map<String, Long> counts = new TreeMap<>();
        for (ViolationKind kind : ViolationKind.values()) {
            long count = collected.violations.count(kind);
            if (count > 0) {
                counts.put(kind.wireName(), count);
            }
        }
        return counts;
    }

    @Override
    public long getRefusals() {
        return collected.violations.refused();
    }

    @Override
    public Map<String, Long> getExecutions() {
        Map<String, Long> counts = new TreeMap<>();
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome.name().toLowerCase(Locale.ROOT), collected.inventory.executions(outcome));
        }
        return counts;
    }

    @Override
    public Map<String, Long> getBypasses() {
        Map<String, Long> counts = new TreeMap<>();
        collected.bypasses.all().forEach(bypass -> counts.put(bypass.name(), bypass.count()));
        return counts;
    }

    @Override
    public Map<String, Long> getFindings() {
        Map<String, Long> counts = new TreeMap<>();
        collected
                .findings
                .all()
                .forEach(finding -> counts.merge(Level.of(finding).wireName(), 1L, Long::sum));
        return counts;
    }

    @Override
    public Map<String, Integer> getProtectedTables() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Cover cover : collected.findings.covers()) {
            counts.put(cover.database() + " as " + cover.role() + " at " + cover.server(), cover.protectedTables());
        }
        return counts;
    }

    @Override
    public long getAgentErrors() {
        return collected.errors();
    }
}
