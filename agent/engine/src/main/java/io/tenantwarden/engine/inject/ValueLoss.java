package io.tenantwarden.engine.inject;

/**
 * On which ways a value of Warden's does not reach the statement that it is for, because something stands between that sends
 * them to different servers or runs them in different transactions. Of all connections of one login to one database: what one
 * has seen the others believe. Thread-safe.
 */
public final class ValueLoss {

    private volatile boolean looked;
    private volatile boolean lookedInGroup;
    private volatile boolean lookedForSession;
    private volatile boolean inGroup;
    private volatile boolean forSession;
    private volatile boolean inTransaction;

    /** A value that goes in the same group of messages, in autocommit. */
    public boolean isInGroup() {
        return inGroup;
    }

    /** A value that is set for the session. */
    public boolean isForSession() {
        return forSession;
    }

    /** A value that is set in a transaction, so that there is no way at all. */
    public boolean isInTransaction() {
        return inTransaction;
    }

    /** Whether anybody has looked. */
    public boolean isKnown() {
        return looked;
    }

    /** Whether anybody has looked in a group of messages, which connections in simple query mode do not send. */
    boolean isGroupKnown() {
        return lookedInGroup;
    }

    /** Whether anybody has looked at the session, which is asked only where a statement would need it. */
    boolean isSessionKnown() {
        return lookedForSession;
    }

    /** Whether anything is known to be lost. */
    public boolean isAny() {
        return inGroup || forSession || inTransaction;
    }

    /**
     * Somebody has looked.
     *
     * @param alongside in a group of messages as well
     * @param session at the session as well
     */
    void known(boolean alongside, boolean session) {
        looked = true;
        lookedInGroup |= alongside;
        lookedForSession |= session;
    }

    /** Was lost in a group of messages, or the group was not answered. */
    void inGroup() {
        inGroup = true;
    }

    /** Was lost although it was set for the session. */
    void forSession() {
        forSession = true;
    }

    /** Was lost in a transaction. */
    void inTransaction() {
        inTransaction = true;
    }
}
