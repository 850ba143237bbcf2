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
    // the same with the role, and the role alone; null where there is none
    private final Ours[] ofRole;
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

    private static final int ROLE_UNNAMED = 0;
    private static final int ROLE_NAMED = 1;
    private static final int BOTH_UNNAMED = 2;
    private static final int BOTH_NAMED = 3;

    /** The driver's query object, and the values that were bound to it last. */
    private static final class Ours {
        private Object query;
        private Object parameters;
        private Assignment written;
        private String role;

        /**
         * The server does not have, or may not have, what the driver believes it has prepared (DEALLOCATE ALL out of the driver's sight, a pooler):
         * prepared anew the next time, as the driver does with its own (class {@code QueryExecutorImpl}, method {@code processResults}).
         */
        private void heal() {
            query = null;
            written = null;
            role = null;
        }
    }

    PipelinedTransport(PgjdbcConnection connection, GucPlan plan, WireState wire) {
        this.pgjdbc = connection;
        this.plan = plan;
        this.wire = wire;
        this.shape = connection.shape();
        this.executor = connection.executor();
        this.ofRole = plan.role() == null ? null : new Ours[] {new Ours(), new Ours(), new Ours(), new Ours()};
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
    private boolean isUnnamed(Ours withName, int flags) throws Throwable {
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
        if (isPreparedBefore(names, withName, applications)) {
            withName.heal();
        }
        return false;
    }

    private static boolean isPreparedBefore(StatementNames names, Ours ours, String applications) throws Throwable {
        String own = ours.query == null ? null : names.of(ours.query);
        return own != null && StatementNames.isBefore(own, applications);
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
    public void along(Assignment target, String role, boolean forSession, int flags) throws Throwable {
        if (pgjdbc.sendsSimple(flags)) {
            if (role != null && !shape.suppressesBegin(flags) && !shape.inFailedTransaction(executor)) {
                throw new IllegalStateException("the role of the scope does not hold");
            }
            return;
        }
        Ours withName = ours(false, target, role, forSession);
        boolean oneShot = isUnnamed(withName, flags);
        Ours ours = oneShot ? ours(true, target, role, forSession) : withName;
        sending = true;
        boolean complete = false;
        try {
            if (ours.query == null) {
                ours.query = shape.createQuery(executor, sql(target, role, forSession));
                ours.parameters = shape.createParameters(ours.query);
            }
            bind(ours, target, role);
            doomed = shape.inFailedTransaction(executor);
            unanswered = pgjdbc.hasAnswered() ? 1 : unanswered + 1;
            shape.send(executor, ours.query, ours.parameters, oneShot);
            if (target != null) {
                wire.injected(target);
            }
            if (role != null) {
                wire.role().injected(role);
            }
            complete = true;
        } finally {
            sending = false;
            if (!complete) {
                ours.written = null;
                ours.role = null;
                wire.forget();
            }
        }
    }

    private Ours ours(boolean oneShot, Assignment target, String role, boolean forSession) {
        if (role == null) {
            return forSession ? oneShot ? unnamedForSession : namedForSession : oneShot ? unnamed : named;
        }
        if (target == null) {
            return ofRole[oneShot ? ROLE_UNNAMED : ROLE_NAMED];
        }
        return ofRole[oneShot ? BOTH_UNNAMED : BOTH_NAMED];
    }

    private String sql(Assignment target, String role, boolean forSession) {
        if (role == null) {
            return forSession ? plan.sessionSql() : plan.sql();
        }
        return target == null ? GucPlan.roleSql() : plan.sqlWithRole();
    }

    private void bind(Ours ours, Assignment target, String role) throws Throwable {
        int number = 1;
        if (target != null && ours.written != target) {
            String[] values = target.values();
            for (int i = 0; i < values.length; i++) {
                shape.setParameter(ours.parameters, i + 1, values[i]);
            }
            ours.written = target;
        }
        if (role != null && !role.equals(ours.role)) {
            number += target == null ? 0 : target.values().length;
            shape.setParameter(ours.parameters, number, role);
            ours.role = role;
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
                        || answered == unnamedForSession.query
                        || ofRole != null && isOfRole(answered));
    }

    private boolean isOfRole(Object answered) {
        for (Ours ours : ofRole) {
            if (answered == ours.query) {
                return true;
            }
        }
        return false;
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
            if (ofRole != null) {
                ofRole[ROLE_NAMED].heal();
                ofRole[BOTH_NAMED].heal();
            }
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
