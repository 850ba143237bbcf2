package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.SqlStatement;
import java.util.Set;

/**
 * Injection without a round trip, for one physical connection: ours is written to the same Sync group as the
 * application's statement, right after the driver's BEGIN if there is one. Guarded by the driver's lock on the connection.
 *
 * <p>Facts and message order: docs/how-injection-works.md.
 */
public final class PipelinedInjector extends Injector {

    private final PgjdbcConnection pgjdbc;
    private final DriverShape shape;
    private final Object executor;

    private Object query;
    private Object parameters;
    private Assignment written;
    private boolean sending;
    // how many of ours were written and not answered, or more: where it is none, no answer need be looked at
    private int unanswered;
    private boolean swallow;
    private boolean doomed;
    private boolean skipped;
    private Set<Object> endedPortals = Set.of();
    private Set<Object> endingPortals;

    /**
     * @param connection the driver's
     * @param plan what is set
     */
    public PipelinedInjector(PgjdbcConnection connection, GucPlan plan) {
        super(connection, plan);
        this.pgjdbc = connection;
        this.shape = connection.shape();
        this.executor = connection.executor();
    }

    @Override
    boolean hasOpenPortal() throws Throwable {
        return pgjdbc.hasOpenPortal(endedPortals);
    }

    /**
     * Called before the driver writes a query. Writes ours when needed.
     *
     * @param next the driver's query object
     * @param statement what is known of its SQL; null for the driver's own queries
     * @param target the values that the statement must run with; null when this execution is none of our business
     * @throws java.io.IOException when the connection is gone or our own bytes are incomplete; the driver closes the
     *     connection
     */
    public void beforeSend(Object next, SqlStatement statement, Assignment target, int flags) throws Throwable {
        if (sending) {
            return;
        }
        if (statement == null) {
            ofDriver(next);
            return;
        }
        if (shape.describesOnly(flags)) {
            return;
        }
        if (target != null) {
            beforeStatement(statement, target, inTransactionWith(flags), shape.mayOpenPortal(flags), flags);
        }
        noteStatement(statement);
    }

    /** One of the driver's own queries, which are no application's statement: BEGIN and the savepoint of autosave. */
    private void ofDriver(Object next) {
        if (pgjdbc.isBegin(next)) {
            wire.reset();
            endedPortals = pgjdbc.portals();
        } else if (pgjdbc.isRestoreAutoSave(next)) {
            wire.forget();
        }
    }

    @Override
    void transactionBegins() throws Throwable {
        endedPortals = pgjdbc.portals();
    }

    @Override
    void transactionMayEnd() throws Throwable {
        endingPortals = pgjdbc.portals();
    }

    private boolean inTransactionWith(int flags) throws Throwable {
        return !shape.suppressesBegin(flags) || shape.inTransaction(executor);
    }

    /** A simple query takes nothing along: what it needs was set in a statement of its own. */
    @Override
    void along(Assignment target, int flags) throws Throwable {
        if (pgjdbc.sendsSimple(flags)) {
            return;
        }
        sending = true;
        boolean complete = false;
        try {
            if (query == null) {
                query = shape.createQuery(executor, plan.sql());
                parameters = shape.createParameters(query);
            }
            if (written != target) {
                String[] values = target.values();
                for (int i = 0; i < values.length; i++) {
                    shape.setParameter(parameters, i + 1, values[i]);
                }
                written = target;
            }
            doomed = shape.inFailedTransaction(executor);
            unanswered = pgjdbc.hasAnswered() ? 1 : unanswered + 1;
            shape.send(executor, query, parameters, flags);
            wire.injected(target);
            complete = true;
        } finally {
            sending = false;
            if (!complete) {
                written = null;
                wire.forget();
            }
        }
    }

    /** A CommandComplete was read: remembers whether it answers ours. */
    public void statusReceived() throws Throwable {
        swallow = unanswered > 0 && pgjdbc.isAnswerTo(query);
        if (swallow) {
            unanswered--;
        }
    }

    /** Whether the status just read is ours; asked once for each. */
    public boolean swallowStatus() {
        boolean ours = swallow;
        swallow = false;
        return ours;
    }

    /**
     * ReadyForQuery was read: the driver's transaction state is up to date. It need not be the last of the group: since
     * 42.7.4 the driver sends BEGIN as a simple query before the extended one, and reads two.
     */
    @Override
    public void readyForQuery() throws Throwable {
        if (unanswered > 0 && pgjdbc.isAnswerTo(query)) {
            skipped |= !doomed;
        }
        super.readyForQuery();
        if (endingPortals != null && shape.inTransaction(executor)) {
            // AND CHAIN: the next transaction has begun without a BEGIN of the driver
            endedPortals = endingPortals;
        }
        endingPortals = null;
    }

    /** In a transaction that had failed before, everything is skipped; that is no failure of ours. */
    @Override
    public boolean takeFailure() {
        boolean failure = skipped;
        skipped = false;
        return failure;
    }
}
