package io.tenantwarden.engine.inject;

import java.util.concurrent.locks.ReentrantLock;

/** A connection of pgjdbc or a fork, seen through its query executor. */
public final class PgjdbcConnection implements DriverConnection {

    private final DriverShape shape;
    private final Object executor;

    /**
     * @param shape members of the driver
     * @param executor the driver's query executor
     */
    public PgjdbcConnection(DriverShape shape, Object executor) {
        this.shape = shape;
        this.executor = executor;
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
    public boolean inTransaction() throws Throwable {
        return shape.inTransaction(executor);
    }

    @Override
    public boolean inFailedTransaction() throws Throwable {
        return shape.inFailedTransaction(executor);
    }

    /**
     * Since 42.7.4 the driver sends BEGIN as a simple query, and a Sync before it when it had written extended messages
     * without one (pgjdbc issue 3107): the answer to that Sync arrives when ours is written already.
     */
    @Override
    public boolean isAnswerFromBefore() throws Throwable {
        return !inTransaction() && !inFailedTransaction() && shape.hasPendingBegin(executor);
    }

    @Override
    public boolean hasSkippedStatement() throws Throwable {
        return shape.hasSkippedStatement(executor);
    }

    /** Whether an execution with these flags goes out as a simple query, which ours cannot share a group of messages with. */
    public boolean sendsSimple(int flags) throws Throwable {
        return shape.sendsSimple(executor, flags);
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
