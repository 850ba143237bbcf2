package io.tenantwarden.engine.report;

import io.tenantwarden.bootstrap.Scope;
import java.util.function.Consumer;

/**
 * Java Flight Recorder. While nothing is recorded an event costs a look at a constant; a class of events is registered when it is first needed, so
 * that the agent's start does not start the recorder.
 */
final class FlightSink implements ReportSink {

    private final Consumer<LogLine> log;
    private volatile boolean broken;

    FlightSink(Consumer<LogLine> log) {
        this.log = log;
    }

    /** Whether this JVM has Java Flight Recorder: a run-time image may be without it. */
    static boolean isAvailable() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }

    @Override
    public void violation(ViolationEvent event, String id, boolean known) {
        if (broken) {
            return;
        }
        try {
            commit(event, id, known);
        } catch (RuntimeException | LinkageError e) {
            fail(e);
        }
    }

    private static void commit(ViolationEvent event, String id, boolean known) {
        FlightEvents.Violation violation = new FlightEvents.Violation();
        if (violation.shouldCommit()) {
            violation.kind = event.kind().wireName();
            violation.id = id;
            violation.site = event.site().toString();
            violation.tables = LogText.list(event.tables());
            violation.operation = event.operation();
            violation.database = event.database();
            violation.role = event.role();
            violation.known = known;
            violation.refused = event.refused();
            violation.executions = event.times();
            violation.commit();
        }
        if (event.refused()) {
            FlightEvents.Refusal refusal = new FlightEvents.Refusal();
            if (refusal.shouldCommit()) {
                refusal.kind = event.kind().wireName();
                refusal.id = id;
                refusal.site = event.site().toString();
                refusal.tables = LogText.list(event.tables());
                refusal.commit();
            }
        }
    }

    @Override
    public void bypassUsed(String name) {
        if (broken) {
            return;
        }
        try {
            FlightEvents.Bypass bypass = new FlightEvents.Bypass();
            if (bypass.shouldCommit()) {
                bypass.name = name;
                bypass.commit();
            }
        } catch (RuntimeException | LinkageError e) {
            fail(e);
        }
    }

    @Override
    public void injected(Scope.Kind scope, String operation, boolean ownRoundTrip) {
        if (broken) {
            return;
        }
        try {
            FlightEvents.Injection injection = new FlightEvents.Injection();
            if (injection.shouldCommit()) {
                injection.scope = scope.name();
                injection.operation = operation;
                injection.ownRoundTrip = ownRoundTrip;
                injection.commit();
            }
        } catch (RuntimeException | LinkageError e) {
            fail(e);
        }
    }

    /** A recording is not worth a statement; a security manager may forbid the registration of events. */
    private void fail(Throwable error) {
        broken = true;
        log.accept(LogLine.text(
                Level.WARN,
                "no events for Java Flight Recorder from now on (" + error
                        + "). Log and report are complete; under a security manager grant"
                        + " jdk.jfr.FlightRecorderPermission \"registerEvent\" to the agent's jar"));
    }
}
