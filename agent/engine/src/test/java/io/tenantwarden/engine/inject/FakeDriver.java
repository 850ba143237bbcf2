package io.tenantwarden.engine.inject;

import java.util.concurrent.locks.ReentrantLock;

/** A connection that is none: its transaction is in the state that the test says. */
public final class FakeDriver implements DriverConnection {

    public enum State {
        IDLE,
        OPEN,
        FAILED
    }

    public final ReentrantLock lock = new ReentrantLock();
    public State state = State.IDLE;
    /** Whether the server skipped a statement of what was just answered. */
    public boolean skipped;
    /** Whether the limit for results is lifted. */
    public boolean lifted;

    @Override
    public String strategy() {
        return "none";
    }

    @Override
    public ReentrantLock lock() {
        return lock;
    }

    @Override
    public void waitForCopy() {
        // there is none
    }

    @Override
    public boolean inTransaction() {
        return state == State.OPEN;
    }

    @Override
    public boolean inFailedTransaction() {
        return state == State.FAILED;
    }

    @Override
    public boolean isAnswerFromBefore() {
        return false;
    }

    @Override
    public boolean hasSkippedStatement() {
        return skipped;
    }

    @Override
    public String user() {
        return "login";
    }

    @Override
    public String database() {
        return "db";
    }

    @Override
    public String host() {
        return "db1:5432";
    }

    @Override
    public Object liftResultLimit() {
        lifted = true;
        return "what was";
    }

    @Override
    public void restoreResultLimit(Object before) {
        lifted = !"what was".equals(before);
    }
}
