package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.Injection;
import io.tenantwarden.rls.Keyword;
import io.tenantwarden.rls.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What holds on the wire of one physical connection, and what a statement needs so that its scope holds. How ours gets there
 * is the subclass's business, except as a statement of its own, which is the same for all. Guarded by the lock on the
 * connection.
 */
public abstract class Injector {

    final GucPlan plan;
    final DriverConnection driver;
    final WireState wire = new WireState();

    private final OwnStatement own;
    private boolean distrusted;
    private boolean pooled;
    private Assignment forSession;
    private boolean overwritten;
    private String[] before;

    Injector(DriverConnection driver, GucPlan plan) {
        this.driver = driver;
        this.plan = plan;
        this.own = new OwnStatement(plan);
    }

    /** A pooler stands between us and the server: nothing may be set for the session from now on. */
    public final void behindPooler() {
        pooled = true;
    }

    // ---- decision

    /**
     * What must happen before this statement runs as {@code target}. Changes nothing.
     *
     * @param autocommit whether the statement is its own transaction
     * @param alongside whether ours can be written to the same group of messages
     * @param afterEnd whether a statement that ends the transaction goes before it in the same execution
     * @param afterSetting whether a statement that may set one of the GUCs goes before it in the same execution
     */
    public final Need need(
            SqlStatement statement,
            Assignment target,
            boolean autocommit,
            boolean alongside,
            boolean afterEnd,
            boolean afterSetting)
            throws Throwable {
        boolean fresh = autocommit && driver.isIdle();
        if (!fresh && statement.fetchesCursor() && wire.isOfAnother(statement.cursor(), target)) {
            return driver.inFailedTransaction() ? Need.NOTHING : Need.OPEN_PORTAL;
        }
        if (!alongside && statement.readsRows() && (afterSetting || losesItsValues(statement, fresh, afterEnd))) {
            return isWanted(target) || isTouched() ? Need.SEVERAL : Need.NOTHING;
        }
        Need need = !fresh && takesOver(statement, target) ? moved(target) : decide(statement, target, fresh);
        if (need == Need.ALONGSIDE && !alongside) {
            need = Need.SEPARATE;
        }
        if (need != Need.SEPARATE || !fresh) {
            return need;
        }
        if (forSession != null && !overwritten && forSession.sameValues(target)) {
            return Need.NOTHING;
        }
        return pooled ? Need.POOLED : Need.SEPARATE;
    }

    /** Whether what is set before the execution is gone, or another value, before its last statement runs. */
    private boolean losesItsValues(SqlStatement statement, boolean fresh, boolean afterEnd) {
        boolean ends = !fresh && (afterEnd || statement.multi() && statement.endsScope());
        return ends || statement.multi() && plan.mayBeSetBy(statement);
    }

    private Need decide(SqlStatement statement, Assignment target, boolean fresh) throws Throwable {
        if (fresh && isCursorThatCannotLive(statement)) {
            return Need.NOTHING;
        }
        switch (injection(statement)) {
            case BEFORE:
                break;
            case ALONE:
                if (fresh) {
                    return isWanted(target) ? Need.SEPARATE : Need.NOTHING;
                }
                break;
            case ENDS_SCOPE:
                // of several statements one ends the transaction, and others read rows
                if (statement.multi() && statement.readsRows()) {
                    break;
                }
                return Need.NOTHING;
            default:
                if (!statement.readsRows() || statement.keyword() == Keyword.SET_CONSTRAINTS && fresh) {
                    return Need.NOTHING;
                }
                if (statement.keyword() == Keyword.SET_CONSTRAINTS) {
                    if (statement.firesTriggers()) {
                        break;
                    }
                    return Need.NOTHING;
                }
                if (fresh) {
                    return isWanted(target) ? Need.SEPARATE : Need.NOTHING;
                }
                return holds(target) ? Need.NOTHING : separateIn(target);
        }
        if (fresh) {
            return isWanted(target) ? Need.ALONGSIDE : Need.NOTHING;
        }
        return holds(target) ? Need.NOTHING : moved(target);
    }

    private Need moved(Assignment target) throws Throwable {
        return isPortalOfAnother(target) ? Need.OPEN_PORTAL : Need.ALONGSIDE;
    }

