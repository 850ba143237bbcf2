package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.rows.RowCheck;
import io.tenantwarden.rls.catalog.Resolution;

/**
 * How a statement of a connection was let through the last time: what its answer is judged by. Guarded by the lock of the session; the driver's
 * own is held while an answer is read.
 */
final class LastRun {

    private Scope scope = Scope.NONE;
    private Resolution touched = Resolution.NOTHING;
    private Scope scopeBefore = Scope.NONE;
    private Resolution touchedBefore = Resolution.NOTHING;
    private boolean unscoped;
    private FoundSite site;
    private int times;
    private int completedParts;
    private RowCheck.Known columns;
    private int foreignResults;
    private boolean zeroTold;

    /** It is decided on. */
    void begins(Scope decided, Resolution resolution) {
        scopeBefore = scope;
        touchedBefore = touched;
        scope = decided;
        touched = resolution;
        unscoped = false;
        site = null;
        completedParts = 0;
    }

    /** It does not run: a result that is still open goes on to deliver rows of the run before. */
    void refused() {
        scope = scopeBefore;
        touched = touchedBefore;
    }

    /**
     * It runs outside every scope, on protected tables.
     *
     * @param found null when the site of this execution was not looked for
     * @param executions how many it stands for
     */
    void unscoped(FoundSite found, int executions) {
        unscoped = true;
        site = found;
        times = executions;
    }

    Scope scope() {
        return scope;
    }

    /** The protected tables. */
    Resolution touched() {
        return touched;
    }

    boolean isUnscoped() {
        return unscoped;
    }

    /** Null when it was not looked for. */
    FoundSite site() {
        return site;
    }

    /** How many executions the {@link #site} stands for. */
    int times() {
        return times;
    }

    /** The number of the statement that was completed now, of a text that holds several; the first is 0. */
    int completesPart() {
        return completedParts++;
    }

    /** What is known of its results; null at first. */
    RowCheck.Known columns() {
        return columns;
    }

    void columns(RowCheck.Known known) {
        columns = known;
    }

    /** Another of its results has a foreign row. Returns how many that makes. */
    int foreignResult() {
        return ++foreignResults;
    }

    /** It was told that it touched nothing. Returns whether that is news. */
    boolean zeroTold() {
        boolean news = !zeroTold;
        zeroTold = true;
        return news;
    }
}
