package io.tenantwarden.engine.session;

/**
 * What the application's own SQL did to a configured GUC while no scope of Warden was in force, and whether PostgreSQL still keeps it
 * (manual, section SET: a value that was set in a transaction goes back with its rollback). Guarded by the lock of the session.
 */
public final class ApplicationValue {

    /** How long a value lasts. */
    public enum Reach {
        /** There is none. */
        NONE,
        /** Until the transaction ends. */
        TRANSACTION,
        /** Until it is reset or the connection ends. */
        SESSION
    }

    private Reach now = Reach.NONE;
    private Reach atBegin = Reach.NONE;
    private Reach beforeExecution = Reach.NONE;
    private Reach farthest = Reach.NONE;
    private boolean setForSession;
    private boolean setting;
    private boolean byName;
    private boolean verified;
    private Reach atStart = Reach.NONE;
    private boolean untouched;

    /**
     * The connection was opened with a value: what the application resets, it resets to this.
     *
     * @param certain whether the server has it for sure; a pooler may have dropped it
     */
    void startsWithValue(boolean certain) {
        atStart = Reach.SESSION;
        now = Reach.SESSION;
        atBegin = Reach.SESSION;
        farthest = Reach.SESSION;
        untouched = certain;
        setForSession = true;
    }

    void executionBegins() {
        beforeExecution = now;
    }

    /** @param sent whether the server has answered, or may have seen, what was decided on */
    void executionEnds(boolean sent) {
        setting = false;
        if (!sent) {
            now = beforeExecution;
        }
    }

    /**
     * Application SQL is about to change a configured GUC.
     *
     * @param reach {@link Reach#NONE} where it is reset
     * @param named whether it names the GUC; a DO body or a computed name only may be it
     */
    public void set(Reach reach, boolean named) {
        now = reach == Reach.NONE ? atStart : reach;
        untouched = false;
        setForSession |= reach == Reach.SESSION;
        if (reach.compareTo(farthest) > 0) {
            farthest = reach;
        }
        setting = true;
        byName = named;
        verified = false;
    }

    /** Whether the application's value may be in force. */
    boolean mayBeThere() {
        return now != Reach.NONE;
    }

    /** Whether the statement at hand, or one before it in the same execution, sets it. */
    boolean isBeingSet() {
        return setting;
    }

    /** Whether the statement at hand, or one before it in the same execution, sets it by name: it cannot be looked up yet. */
    public boolean isBeingSetByName() {
        return setting && byName;
    }

    /** Whether the application may have set a value for the session, of whatever scope. */
    public boolean wasSetForSession() {
        return setForSession;
    }

    /**
     * Whether the server said, in this transaction and since the last change, that the value is there; or the connection was opened with it, and
     * nothing has changed it.
     */
    public boolean isVerified() {
        return verified || untouched;
    }

    /** The server was asked whether the value is there. */
    public void verified(boolean there) {
        verified = there;
        if (!there) {
            now = Reach.NONE;
        }
    }

    /** A statement failed in the transaction: what was set may be gone when it goes on. */
    void mayHaveGone() {
        verified = false;
    }

    /**
     * The transaction went back to a savepoint: what was set since it began may be gone, or be there again.
     *
     * @param asked whether the server is asked before anything follows from it, and no value of a scope may be what it finds:
     *     then the most that may be is assumed
     */
    void wentBack(boolean asked) {
        verified = false;
        now = asked && farthest.compareTo(atBegin) > 0 ? farthest : atBegin;
    }

    void transactionEnded(boolean rolledBack) {
        verified = false;
        if (rolledBack) {
            now = atBegin;
        }
        if (now == Reach.TRANSACTION) {
            now = Reach.NONE;
        }
        atBegin = now;
        farthest = now;
    }

    /** What was set inside a scope has taken its place, and must not pass for the application's own. */
    void replaced() {
        untouched = false;
        now = Reach.NONE;
        atBegin = Reach.NONE;
        verified = false;
        setForSession = false;
    }
}
