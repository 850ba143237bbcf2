package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.Injection;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.SqlStatement;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Injection without a round trip, for one physical connection: ours is written to the same Sync group as the
 * application's statement, right after the driver's BEGIN if there is one. Guarded by the driver's lock on the connection.
 *
 * <p>Facts and message order: ARCHITECTURE.md, "The way of one statement".
 */
public final class PipelinedInjector {

    private static final Map<String, String> QUERY_MODES = Map.of(
            "SIMPLE", "simple",
            "EXTENDED", "extended",
            "EXTENDED_FOR_PREPARED", "extendedForPrepared",
            "EXTENDED_CACHE_EVERYTHING", "extendedCacheEverything");

    private final DriverShape shape;
    private final Object executor;
    private final GucPlan plan;
    private final WireState wire = new WireState();

    private Object query;
    private Object parameters;
    private Assignment written;
    private boolean sending;
    private boolean swallow;
    private boolean distrusted;
    private boolean doomed;
    private boolean skipped;
    private Set<Object> endedPortals = Set.of();
    private Set<Object> endingPortals;
    private String queryMode;

    /**
     * @param shape members of the driver
     * @param executor the driver's query executor
     * @param plan what is set
     */
    public PipelinedInjector(DriverShape shape, Object executor, GucPlan plan) {
        this.shape = shape;
        this.executor = executor;
        this.plan = plan;
    }

    /** What a statement needs, decided before a byte is written. */
    public enum Need {
        /** The wanted values hold already, or the statement cannot depend on them. */
        NOTHING(""),
        /** Ours must go before it. */
        INJECT(""),
        /** Rows of an open portal belong to another scope: refused. */
        OPEN_PORTAL("a cursor or result set of another scope is open"),
        /** Ours cannot share its Sync group (CALL and DO on PostgreSQL 18), and no transaction is open: refused. */
        OWN_SYNC("CALL and DO cannot be preceded in autocommit"),
        /** It may read rows, and it is not known that ours can go before it: refused. */
        NOT_INJECTABLE("nothing can be sent along with this kind of statement"),
        /** The driver does not use the extended query protocol: refused. */
        QUERY_MODE("preferQueryMode is not extended");

        private final String reason;

        Need(String reason) {
            this.reason = reason;
        }

        /** Why the statement cannot run, in a few words; empty when it can. */
        public String reason() {
            return reason;
        }
    }

    /**
     * What must happen before this statement runs as {@code target}. Changes nothing.
     *
     * @param autocommit whether the statement is its own transaction
     */
    public Need need(SqlStatement statement, Assignment target, boolean autocommit) throws Throwable {
        Need need = needInExtendedMode(statement, target, autocommit);
        return need == Need.INJECT && !isExtended() ? Need.QUERY_MODE : need;
    }

    private boolean isExtended() throws Throwable {
        return queryMode().equals("extended");
    }

    /** {@code preferQueryMode} of the connection, as the driver's documentation spells it. */
    public String queryMode() throws Throwable {
        if (queryMode == null) {
            queryMode = QUERY_MODES.getOrDefault(shape.queryMode(executor), "unknown");
        }
        return queryMode;
    }

