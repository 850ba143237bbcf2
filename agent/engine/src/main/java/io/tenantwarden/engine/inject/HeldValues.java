package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.function.BooleanSupplier;

/**
 * {@code warden.hold=session} on one physical connection: whether what was set for the session in a transaction still stands when that has ended
 * (PostgreSQL manual, section SET: a rollback takes it back). It is known only when a transaction ended by COMMIT, or was one statement of its own,
 * the driver's execution ended without an error, and nothing ran in it that may have set the values itself. Guarded by the lock on the connection.
 */
final class HeldValues {

    private final SessionValues session;
    private final WireState wire;
    private BooleanSupplier applicationsOwn;
    private boolean ended;

    // the open transaction, or the statement that is its own
    private boolean moved;
    private boolean doubted;
    private boolean block;
    private boolean committing;
    private Assignment committed;
    private boolean replacing;
    // of what has ended in the execution at hand: it counts when that has ended without an error
    private Assignment outcome;
    private boolean replaced;

    HeldValues(SessionValues session, WireState wire) {
        this.session = session;
        this.wire = wire;
    }

    /**
     * The connection leads to the server itself.
     *
     * @param applicationsOwnValue whether the application itself may have set a value, which must not be lost: none is held then
     */
    void allow(BooleanSupplier applicationsOwnValue) {
        applicationsOwn = applicationsOwnValue;
    }

    /** Nothing is held any more; what stands is unknown until it is reset. */
    void end() {
        if (applicationsOwn != null) {
            ended = true;
            doubt(false);
        }
    }

    /** Whether values may stand for the session because of {@code warden.hold}. */
    boolean isAllowed() {
        return applicationsOwn != null && !ended;
    }

    /** Whether the next injection is for the session. */
    boolean isOn() {
        return applicationsOwn != null && !ended && !applicationsOwn.getAsBoolean();
    }

    // ---- what is written

    /** Ours is about to be written for the session, in the transaction at hand. */
    void writes(Assignment values) {
        session.written(values);
        moved = true;
        anotherAfterCommit();
    }

    /** A statement of the application is about to be written. */
    void sends(SqlStatement statement, boolean inTransaction) {
        if (!isAllowed()) {
            return;
        }
        block |= inTransaction || statement.keyword() == Keyword.BEGIN;
        anotherAfterCommit();
        if (statement.keyword() == Keyword.COMMIT && !statement.multi()) {
            committing = true;
            committed = wire.known();
        } else if (!HoldRules.leavesValues(statement)) {
            doubted();
        }
    }

    /** COMMIT was not the last of its group of messages: what follows is in another transaction. */
    private void anotherAfterCommit() {
        if (committing) {
            committing = false;
            committed = null;
            doubted();
        }
    }

    /** What was sent may set the values, or may have been taken back. */
    void doubted() {
        if (isAllowed()) {
            moved = true;
            doubted = true;
        }
    }

    /** The application sets a value of its own for the session, outside every scope: when that is committed, nothing of ours stands. */
    void replaces() {
        doubted();
        replacing = block;
    }

    // ---- what is answered

    /** ReadyForQuery: a transaction is open. */
    void goesOn() {
        block = true;
        anotherAfterCommit(); // AND CHAIN
    }

    /** ReadyForQuery: the transaction has failed. */
    void failed() {
        block = true;
        committing = false;
        doubted();
    }

    /**
     * ReadyForQuery: no transaction is open; {@link WireState#reset} follows.
     *
     * @param last what held at its end, when it was not ended by COMMIT; null when that is not known
     */
    void idle(Assignment last) {
        if (moved && !ended) {
            Assignment end = block ? committing ? committed : null : last;
            outcome = doubted ? null : end;
            replaced = replacing && committing;
            doubt(false);
        }
        moved = false;
        doubted = false;
        block = false;
        committing = false;
        committed = null;
        replacing = false;
    }

    /** An execution of the driver has failed, or a part of it: a COMMIT that was answered otherwise well, for instance. */
    void executionFailed(boolean idle) {
        outcome = null;
        replaced = false;
        if (!isAllowed()) {
            return;
        }
        if (idle) {
            doubt(true);
        } else {
            doubted();
        }
    }

    /** The outermost execution of the driver has ended; {@link #executionFailed} was told before when it has failed. */
    void executionEnded(boolean idle) {
        if (outcome != null) {
            stands(outcome, idle);
            outcome = null;
        }
        if (replaced) {
            replaced = false;
            gone(idle);
        }
    }

    /** These values stand for certain. */
    void stands(Assignment values, boolean idle) {
        session.certain(values);
        wire.stands(true, values, idle);
    }

    private void doubt(boolean idle) {
        session.doubt();
        wire.stands(session.set() != null, null, idle);
    }

    /** Nothing of ours stands any more. */
    void gone(boolean idle) {
        session.gone();
        wire.stands(false, null, idle);
    }
}
