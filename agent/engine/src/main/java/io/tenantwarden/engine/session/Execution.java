package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.Before;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * One execution of the driver, a statement or a batch, from the decision on its scope to its end. One object for each session, used again and
 * again. Guarded by the lock of the session.
 */
public final class Execution implements Before {

    private Scope scope = Scope.NONE;
    private boolean captured;
    private boolean autocommit;
    private boolean alongside;
    private boolean ofPool;
    private TenantChecks.Answer tenantAnswer;
    private Assignment target;
    private Assignment lastScoped;
    private boolean ends;
    private boolean sets;
    private boolean setsMode;
    private boolean locks;
    private boolean copies;
    private List<?> statements = List.of();
    private int completed;
    private Object last;
    private boolean running;
    private boolean answered;
    private boolean tampers;
    private SQLException ownFailure;

    /**
     * Its scope was decided; policy and injection both go by it.
     *
     * @param decided the scope
     * @param onCaptured whether it is only the one captured at checkout
     * @param ownTransaction whether the driver sends no BEGIN before it
     * @param together whether ours can be written to the same group of messages
     * @param byPool whether it runs before {@code getConnection} returns or after the connection was given back, so that the pool runs it and
     *     not the application
     */
    void begin(Scope decided, boolean onCaptured, boolean ownTransaction, boolean together, boolean byPool) {
        scope = decided;
        captured = onCaptured;
        autocommit = ownTransaction;
        alongside = together;
        ofPool = byPool;
        ends = false;
        sets = false;
        setsMode = false;
        locks = false;
        copies = false;
        statements = List.of();
        completed = 0;
        last = null;
        running = true;
        answered = false;
        tampers = false;
        ownFailure = null;
    }

    /** The driver is done with it. Returns whether its scope was decided. */
    boolean end() {
        boolean was = running;
        running = false;
        target = null;
        return was;
    }

    public Scope scope() {
        return scope;
    }

    /** Whether the scope is only the one captured at checkout. */
    public boolean isOnCapturedScope() {
        return captured;
    }

    /** Whether the driver sends no BEGIN before it. */
    public boolean isAutocommit() {
        return autocommit;
    }

    /** Whether ours can be written to the same group of messages. */
    public boolean isAlongside() {
        return alongside;
    }

    /** Whether a pool runs it: before {@code getConnection} returns, or after the connection was given back. */
    public boolean isOfPool() {
        return ofPool;
    }

    /** What the tenant check says of the scope; null when there is nothing to check. */
    public TenantChecks.Answer tenantAnswer() {
        return tenantAnswer;
    }

    public void tenantAnswer(TenantChecks.Answer answer) {
        tenantAnswer = answer;
    }

    /** The values that it must run with; null when it is none of Warden's business. */
    Assignment target() {
        return target;
    }

    public void target(Assignment assignment) {
        target = assignment;
        if (assignment != null && !assignment.scope().isNone()) {
            lastScoped = assignment;
        }
    }

    /** The assignment of the last execution that had a scope, for reuse; null at first. */
    public Assignment lastScoped() {
        return lastScoped;
    }

    /** A statement of it was decided on; those after it may find another state than there was before. */
    public void note(SqlStatement statement) {
        ends |= statement.endsScope();
        setsMode |= statement.setsTransactionMode();
        locks |= statement.locksTables();
    }

    /** A statement of it may set a GUC; those after it may find another value than was set before. */
    public void noteSetting() {
        sets = true;
    }

    @Override
    public boolean ends() {
        return ends;
    }

    @Override
    public boolean sets() {
        return sets;
    }

    @Override
    public boolean setsMode() {
        return setsMode;
    }

    @Override
    public boolean locks() {
        return locks;
    }

    /** Its statements, in order, where what the driver reads does not say which of them it answers; the last stands for all that follow. */
    public void runs(List<?> inOrder) {
        statements = inOrder;
    }

    /** The statement whose answer is read next; null when {@link #runs} was not told. */
    public Object nextAnswered() {
        return statements.isEmpty() ? null : statements.get(Math.min(completed, statements.size() - 1));
    }

    /** The server has completed the next one. */
    public void completes() {
        last = nextAnswered();
        completed++;
    }

    /** The statement that was completed last; null when none was. */
    public Object lastCompleted() {
        return last;
    }

    /** It is a COPY, which may still be in progress when the driver's method has returned. */
    public void noteCopy() {
        copies = true;
    }

    boolean isCopy() {
        return copies;
    }

    /** Application SQL is about to change a configured GUC inside a scope of Warden: distrust what holds afterwards. */
    public void noteTampering() {
        tampers = true;
    }

    boolean isTampering() {
        return tampers;
    }

    /** The server has answered. */
    void answered() {
        answered = true;
    }

    boolean isAnswered() {
        return answered;
    }

    /** A statement that Warden ran before the application's has failed, and the open transaction or the connection with it. */
    void noteOwnFailure(SQLException e) {
        ownFailure = e;
    }

    /** What the application's statement would have met, had it been hit in place of one of Warden's before it; else null. */
    public SQLException ownFailure() {
        return ownFailure;
    }
}