    private Need needInExtendedMode(SqlStatement statement, Assignment target, boolean autocommit) throws Throwable {
        boolean fresh = autocommit && !shape.inTransaction(executor) && !shape.inFailedTransaction(executor);
        if (fresh && isCursorThatCannotLive(statement)) {
            return Need.NOTHING;
        }
        switch (injection(statement)) {
            case BEFORE:
                break;
            case ALONE:
                if (fresh) {
                    return isWanted(target) ? Need.OWN_SYNC : Need.NOTHING;
                }
                break;
            case NEVER:
                if (!statement.readsRows() || statement.keyword() == Keyword.SET_CONSTRAINTS && fresh) {
                    return Need.NOTHING;
                }
                if (statement.keyword() == Keyword.SET_CONSTRAINTS) {
                    if (firesTriggers(statement)) {
                        break;
                    }
                    return Need.NOTHING;
                }
                if (fresh) {
                    return isWanted(target) ? Need.NOT_INJECTABLE : Need.NOTHING;
                }
                return holds(target) ? Need.NOTHING : Need.NOT_INJECTABLE;
            default:
                return Need.NOTHING;
        }
        if (fresh) {
            return isWanted(target) ? Need.INJECT : Need.NOTHING;
        }
        if (holds(target)) {
            return Need.NOTHING;
        }
        boolean open = wire.sqlCursors() > 0 || shape.hasOpenPortal(executor, endedPortals);
        return open && !wire.portalsBelongTo(target) ? Need.OPEN_PORTAL : Need.INJECT;
    }

    /**
     * Called before the driver writes a query. Writes ours when needed.
     *
     * @param next the driver's query object
     * @param statement what is known of its SQL; null for the driver's own queries
     * @param target the values that the statement must run with; null when this execution is none of our business
     * @throws IOException when the connection is gone or our own bytes are incomplete; the driver closes the connection
     */
    public void beforeSend(Object next, SqlStatement statement, Assignment target, int flags) throws Throwable {
        if (sending) {
            return;
        }
        if (shape.isBegin(executor, next)) {
            wire.reset();
            endedPortals = shape.portals(executor);
            return;
        }
        if (shape.isAutoSave(executor, next)) {
            return;
        }
        if (shape.isRestoreAutoSave(executor, next)) {
            wire.forget();
            return;
        }
        if (statement == null || shape.describesOnly(flags)) {
            return;
        }
        if (target != null) {
            beforeStatement(statement, target, flags);
        }
        if (!statement.settings().isEmpty() && plan.mayBeSetBy(statement)) {
            wire.applicationSets();
        }
    }

    private void beforeStatement(SqlStatement statement, Assignment target, int flags) throws Throwable {
        if (isCursorThatCannotLive(statement) && !inTransactionWith(flags)) {
            return;
        }
        switch (injection(statement)) {
            case ENDS_SCOPE:
                if (commits(statement)) {
                    restoreTenant(target, flags);
                }
                if (statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.ROLLBACK) {
                    wire.transactionMayHaveEnded();
                    endingPortals = shape.portals(executor);
                } else {
                    wire.forget();
                }
                return;
            case ALONE:
                if (!inTransactionWith(flags)) {
                    return;
                }
                inject(target, flags);
                return;
            case BEFORE:
                inject(target, flags);
                if (statement.opensCursor()) {
                    wire.opensSqlCursor(target, isHoldable(statement));
                } else if (shape.mayOpenPortal(flags)) {
                    wire.opensPortal(target);
                }
                return;
            default:
                if (firesTriggers(statement) && inTransactionWith(flags)) {
                    inject(target, flags);
                } else if (statement.closesAllCursors()) {
                    wire.closesAllSqlCursors();
                } else if (statement.closesCursor()) {
                    wire.closesSqlCursor();
                }
        }
    }

    /**
     * DECLARE without WITH HOLD fails in autocommit (25P01). On PostgreSQL 18 ours before it would let it succeed, and the
     * cursor be gone at Sync: docs/statement-classes.md.
     */
    private static boolean isCursorThatCannotLive(SqlStatement statement) {
        return statement.keyword() == Keyword.DECLARE && !isHoldable(statement);
    }

    /** A word that no PostgreSQL knows is a slip of the pen: the server says so best, and ours before it does no harm. */
    private static Injection injection(SqlStatement statement) {
        return statement.keyword() == Keyword.OTHER ? Injection.BEFORE : statement.injection();
    }

    private static boolean isHoldable(SqlStatement statement) {
        return statement.sql().toLowerCase(Locale.ROOT).contains("hold");
    }