    /**
     * The application sets a GUC of its own accord, outside every scope, in a transaction where values of a scope are live:
     * those that it does not name must not stay (a bypass's would open every table).
     */
    private boolean takesOver(SqlStatement statement, Assignment target) {
        return target != null
                && target.scope().isNone()
                && wire.isOurs()
                && !wire.holds(plan.none())
                && !statement.settings().isEmpty()
                && plan.mayBeSetBy(statement);
    }

    private Need separateIn(Assignment target) throws Throwable {
        return isPortalOfAnother(target) ? Need.OPEN_PORTAL : Need.SEPARATE;
    }

    private boolean isPortalOfAnother(Assignment target) throws Throwable {
        if (driver.inFailedTransaction()) {
            return false; // the server refuses the statement, and says so better
        }
        boolean open = wire.sqlCursors() > 0 || hasOpenPortal();
        return open && !wire.portalsBelongTo(target);
    }

    /** Whether a portal that the driver opened may still deliver rows. */
    abstract boolean hasOpenPortal() throws Throwable;

    /**
     * DECLARE without WITH HOLD fails in autocommit (25P01). On PostgreSQL 18 ours before it would let it succeed, and the
     * cursor be gone at Sync: docs/statement-classes.md.
     */
    private static boolean isCursorThatCannotLive(SqlStatement statement) {
        return statement.keyword() == Keyword.DECLARE && !statement.holdsCursor();
    }

    /** A word that no PostgreSQL knows is a slip of the pen: the server says so best, and ours before it does no harm. */
    private static Injection injection(SqlStatement statement) {
        return statement.keyword() == Keyword.OTHER ? Injection.BEFORE : statement.injection();
    }

    private static boolean commits(SqlStatement statement) {
        return statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.PREPARE_TRANSACTION;
    }

    private boolean isWanted(Assignment target) {
        return target != null && target != plan.application() && (target != plan.none() || sendsNone());
    }

    private boolean sendsNone() {
        return plan.isSentForNone() || distrusted || forSession != null;
    }

