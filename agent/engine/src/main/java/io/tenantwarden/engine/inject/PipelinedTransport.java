package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SqlStatement;
import java.util.Set;

/**
 * Ours without a round trip, for one physical connection: ours is written to the same Sync group as the
 * application's statement, right after the driver's BEGIN if there is one. Guarded by the driver's lock on the connection.
 *
 * <p>Facts and message order: docs/how-injection-works.md.
 */
public final class PipelinedTransport implements Transport {

    private final PgjdbcConnection pgjdbc;
    private final GucPlan plan;
    private final WireState wire;
    private final DriverShape shape;
    private final Object executor;

    // one for statements that have no name, one for those that have: what the driver has prepared under a name keeps it
    private final Ours unnamed = new Ours();
    private final Ours named = new Ours();
    private final Ours unnamedForSession = new Ours();
    private final Ours namedForSession = new Ours();
    // the application's, which is about to be written
    private Object query;
    private boolean sending;
    // how many of ours were written and not answered, or more: where it is none, no answer need be looked at
    private int unanswered;
    private boolean swallow;
    private boolean doomed;
    private boolean skipped;
    private Set<Object> endedPortals = Set.of();
    private Set<Object> endingPortals;

    /** The driver's query object, and the values that were bound to it last. */
    private static final class Ours {
        private Object query;
        private Object parameters;
        private Assignment written;

        /**
         * The server does not have, or may not have, what the driver believes it has prepared (DEALLOCATE ALL out of the driver's sight, a pooler):
         * prepared anew the next time, as the driver does with its own (class {@code QueryExecutorImpl}, method {@code processResults}).
         */
        private void heal() {
            query = null;
            written = null;
        }
    }

    PipelinedTransport(PgjdbcConnection connection, GucPlan plan, WireState wire) {
        this.pgjdbc = connection;
        this.plan = plan;
        this.wire = wire;
        this.shape = connection.shape();
        this.executor = connection.executor();
    }

    @Override
    public boolean hasOpenPortal() throws Throwable {
        return pgjdbc.hasOpenPortal(endedPortals);
    }

    /**
     * Called before the driver writes a query. Writes ours when needed.
     *
     * @param injector the one that this belongs to
     * @param next the driver's query object
     * @param statement what is known of its SQL; null for the driver's own queries
     * @param target the values that the statement must run with; null when this execution is none of our business
     * @throws java.io.IOException when the connection is gone or our own bytes are incomplete; the driver closes the
     *     connection
     */
    public void beforeSend(Injector injector, Object next, SqlStatement statement, Assignment target, int flags)
            throws Throwable {
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
        query = next;
        injector.send(statement, target, inTransactionWith(flags), shape.mayOpenPortal(flags), flags);
    }

    /**
     * Whether ours goes without a name: where the application's statement has none, because {@code prepareThreshold=0} must hold for ours too
     * (behind an old PgBouncer), and because a name of ours that the server has lost must not fail what works without us. For the same reason ours
     * is prepared anew when the application's was prepared later: then it may be there, and ours not.
     */
    private boolean isUnnamed(Ours named, int flags) throws Throwable {
        if (shape.isOneShot(flags)) {
            return true;
        }
        StatementNames names = shape.statementNames();
        if (names == null) {
            return false;
        }
        String applications = names.of(query);
        if (applications == null) {
            return true;
        }
        String own = named.query == null ? null : names.of(named.query);
        if (own != null && StatementNames.isBefore(own, applications)) {
            named.heal();
        }
        return false;
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
    public void transactionBegins() throws Throwable {
        endedPortals = pgjdbc.portals();
    }

    @Override
    public void transactionMayEnd() throws Throwable {
        endingPortals = pgjdbc.portals();
    }

    private boolean inTransactionWith(int flags) throws Throwable {
        return !shape.suppressesBegin(flags) || !shape.isIdle(executor);
    }

    /** A simple query takes nothing along: what it needs was set in a statement of its own. */
    @Override
    public void along(Assignment target, boolean forSession, int flags) throws Throwable {
        if (pgjdbc.sendsSimple(flags)) {
            return;
        }
        Ours withName = forSession ? namedForSession : named;
        boolean oneShot = isUnnamed(withName, flags);
        Ours ours = !oneShot ? withName : forSession ? unnamedForSession : unnamed;
        sending = true;
        boolean complete = false;
        try {
            if (ours.query == null) {
                ours.query = shape.createQuery(executor, forSession ? plan.sessionSql() : plan.sql());
                ours.parameters = shape.createParameters(ours.query);
            }
            if (ours.written != target) {
                String[] values = target.values();
                for (int i = 0; i < values.length; i++) {
                    shape.setParameter(ours.parameters, i + 1, values[i]);
                }
                ours.written = target;
            }
            doomed = shape.inFailedTransaction(executor);
            unanswered = pgjdbc.hasAnswered() ? 1 : unanswered + 1;
            shape.send(executor, ours.query, ours.parameters, oneShot);
            wire.injected(target);
            complete = true;
        } finally {
            sending = false;
            if (!complete) {
                ours.written = null;
                wire.forget();
            }
        }
    }

    private boolean isAnswerToOurs() throws Throwable {
        if (unanswered == 0) {
            return false;
        }
        Object answered = pgjdbc.answered();
        return answered != null
                && (answered == named.query
                        || answered == unnamed.query
                        || answered == namedForSession.query
                        || answered == unnamedForSession.query);
    }

    /** A CommandComplete was read: remembers whether it answers ours. */
    public void statusReceived() throws Throwable {
        swallow = isAnswerToOurs();
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
        if (isAnswerToOurs()) {
            skipped |= !doomed;
            named.heal();
            namedForSession.heal();
        }
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
