package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;

/**
 * What is on the wire of one connection, seen from the values that are wanted: the questions of {@link InjectionRules}, answered from what the
 * transaction ({@link WireState}), the session ({@link SessionValues}, {@link HeldValues}), the role and the driver know. Changes nothing of them.
 * One object for each connection, used again and again. Guarded by the lock on the connection.
 */
final class WireView implements InjectionRules.Wire {

    private final GucPlan plan;
    private final DriverConnection driver;
    private final Transport transport;
    private final WireState wire;
    private final SessionValues session;
    private final HeldValues held;
    private final InjectedRole role;
    private ValueLoss loss = new ValueLoss();
    private boolean pooled;
    private Assignment target;

    WireView(
            GucPlan plan,
            DriverConnection driver,
            Transport transport,
            WireState wire,
            SessionValues session,
            HeldValues held,
            InjectedRole role) {
        this.plan = plan;
        this.driver = driver;
        this.transport = transport;
        this.wire = wire;
        this.session = session;
        this.held = held;
        this.role = role;
    }

    /** A pooler stands between us and the server. */
    void behindPooler() {
        pooled = true;
    }

    /** What does not reach its statement on the way to the server. */
    void believes(ValueLoss known) {
        loss = known;
    }

    /** Whether ours is lost in the group of messages of the statement, in autocommit. */
    boolean losesInGroup() {
        return loss.isInGroup();
    }

    /** The same, seen from these values; null when none are wanted. */
    WireView of(Assignment wanted) {
        target = wanted;
        return this;
    }

    @Override
    public boolean isWanted() {
        return target != null
                && target != plan.application()
                && (target != plan.none() || plan.isSentForNone() || session.mayShow());
    }

    @Override
    public boolean holds() {
        return isInForce(target);
    }

    @Override
    public boolean holdsForSession() {
        return (!isWanted() || session.hold(target)) && (!wantsRole() || session.holdRole(role.of(target)));
    }

    @Override
    public boolean wantsRole() {
        return role.isWanted(target);
    }

    @Override
    public boolean lacksRole() {
        return role.missing(target) != null;
    }

    @Override
    public boolean isHeld() {
        return held.isOn() && wire.holds(target);
    }

    @Override
    public boolean isExposed(SqlStatement statement) {
        return held.isAllowed()
                && session.set() != null
                && isWanted()
                && !wire.holds(target)
                && HoldRules.isExposed(statement, plan.lowerCaseNames());
    }

    @Override
    public boolean hasRun() {
        return held.isAllowed() ? wire.isUsed() : isTouched();
    }

    @Override
    public boolean hasPortalOfAnother() throws Throwable {
        boolean open = wire.sqlCursors() > 0 || transport.hasOpenPortal();
        // where the values hold only the role is set anew, which changes nothing for portals of the same role
        return open && !(isInForce(target) ? wire.portalsAreOfRole(target) : wire.portalsBelongTo(target));
    }

    @Override
    public boolean isCursorOfAnother(String cursor) {
        return wire.isOfAnother(cursor, target);
    }

    @Override
    public boolean isTouched() {
        return wire.isTouched() || session.set() != null || wire.role().isTouched();
    }

    @Override
    public boolean isTakenOverBy(SqlStatement statement) {
        return takesOver(statement, target);
    }

    @Override
    public boolean mayBeSetBy(SqlStatement statement) {
        return plan.mayBeSetBy(statement) || plan.changesRole(statement);
    }

    @Override
    public boolean hasFailed() {
        return driver.inFailedTransaction();
    }

    @Override
    public boolean isPooled() {
        return pooled || loss.isForSession();
    }

    @Override
    public boolean losesAll() {
        return loss.isInTransaction();
    }

    // ---- seen from any values

    /** Whether these values are in force in the open transaction, or need not be. */
    boolean isInForce(Assignment target) {
        if (target == null) {
            return true;
        }
        if (target == plan.application()) {
            return !wire.isOurs() || wire.holds(plan.none());
        }
        if (target == plan.none() && !plan.isSentForNone() && !session.mayShow() && !wire.isTouched()) {
            return true;
        }
        return wire.holds(target);
    }

    /** What stands for the target on the wire: what the application has set is hidden by the values outside every scope. */
    Assignment onWire(Assignment target) {
        return target == plan.application() ? plan.none() : target;
    }

    /**
     * The application sets a GUC of its own accord, outside every scope, in a transaction where values of a scope are live:
     * those that it does not name must not stay (a bypass's would open every table).
     */
    boolean takesOver(SqlStatement statement, Assignment target) {
        return target != null
                && target.scope().isNone()
                && wire.isOurs()
                && !wire.holds(plan.none())
                && !statement.settings().isEmpty()
                && plan.mayBeSetBy(statement);
    }

    /**
     * Deferred triggers run inside COMMIT: as the tenant, not as a bypass, not as whatever a rollback left, and not as
     * nobody because the scope has ended already. What the application has set by name after that scope stays; a DO body or a
     * function that only may have set something does not take the tenant away. A cursor WITH HOLD is read to its end there too, and keeps its scope.
     *
     * @return what must hold when the statement runs and does not yet; null when nothing must, or it does
     */
    Assignment atCommit(SqlStatement statement, Assignment target) {
        if (statement.keyword() != Keyword.COMMIT && statement.keyword() != Keyword.PREPARE_TRANSACTION) {
            return null;
        }
        boolean applications = target == plan.application() && !wire.isOurs();
        if (!wire.isUsed()
                || applications && (wire.isSetByName() || wire.lastTenant() == null)
                || wire.hasHoldableCursor()
                || driver.inFailedTransaction()) {
            return null;
        }
        Assignment end = wire.lastTenant() == null ? plan.none() : wire.lastTenant();
        return wire.holds(end) ? null : end;
    }

    /** As {@link #atCommit}, of the role. Returns null when none must be set. */
    String roleAtCommit(SqlStatement statement, Assignment target) {
        boolean commits = statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.PREPARE_TRANSACTION;
        return !commits || driver.inFailedTransaction() || wire.hasHoldableCursor()
                ? null
                : role.atCommit(target, wire.isTouched());
    }
}