    final boolean holds(Assignment target) {
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

    /** What stands for the target on the wire: what the application has set is hidden by the values outside every scope. */
    final Assignment onWire(Assignment target) {
        return target == plan.application() ? plan.none() : target;
    }

    // ---- a statement of its own

    /**
     * Sets the values in a statement of its own: for the transaction that is open or that the driver begins with it, and in
     * autocommit for the session, until {@link #resetSession}.
     *
     * @param connection the driver's
     * @param autocommit as in {@link #need}
     * @param keeps whether the application has set a value for the session that must be put back
     * @throws SQLException the driver's; the values do not hold then
     */
    public final void setSeparately(Connection connection, Assignment target, boolean autocommit, boolean keeps)
            throws Throwable {
        Assignment values = onWire(target);
        if (!autocommit || driver.inTransaction() || !connection.getAutoCommit()) {
            boolean complete = false;
            try {
                own.setForTransaction(connection, values);
                complete = true;
            } finally {
                if (complete) {
                    wire.injected(values);
                } else {
                    wire.forget();
                }
            }
            return;
        }
        if (forSession == null) {
            before = keeps ? own.read(connection) : null;
        }
        forSession = values; // it holds, or may hold, from the first byte on
        overwritten = true; // until the server says so: one that fails must not count as set the next time
        own.setForSession(connection, values);
        overwritten = false;
    }

    /** The values that were set for the session and not reset yet; null when there are none. */
    public final Assignment forSession() {
        return forSession;
    }

    /**
     * Takes what {@link #setSeparately} has set for the session away. To be called outside a transaction.
     *
     * @throws SQLException the driver's; what the session holds is unknown then, the caller must close the connection
     */
    public final void resetSession(Connection connection) throws SQLException {
        own.reset(connection, before);
        overwritten = false;
        forSession = null;
        before = null;
    }

    // ---- what statements change

    /** Puts ours before a statement in the same group of messages, where that is how it is done. */
    abstract void along(Assignment target, int flags) throws Throwable;

    /** The statement is about to be sent, after what {@link #need} said was done. */
    final void beforeStatement(
            SqlStatement statement, Assignment target, boolean inTransaction, boolean opensPortal, int flags)
            throws Throwable {
        if (isCursorThatCannotLive(statement) && !inTransaction) {
            return;
        }
        if (inTransaction && statement.callsFunctions() && !target.scope().isNone()) {
            wire.mayOpenCursors(target);
        }
        switch (injection(statement)) {
            case ENDS_SCOPE:
                Assignment end = atCommit(statement, target);
                if (end != null) {
                    along(end, flags);
                }
                if (statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.ROLLBACK) {
                    wire.transactionMayHaveEnded();
                } else {
                    wire.forget();
                }
                return;
            case ALONE:
                if (inTransaction && !holds(target)) {
                    along(onWire(target), flags);
                }
                return;
            case BEFORE:
                if (!holds(target)) {
                    along(onWire(target), flags);
                }
                if (statement.opensCursor()) {
                    wire.opensSqlCursor(target, statement.cursor(), statement.holdsCursor());
                } else if (opensPortal) {
                    wire.opensPortal(target);
                }
                return;
            default:
                boolean fires = statement.firesTriggers() && inTransaction;
                if (fires && !holds(target) || takesOver(statement, target)) {
                    along(onWire(target), flags);
                }
        }
    }

    /** A statement is about to be sent, whether or not its scope is Warden's business. */
    final void noteStatement(SqlStatement statement) throws Throwable {
        if (statement.keyword() == Keyword.BEGIN && !driver.inTransaction()) {
            transactionBegins();
        } else if (statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.ROLLBACK) {
            wire.closesAllSqlCursors();
            transactionMayEnd();
        } else if (statement.closesAllCursors()) {
            wire.closesAllSqlCursors();
        } else if (statement.closesCursor()) {
            wire.closesSqlCursor();
        }
        noteSettings(statement);
    }

    /** The application's own BEGIN is about to be sent: portals of transactions before it ended with them. */
    abstract void transactionBegins() throws Throwable;

    /** COMMIT or ROLLBACK is about to be sent; with AND CHAIN the next transaction begins without a BEGIN of the driver. */
    abstract void transactionMayEnd() throws Throwable;

    /** The statement sets one of the GUCs itself, or may: what holds afterwards is not ours. */
    private void noteSettings(SqlStatement statement) {
        if (statement.settings().isEmpty() || !plan.mayBeSetBy(statement)) {
            return;
        }
        wire.applicationSets(plan.isSetBy(statement));
        if (forSession == null) {
            return;
        }
        if (forSession.scope().isNone()) {
            // outside every scope the session's value is the application's from now on
            distrusted = true;
            forSession = null;
            before = null;
        } else {
            overwritten = true;
        }
    }

    /**
     * Deferred triggers run inside COMMIT: as the tenant, not as a bypass, not as whatever a rollback left, and not as
     * nobody because the scope has ended already. What the application has set by name after that scope stays; a DO body or a
     * function that only may have set something does not take the tenant away. A cursor WITH HOLD is read to its end there too, and keeps its scope.
     *
     * @return what must hold when the statement runs and does not yet; null when nothing must, or it does
     */
    public final Assignment atCommit(SqlStatement statement, Assignment target) throws Throwable {
        if (!commits(statement)) {
            return null;
        }
        boolean applications = target == plan.application() && !wire.isOurs();
        if (!wire.isTouched()
                || applications && (wire.isSetByName() || wire.lastTenant() == null)
                || wire.hasHoldableCursor()
                || driver.inFailedTransaction()) {
            return null;
        }
        Assignment end = wire.lastTenant() == null ? plan.none() : wire.lastTenant();
        return wire.holds(end) ? null : end;
    }

    /** The driver's transaction state is up to date after an answer of the server. */
    public void readyForQuery() throws Throwable {
        if (driver.inFailedTransaction()) {
            wire.failed();
        } else if (driver.inTransaction()) {
            wire.succeeded();
        } else {
            wire.reset();
        }
    }

    /**
     * Application SQL changed one of our GUCs inside a scope, or may have: what holds is unknown, and a value set for the
     * session may show wherever nothing is injected; so that from now on the none-values are sent too.
     */
    public final void distrust() {
        distrusted = true;
        wire.forget();
    }

    /** Whether a value that the application set inside a scope may still be there wherever nothing is injected. */
    public final boolean isDistrusted() {
        return distrusted;
    }

    /**
     * Whether the server answered ours with an error, so that it skipped the application's statement as well; asked once
     * after each execution.
     */
    public boolean takeFailure() {
        return false;
    }

    /** Whether the application's own value of a GUC, if it set one, is hidden by Warden's. */
    public final boolean hidesApplicationValue() {
        return wire.isOurs() || forSession != null;
    }

    /** Whether anything of ours may show in the transaction that is open. */
    public final boolean isTouched() {
        return wire.isTouched() || forSession != null;
    }
}
