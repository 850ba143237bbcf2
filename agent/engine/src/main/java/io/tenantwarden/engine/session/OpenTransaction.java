package io.tenantwarden.engine.session;

import io.tenantwarden.engine.report.StatementStats;

/**
 * The transaction of a connection as its answers show it: whether it goes on, and which tenant it has worked for. Guarded by
 * the lock of the session.
 */
public final class OpenTransaction {

    /** What a ReadyForQuery says of the transaction (PostgreSQL manual, section "Message Formats"). */
    enum Event {
        GOES_ON,
        /** It was rolled back to a savepoint. */
        WENT_BACK,
        /** It waits for ROLLBACK. */
        FAILED,
        COMMITTED,
        ROLLED_BACK
    }

    private boolean rollingBack;
    private boolean rollingBackBefore;
    private boolean ending;
    private String tenant;
    private StatementStats tenantStatement;
    private StatementStats scopedStatement;
    private Object unverified;

    /** @param idle whether no transaction is open: what is known is of a statement that was never sent */
    void executionBegins(boolean idle) {
        rollingBackBefore = rollingBack;
        if (idle) {
            forgetTenant();
        }
    }

    /** A statement that was refused, or that the driver itself did not send, has changed nothing. */
    void notSent() {
        rollingBack = rollingBackBefore;
        ending = false;
    }

    /** ROLLBACK or ROLLBACK TO is about to be sent: SET is reverted with everything else. */
    public void rollsBack() {
        rollingBack = true;
    }

    /** COMMIT or ROLLBACK is about to be sent: with AND CHAIN the next transaction begins at once. */
    public void ends() {
        ending = true;
    }

    /**
     * ReadyForQuery was read.
     *
     * @param skipped whether the server skipped a statement, because one had failed
     * @param failed whether the transaction waits for ROLLBACK
     * @param open whether a transaction is open and usable
     */
    Event answered(boolean skipped, boolean failed, boolean open) {
        boolean chained = ending && !skipped;
        ending = false;
        rollingBack |= skipped;
        if (failed) {
            rollingBack = true;
            return Event.FAILED;
        }
        boolean back = rollingBack;
        rollingBack = false;
        if (open && !chained) {
            if (back) {
                unverified = null;
            }
            return back ? Event.WENT_BACK : Event.GOES_ON;
        }
        unverified = null;
        forgetTenant();
        return back ? Event.ROLLED_BACK : Event.COMMITTED;
    }

    private void forgetTenant() {
        tenant = null;
        tenantStatement = null;
        scopedStatement = null;
    }

    /** Application SQL sets a GUC to a value that is not known before it has run; {@link #takeUnverified} gives it back. */
    public void unverified(Object change) {
        unverified = change;
    }

    /** What {@link #unverified} was given in this transaction, once; null when nothing was. */
    public Object takeUnverified() {
        Object change = unverified;
        unverified = null;
        return change;
    }

    /** The tenant whose rows the transaction touched first; null when none yet. */
    public String tenant() {
        return tenant;
    }

    /** A statement of the transaction touches rows of this tenant. */
    public void touches(String rowsOf, StatementStats statement) {
        if (tenant == null) {
            tenant = rowsOf;
            tenantStatement = statement;
        }
        scopedStatement = statement;
    }

    /** The statement that touched rows of {@link #tenant} first; null when none has. */
    public StatementStats tenantStatement() {
        return tenantStatement;
    }

    /** The statement that touched rows of a tenant last; null when none has. */
    public StatementStats scopedStatement() {
        return scopedStatement;
    }
}
