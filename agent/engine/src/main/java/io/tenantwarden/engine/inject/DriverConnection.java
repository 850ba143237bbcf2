package io.tenantwarden.engine.inject;

import java.util.concurrent.locks.ReentrantLock;

/**
 * One physical connection as its driver shows it. To be used under the {@link #lock}, where there is one; what the methods
 * throw is a bug of ours or the driver's.
 */
public interface DriverConnection {

    /** How values get on the wire, as the log and the report say it. */
    String strategy();

    /** What keeps other threads off the connection while a statement is decided and sent; null when the driver has none. */
    ReentrantLock lock() throws Throwable;

    /**
     * Waits until no COPY is in progress. The caller holds the {@link #lock}; it may be given up while waiting.
     *
     * @throws java.sql.SQLException the driver's, when the thread is interrupted
     */
    void waitForCopy() throws Throwable;

    /** Whether a transaction block is open and usable. */
    boolean inTransaction();

    /** Whether the transaction block has failed and waits for ROLLBACK. */
    boolean inFailedTransaction();

    /** Whether no transaction block is open, neither a usable nor a failed one. */
    default boolean isIdle() {
        return !inTransaction() && !inFailedTransaction();
    }

    /** Whether the ReadyForQuery at hand was sent for what had been written before the transaction that is being begun. */
    boolean isAnswerFromBefore() throws Throwable;

    /** Whether the server skipped a statement of what was just answered. */
    boolean hasSkippedStatement() throws Throwable;

    /**
     * A text that is bound to a statement.
     *
     * @param parameters the driver's list of them; null where it is out of reach
     * @param number of the parameter, the first is 1
     * @return null when it is not known, or no text
     */
    default String boundText(Object parameters, int number) {
        return null;
    }

    /** Whether {@link #liftResultLimit} can do what it is for. */
    default boolean canLiftResultLimit() {
        return false;
    }

    /**
     * Lifts the limit that the application has set for what a query may return ({@code maxResultBuffer}).
     *
     * @return what {@link #restoreResultLimit} is to be given; null when there was none
     */
    default Object liftResultLimit() {
        return null;
    }

    default void restoreResultLimit(Object lifted) {
        // nothing was lifted
    }

    /** The role that the driver connected as. */
    String user() throws Throwable;

    /** The database that the driver connected to. */
    String database() throws Throwable;

    /** {@code host:port} of the server. */
    String host() throws Throwable;
}
