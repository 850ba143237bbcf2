package io.tenantwarden.engine.report;

import io.tenantwarden.bootstrap.Scope;

/**
 * Where the reporter's news go: log, files, the exit code, Java Flight Recorder. A new one is a class, and its line in {@link Reporter}.
 *
 * <p>The methods up to {@link #line} are called on the application's threads, in the middle of a statement: they count or queue, and neither write
 * nor wait. The others are called on the reporter's own threads, one after the other. Whatever throws is counted as an error of the agent.
 */
interface ReportSink {

    /**
     * A violation was counted.
     *
     * @param id of the violation that the event belongs to
     * @param known whether the baseline excuses it
     */
    default void violation(ViolationEvent event, String id, boolean known) {}

    /** A bypass was used, once. */
    default void bypassUsed(String name) {}

    /**
     * The values of a scope are sent for a statement.
     *
     * @param ownRoundTrip whether in a statement of their own
     */
    default void injected(Scope.Kind scope, String operation, boolean ownRoundTrip) {}

    /** A line is to be logged. */
    default void line(LogLine line) {}

    /**
     * Does what is due.
     *
     * @param exiting whether the JVM is on its way down
     * @return nanoseconds until it wants to be called again at the latest; {@link Long#MAX_VALUE} for not before there is news
     */
    default long write(boolean exiting) {
        return Long.MAX_VALUE;
    }

    /** The JVM has begun to exit, and shutdown hooks of the application are running: what is known by now must not be lost. */
    default void exiting() {}

    /** The last that is done in this JVM; called once, after {@link #last} of the sinks before this one. */
    default void last() {}

    /** Gives up what is held; for a JVM that goes on. */
    default void close() {}
}
