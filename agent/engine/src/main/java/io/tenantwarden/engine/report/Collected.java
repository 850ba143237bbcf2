package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.rls.audit.Finding;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Everything that was found in this JVM so far, and the report of it. Thread-safe. */
final class Collected {

    final Violations violations;
    final Bypasses bypasses;
    final CurrentFindings findings;
    final SiteInventory inventory = new SiteInventory();
    final Cost cost = new Cost();

    private final String agentVersion;
    private final Clock clock;
    private final Instant started;
    private final ConcurrentLinkedQueue<Report.ModeChange> modeChanges = new ConcurrentLinkedQueue<>();
    private final LongAdder ownErrors = new LongAdder();
    private volatile String mode;
    private volatile Supplier<HealthState> health = this::healthByMode;
    private volatile LongSupplier agentErrors = () -> 0;
    private volatile Supplier<Map<String, Long>> catalogAges = Map::of;
    private volatile Consumer<String> modeControl = wanted -> {
        throw new IllegalStateException("nothing changes the mode of this JVM");
    };

    Collected(String mode, String agentVersion, Consumer<LogLine> log, Clock clock) {
        this.mode = mode;
        this.agentVersion = agentVersion;
        this.clock = clock;
        started = clock.instant();
        violations = new Violations(log, clock);
        bypasses = new Bypasses(log, clock);
        findings = new CurrentFindings(log);
    }

    private HealthState healthByMode() {
        return switch (mode) {
            case "off" -> HealthState.OFF;
            case "audit" -> HealthState.AUDIT;
            default -> HealthState.PROTECTING;
        };
    }

    void health(Supplier<HealthState> state) {
        health = state;
    }

    HealthState health() {
        return health.get();
    }

    /** Why the state is not as it should be, one sentence each. */
    List<String> problems() {
        HealthState state = health();
        List<String> problems = new ArrayList<>();
        if (state == HealthState.OFF) {
            problems.add("warden.mode=off: nothing is watched");
        } else if (state == HealthState.DEGRADED) {
            for (Finding finding : findings.all()) {
                if (finding.rule().equals("catalog-unavailable")) {
                    problems.add(finding.object() + ": " + finding.message());
                }
            }
            for (Violation violation : violations.all()) {
                if (violation.first().kind() == ViolationKind.UNCOVERED_CLIENT) {
                    problems.add(violation.first().site().className() + ": "
                            + violation.first().detail());
                }
            }
            if (problems.isEmpty()) {
                problems.add("a connection could not be set up by the agent: the log has the error");
            }
        }
        return problems;
    }

    void catalogAges(Supplier<Map<String, Long>> seconds) {
        catalogAges = seconds;
    }

    Map<String, Long> catalogAges() {
        return catalogAges.get();
    }

    /** Whether the agent does what its configuration says. */
    boolean isHealthy() {
        HealthState state = health();
        return state != HealthState.DEGRADED && state != HealthState.OFF;
    }

    String agentVersion() {
        return agentVersion;
    }

    String mode() {
        return mode;
    }

    void modeControl(Consumer<String> control) {
        modeControl = control;
    }

    /** Changes the mode at run time, or throws with a message for whoever asked. */
    void changeMode(String wanted) {
        modeControl.accept(wanted);
    }

    void agentErrors(LongSupplier count) {
        agentErrors = count;
    }

    /** An error of the agent itself, while it wrote. */
    void ownError() {
        ownErrors.increment();
    }

    long errors() {
        return agentErrors.getAsLong() + ownErrors.sum();
    }

    void modeChanged(String oldMode, String newMode) {
        mode = newMode;
        modeChanges.add(new Report.ModeChange(oldMode, newMode, clock.instant()));
    }

    /** A number that moves with everything that the report tells, and after it: what is noted meanwhile is in the next report. */
    long state() {
        return violations.changes()
                + bypasses.total()
                + inventory.changes()
                + findings.changes()
                + modeChanges.size()
                + errors();
    }

    /** A number that moves when something is found that was not there before. */
    long news() {
        return violations.distinct() + findings.changes() + modeChanges.size();
    }

    /** The report of this moment. */
    Report report() {
        List<Report.DatabaseEntry> databases = findings.covers().stream()
                .map(cover -> new Report.DatabaseEntry(
                        cover.database(), cover.server(), cover.role(), cover.strategy(), cover.protectedTables()))
                .toList();
        return new Report(
                started,
                mode,
                agentVersion,
                new Report.Health(health.get().wireName(), databases, errors()),
                violations.all().stream().map(Violation::entry).toList(),
                findings.all().stream().map(Collected::entry).toList(),
                bypasses.all().stream().map(Bypasses.Use::entry).toList(),
                inventory.rows().stream().map(SiteInventory.Row::entry).toList(),
                List.copyOf(modeChanges),
                violations.beyondLimit(),
                1);
    }

    private static Report.FindingEntry entry(Finding finding) {
        return new Report.FindingEntry(
                finding.rule(), Level.of(finding).wireName(), finding.object(), finding.message(), finding.fix());
    }
}
