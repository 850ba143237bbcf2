package io.tenantwarden.engine.inject;

import java.lang.ref.Reference;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection of pgjdbc or a fork, seen through its query executor. What the executor never changes is read once: each
 * statement asks for it several times. Guarded by the driver's lock on the connection.
 */
public final class PgjdbcConnection implements DriverConnection {

    private final DriverShape shape;
    private final Object executor;
    private final Deque<?> pending;
    private final Map<?, ?> portals;
    private final Object begin;
    private final Object beginReadOnly;
    private final Object autoSave;
    private final Object releaseAutoSave;
    private final Object restoreAutoSave;
    private final boolean modeSimple;

    /**
     * @param shape members of the driver
     * @param executor the driver's query executor, complete
     */
    public PgjdbcConnection(DriverShape shape, Object executor) throws Throwable {
        this.shape = shape;
        this.executor = executor;
        this.pending = shape.pending(executor);
        this.portals = shape.portals(executor);
        this.begin = shape.begin(executor);
        this.beginReadOnly = shape.beginReadOnly(executor);
        this.autoSave = shape.autoSave(executor);
        this.releaseAutoSave = shape.releaseAutoSave(executor);
        this.restoreAutoSave = shape.restoreAutoSave(executor);
        this.modeSimple = shape.isModeSimple(executor);
    }

    public DriverShape shape() {
        return shape;
    }

    Object executor() {
        return executor;
    }

    @Override
    public String strategy() {
        return "pipelined";
    }

    @Override
    public ReentrantLock lock() throws Throwable {
        return shape.lock(executor);
    }

    @Override
    public void waitForCopy() throws Throwable {
        shape.waitForCopy(executor);
    }

    @Override
    public boolean inTransaction() {
        return shape.inTransaction(executor);
    }

    @Override
    public boolean inFailedTransaction() {
        return shape.inFailedTransaction(executor);
    }

    /**
     * Since 42.7.4 the driver sends BEGIN as a simple query, and a Sync before it when it had written extended messages
     * without one (pgjdbc issue 3107): the answer to that Sync arrives when ours is written already.
     */
    @Override
    public boolean isAnswerFromBefore() throws Throwable {
        if (pending.isEmpty() || !isIdle()) {
            return false;
        }
        for (Object request : pending) {
            if (isBegin(shape.queryOf(request))) {
                return true;
            }
        }
        return false;
    }

    /** The message group that ReadyForQuery ends has failed when one of its requests is still waiting for its answer. */
    @Override
    public boolean hasSkippedStatement() throws Throwable {
        Object request = pending.peekFirst();
        return request != null && !shape.isSimple(request);
    }

    @Override
    public boolean isIdle() {
        return shape.isIdle(executor);
    }

    /** Whether an execution with these flags goes out as a simple query, which ours cannot share a group of messages with. */
    public boolean sendsSimple(int flags) {
        return modeSimple || shape.executesAsSimple(flags);
    }

    /** Whether it is the BEGIN that the driver sends of its own. */
    boolean isBegin(Object query) {
        return query == begin || query == beginReadOnly && query != null;
    }

    /** Whether it is the SAVEPOINT of {@code autosave}, or its RELEASE. */
    boolean isAutoSave(Object query) {
        return query == autoSave || query == releaseAutoSave && query != null;
    }

    /** Whether it is the ROLLBACK TO of {@code autosave}. */
    boolean isRestoreAutoSave(Object query) {
        return query == restoreAutoSave;
    }

    /** Whether everything that was written has been answered. */
    boolean hasAnswered() {
        return pending.isEmpty();
    }

    /** The query that the message being processed answers; null when it answers none. */
    Object answered() throws Throwable {
        Object request = pending.peekFirst();
        return request == null ? null : shape.queryOf(request);
    }

    /** The query that the message being processed answers; null when the driver has none, as for COPY. */
    public Object answeredQuery() throws Throwable {
        Object request = pending.peekFirst();
        return request == null ? null : shape.queryOf(request);
    }

    /** Whether several statements of one string are answered one after the other for one query of the driver. */
    public boolean answersTextsWhole() {
        return modeSimple;
    }

    /** What the driver remembers of portals that it has not closed yet; those of earlier transactions included. */
    Set<Object> portals() {
        return portals.isEmpty() ? Set.of() : new HashSet<>(portals.keySet());
    }

    /**
     * Whether a portal of this connection may still deliver rows. Those that were closed stay in the driver's map until
     * its next message (class {@code Portal}, method {@code close}: the reference is only enqueued).
     *
     * @param ended from {@link #portals} when the transaction began: they ended with the one before
     */
    boolean hasOpenPortal(Set<Object> ended) {
        if (portals.isEmpty()) {
            return false;
        }
        for (Object reference : portals.keySet()) {
            if (!((Reference<?>) reference).isEnqueued() && !ended.contains(reference)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String boundText(Object parameters, int number) {
        return parameters == null ? null : shape.boundText(parameters, number);
    }

    @Override
    public boolean canLiftResultLimit() {
        return shape.resultLimit() != null;
    }

    @Override
    public Object liftResultLimit() {
        try {
            return shape.resultLimit() == null ? null : shape.resultLimit().lift(executor);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void restoreResultLimit(Object lifted) {
        try {
            if (lifted != null) {
                shape.resultLimit().restore(executor, lifted);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String user() throws Throwable {
        return shape.user(executor);
    }

    @Override
    public String database() throws Throwable {
        return shape.database(executor);
    }

    @Override
    public String host() throws Throwable {
        return shape.host(executor);
    }
}