    /** SET CONSTRAINTS ... IMMEDIATE runs the triggers that were deferred so far; DEFERRED runs nothing. */
    private static boolean firesTriggers(SqlStatement statement) {
        return statement.keyword() == Keyword.SET_CONSTRAINTS
                && statement.sql().toLowerCase(Locale.ROOT).contains("immediate");
    }

    private static boolean commits(SqlStatement statement) {
        return statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.PREPARE_TRANSACTION;
    }

    private boolean inTransactionWith(int flags) throws Throwable {
        return !shape.suppressesBegin(flags) || shape.inTransaction(executor);
    }

    private void inject(Assignment target, int flags) throws Throwable {
        if (!holds(target)) {
            write(target == plan.application() ? plan.none() : target, flags);
        }
    }

    /**
     * Deferred triggers run inside COMMIT: as the tenant, not as a bypass, not as whatever a rollback left, and not as
     * nobody because the scope has ended already. A cursor WITH HOLD is read to its end there too, and keeps its scope.
     */
    private void restoreTenant(Assignment target, int flags) throws Throwable {
        boolean applications = target == plan.application() && !wire.isOurs();
        if (!wire.isTouched() || applications || wire.hasHoldableCursor() || shape.inFailedTransaction(executor)) {
            return;
        }
        Assignment end = wire.lastTenant() == null ? plan.none() : wire.lastTenant();
        if (!wire.holds(end)) {
            write(end, flags);
        }
    }

    private boolean isWanted(Assignment target) {
        return target != null && target != plan.application() && (target != plan.none() || sendsNone());
    }

    private boolean sendsNone() {
        return plan.isSentForNone() || distrusted;
    }

    private boolean holds(Assignment target) {
        if (target == null) {
            return true;
        }
        if (target == plan.application()) {
            return !wire.isOurs() || wire.holds(plan.none());
        }
        if (target == plan.none() && !sendsNone() && !wire.isTouched()) {
            return true;
        }
        return wire.holds(target);
    }

    private void write(Assignment target, int flags) throws Throwable {
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
        swallow = query != null && shape.answeredQuery(executor) == query;
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
    public void readyForQuery() throws Throwable {
        if (query != null && shape.answeredQuery(executor) == query) {
            skipped |= !doomed;
        }
        if (shape.inFailedTransaction(executor)) {
            wire.failed();
            endingPortals = null;
        } else if (shape.inTransaction(executor)) {
            wire.succeeded();
            if (endingPortals != null) {
                // AND CHAIN: the next transaction has begun without a BEGIN of the driver
                endedPortals = endingPortals;
                endingPortals = null;
            }
        } else {
            wire.reset();
            endingPortals = null;
        }
    }

    /**
     * Application SQL changed one of our GUCs inside a scope, or may have: what holds is unknown, and a value set for the
     * session may show wherever nothing is injected; so that from now on the none-values are sent too.
     */
    public void distrust() {
        distrusted = true;
        wire.forget();
    }

    /** Whether a value that the application set inside a scope may still be there wherever nothing is injected. */
    public boolean isDistrusted() {
        return distrusted;
    }

    /** Whether the values hold on the wire at this moment, so that a statement which cannot be preceded may run. */
    public boolean holdsNow(Assignment target) throws Throwable {
        return shape.inTransaction(executor) ? holds(target) : !isWanted(target);
    }

    /**
     * Whether the server answered ours with an error, so that it skipped the application's statement as well; asked once
     * after each execution. In a transaction that had failed before, everything is.
     */
    public boolean takeFailure() {
        boolean failure = skipped;
        skipped = false;
        return failure;
    }

    /** Whether the application's own value of a GUC, if it set one, is hidden by Warden's until the transaction ends. */
    public boolean hidesApplicationValue() {
        return wire.isOurs();
    }

    /** Whether anything was injected in the transaction that is open. */
    public boolean isTransactionTouched() {
        return wire.isTouched();
    }
}
