package io.tenantwarden.engine;

import io.tenantwarden.engine.config.Jmx;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.report.Reporter;
import java.util.Locale;
import java.util.function.Consumer;

/** A change of the mode while the application runs, where {@code warden.jmx=control} allows it. Thread-safe; one change at a time. */
final class RunTimeMode implements Consumer<String> {

    private final Jmx jmx;
    private final boolean scoped;
    private final String role;
    private final ModeSwitch mode;
    private final Coverage coverage;
    private final Reporter reporter;
    private final Runnable changed;

    /**
     * @param scoped whether a tenant can be known at all
     * @param role {@code warden.role}; null when nothing is configured
     * @param changed told after each change
     */
    RunTimeMode(
            Jmx jmx,
            boolean scoped,
            String role,
            ModeSwitch mode,
            Coverage coverage,
            Reporter reporter,
            Runnable changed) {
        this.role = role;
        this.jmx = jmx;
        this.scoped = scoped;
        this.mode = mode;
        this.coverage = coverage;
        this.reporter = reporter;
        this.changed = changed;
    }

    /**
     * @param wanted {@code audit}, {@code inject} or {@code enforce}
     * @throws IllegalStateException when it must not be that now
     * @throws IllegalArgumentException when it is none of them
     */
    @Override
    public synchronized void accept(String wanted) {
        if (jmx != Jmx.CONTROL) {
            throw new IllegalStateException("the mode is changed at run time only where the JVM was started with"
                    + " -Dwarden.jmx=control; this one has warden.jmx=" + name(jmx));
        }
        Mode next = parse(wanted);
        Mode before = mode.now();
        if (next == before) {
            return;
        }
        if (next == Mode.AUDIT && role != null) {
            throw new IllegalStateException(
                    "audit sends nothing, so that statements would run with all rights of the login and not as " + role
                            + " (warden.role): restart with warden.mode=audit");
        }
        if (next != Mode.AUDIT && !scoped && role == null) {
            throw new IllegalStateException(name(next) + " needs to know the tenant, but neither warden.tenant nor"
                    + " warden.scope.<name> is set: restart with one of them");
        }
        if (next == Mode.ENFORCE && coverage.isDegraded()) {
            throw new IllegalStateException(
                    "enforce refuses what cannot be covered, and this JVM has used a client or a"
                            + " driver that is not covered (violation uncovered-client): cover it, or exclude it with"
                            + " warden.datasource.exclude, and restart with warden.mode=enforce");
        }
        mode.change(next);
        reporter.modeChanged(name(before), name(next));
        changed.run();
    }

    private static Mode parse(String wanted) {
        for (Mode each : Mode.values()) {
            if (each != Mode.OFF && name(each).equals(wanted)) {
                return each;
            }
        }
        throw new IllegalArgumentException("allowed: audit, inject, enforce"
                + ("off".equals(wanted) ? "; off is for the start only, restart with warden.mode=off" : ""));
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
