package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.Injection;
import io.tenantwarden.rls.sql.Keyword;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Sees to it that the values of a scope hold on one physical connection: what a statement needs ({@link InjectionRules}), what holds ({@link
 * WireState}, {@link SessionValues}), and how ours gets there ({@link Transport}, or as a statement of its own). Guarded by the lock on the
 * connection.
 */
public final class Injector {

    private final GucPlan plan;
    private final DriverConnection driver;
    private final WireState wire = new WireState();
    private final Transport transport;
    private final OwnStatement own;
    private final SessionValues session;
    private final HeldValues held;
    private final InjectedRole role;
    private final View view = new View();
    private ValueLoss loss = new ValueLoss();
    private boolean distrusted;
    private boolean pooled;

    private Injector(DriverConnection driver, GucPlan plan, Function<WireState, Transport> transport) {
        this.driver = driver;
        this.plan = plan;
        this.transport = transport.apply(wire);
        this.own = new OwnStatement(plan);
        this.session = new SessionValues(own);
        this.held = new HeldValues(session, wire);
        this.role = new InjectedRole(plan, wire.role(), session);
    }

    /** Ours is written to the same group of messages as the application's statement. */
    public static Injector pipelined(PgjdbcConnection driver, GucPlan plan) {
        return new Injector(driver, plan, wire -> new PipelinedTransport(driver, plan, wire));
    }

    /** Ours is a statement of its own, through JDBC. */
    public static Injector portable(JdbcConnection driver, GucPlan plan) {
        return new Injector(driver, plan, wire -> new JdbcTransport(driver, wire));
    }

    /** Null when ours is not written along with the application's statement. */
    public PipelinedTransport pipelined() {
        return transport instanceof PipelinedTransport pipelined ? pipelined : null;
    }

    /** Null when the driver's inside is within reach. */
    public JdbcTransport portable() {
        return transport instanceof JdbcTransport portable ? portable : null;
    }

    /** A pooler stands between us and the server: nothing may be set for the session from now on. */
    public void behindPooler() {
        pooled = true;
    }

    /**
     * Asks whether values reach the statements that they are for. To be called outside a transaction, in autocommit.
     *
     * @param known what is known of such connections; is told what this one shows
     * @param again whether this connection may show something else than those before
     * @throws SQLException the driver's; what is lost is not known then
     */
    public void probe(Connection connection, ValueLoss known, boolean again) throws SQLException {
        loss = known;
        new ValueProbe(connection, plan, own).look(known, pipelined() != null, again);
        if (known.isAny()) {
            held.end();
        }
    }

    /**
     * Nothing stands between us and the server, for certain: values may stand for the session, where the configuration says so.
     *
     * @param applicationsOwnValue whether the application itself may have set a value
     */
    public void direct(BooleanSupplier applicationsOwnValue) {
        if (plan.isHeldForSession() && pipelined() != null && !pooled) {
            held.allow(applicationsOwnValue);
        }
    }

    // ---- decision

    /**
     * What must happen before this statement runs as {@code target}. Changes nothing.
     *
     * @param autocommit whether the driver sends no BEGIN before it
     * @param alongside whether ours can be written to the same group of messages
     * @param before what statements before it in the same execution have done
     */
    public Need need(SqlStatement statement, Assignment target, boolean autocommit, boolean alongside, Before before)
            throws Throwable {
        boolean fresh = autocommit && driver.isIdle();
        boolean together = alongside && !loss.isInGroup();
        return InjectionRules.need(statement, fresh, together, before, view.of(target));
    }

    /** The wire as one target sees it; one object, used again and again. */
    private final class View implements InjectionRules.Wire {

        private Assignment target;

        private View of(Assignment wanted) {
            target = wanted;
            return this;
        }

        @Override
        public boolean isWanted() {
            return target != null
                    && target != plan.application()
                    && (target != plan.none() || plan.isSentForNone() || distrusted || session.set() != null);
        }

        @Override
        public boolean holds() {
            return Injector.this.holds(target);
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
                    && stands()
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
            return open
                    && !(Injector.this.holds(target) ? wire.portalsAreOfRole(target) : wire.portalsBelongTo(target));
        }

        @Override
        public boolean isCursorOfAnother(String cursor) {
            return wire.isOfAnother(cursor, target);
        }

        @Override
        public boolean isTouched() {
            return Injector.this.isTouched();
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

    private boolean holds(Assignment target) {
        if (target == null) {
            return true;
        }
        if (target == plan.application()) {
            return !wire.isOurs() || wire.holds(plan.none());
        }
        if (target == plan.none()
                && !plan.isSentForNone()
                && !distrusted
                && session.set() == null
                && !wire.isTouched()) {
            return true;
        }
        return wire.holds(target);
    }

    /** What stands for the target on the wire: what the application has set is hidden by the values outside every scope. */
    private Assignment onWire(Assignment target) {
        return target == plan.application() ? plan.none() : target;
    }

    /** The role that statements run as, beside the values. */
    public InjectedRole role() {
        return role;
    }

    // ---- a statement of its own

    /**
     * Sets what {@link #need} asked for in a statement of its own: for the transaction that is open or that the driver begins with it, and in
     * autocommit for the session, until {@link #resetSession}.
     *
     * @param connection the driver's
     * @param autocommit as in {@link #need}
     * @param keeps whether the application has set a value for the session that must be put back
     * @throws SQLException the driver's; the values do not hold then
     */
    public void setSeparately(Connection connection, Assignment target, boolean autocommit, boolean keeps)
            throws SQLException {
        if (autocommit && driver.isIdle() && connection.getAutoCommit()) {
            view.of(target);
            if (!role.isConfigured() || view.isWanted() && !session.hold(target)) {
                setForSession(connection, onWire(target), keeps);
            }
            if (view.wantsRole() && !session.holdRole(role.of(target))) {
                session.setRole(connection, role.of(target));
            }
            return;
        }
        boolean holds = role.isConfigured() && holds(target);
        setInTransaction(connection, holds ? null : onWire(target), role.missing(target));
    }

    /**
     * Sets what must hold when COMMIT runs: see {@link #atCommit}.
     *
     * @throws SQLException the driver's; the values do not hold then
     */
    public void setAtCommit(Connection connection, SqlStatement statement, Assignment target) throws SQLException {
        setInTransaction(connection, atCommit(statement, target), roleAtCommit(statement, target));
    }

    private void setInTransaction(Connection connection, Assignment values, String as) throws SQLException {
        if (values == null && as == null) {
            return;
        }
        boolean complete = false;
        try {
            if (held.isOn() && values != null) {
                held.writes(values);
                own.setForSession(connection, values);
            } else {
                own.setForTransaction(connection, values, as);
            }
            complete = true;
        } finally {
            if (complete) {
                if (values != null) {
                    wire.injected(values);
                }
                if (as != null) {
                    wire.role().injected(as);
                }
            } else {
                wire.forget();
            }
        }
    }

    private void setForSession(Connection connection, Assignment values, boolean keeps) throws SQLException {
        boolean complete = false;
        try {
            session.set(connection, values, keeps);
            complete = true;
        } finally {
            if (held.isAllowed()) {
                if (complete) {
                    held.stands(values, true);
                } else {
                    held.executionFailed(driver.isIdle());
                }
            }
        }
    }

    /** Whether values or a role were set for the session and not taken back yet. */
    public boolean hasSetForSession() {
        return toReset() != null || session.role() != null;
    }

    /**
     * Sets the values outside every scope, for a question of Warden's own.
     *
     * @throws SQLException the driver's; they do not hold then
     */
    public void setNobody(Connection connection) throws SQLException {
        setSeparately(connection, plan.none(), connection.getAutoCommit(), false);
    }

    /** Whether values of Warden's stand for the session, or may. */
    public boolean stands() {
        return session.set() != null;
    }

    /** Whether values of a scope stand for the session, or may: what Warden asks the server as nobody must not be asked then. */
    public boolean standsForScope() {
        return session.set() != null && !wire.holds(plan.none());
    }

    /**
     * The values that were set for the session and that nothing but a reset takes back; null when there are none. Those that {@code
     * warden.hold=session} leaves there do not count: the next ones are written over them.
     */
    public Assignment forSession() {
        return held.isAllowed() ? null : session.set();
    }

    /** The values that were set for the session and are to be reset before a statement of another scope; null when there are none. */
    public Assignment toReset() {
        return held.isOn() ? null : session.set();
    }

    /**
     * Takes what was set for the session away. To be called outside a transaction.
     *
     * @throws SQLException the driver's; what the session holds is unknown then, the caller must close the connection
     */
    public void resetSession(Connection connection) throws SQLException {
        session.reset(connection);
        if (held.isAllowed()) {
            held.gone(driver.isIdle());
        } else {
            wire.stands(false, null, false);
        }
    }

    /** Whether the application is about to set a value of its own for the session, over one of ours that must go before. */
    public boolean isReplacedBy(SqlStatement statement) {
        return held.isAllowed() && stands() && HoldRules.setsForSession(statement, plan.lowerCaseNames());
    }

    /** Whether the transaction keeps its first snapshot to its end; asks the server, which takes none for it. */
    public static boolean keepsSnapshot(Connection connection) throws SQLException {
        return OwnStatement.keepsSnapshot(connection);
    }

    // ---- where sending begins

    /**
     * Nothing was sent until now, and everything will be from the next statement on. In a transaction that is open, cursors of before would
     * deliver rows by values that they were not opened with.
     *
     * @param closed whether statements are refused then while such a cursor is open, rather than wait for its end
     * @return whether it may begin
     */
    public boolean begins(boolean closed) throws Throwable {
        if (driver.isIdle() || !(wire.mayHaveUnseenCursor() || transport.hasOpenPortal())) {
            return true;
        }
        if (closed) {
            wire.openBelongTo(plan.none());
        }
        return closed;
    }

    // ---- what statements change

    /**
     * A statement is about to be sent, after what {@link #need} said was done.
     *
     * @param target the values that it runs with; null when it is none of our business
     */
    void send(SqlStatement statement, Assignment target, boolean inTransaction, boolean opensPortal, int flags)
            throws Throwable {
        if (target != null) {
            before(statement, target, inTransaction, opensPortal, flags);
        } else if (inTransaction && (statement.opensCursor() || statement.callsFunctions())) {
            wire.mayOpenUnseenCursor();
        }
        held.sends(statement, inTransaction);
        note(statement, target);
    }

    /** A statement is about to be executed in a way that passes no {@link #send}: COPY, a call of a function by its number. */
    public void sendsUnseen(SqlStatement statement) {
        if (!HoldRules.leavesValues(statement)) {
            held.doubted();
        }
    }

    private void before(
            SqlStatement statement, Assignment target, boolean inTransaction, boolean opensPortal, int flags)
            throws Throwable {
        if (inTransaction && statement.callsFunctions() && !target.scope().isNone()) {
            wire.mayOpenCursors(target);
        }
        role.runs(target);
        String missing = role.missing(target);
        Demand demand = Demand.of(statement, !inTransaction, missing != null);
        boolean before = demand == Demand.BEFORE || demand == Demand.BEFORE_ALONE && inTransaction;
        if (held.isAllowed() && demand != Demand.NOTHING && demand != Demand.END && target != plan.application()) {
            wire.ran(target);
        }
        boolean must = switch (demand) {
            case BEFORE, BEFORE_ALONE -> before && !holds(target);
            case NOTHING, SEPARATE -> takesOver(statement, target);
            case END -> false;
        };
        Assignment first = must ? onWire(target) : atCommit(statement, target);
        String firstRole = before ? missing : roleAtCommit(statement, target);
        if (first != null || firstRole != null) {
            boolean forSession = held.isOn();
            if (forSession) {
                held.writes(first);
            }
            transport.along(first, firstRole, forSession, flags);
        }
        if (demand == Demand.BEFORE && statement.opensCursor()) {
            wire.opensSqlCursor(target, statement.cursor(), statement.holdsCursor());
        } else if (demand == Demand.BEFORE && opensPortal) {
            wire.opensPortal(target);
        }
    }

    private void note(SqlStatement statement, Assignment target) throws Throwable {
        boolean ends = statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.ROLLBACK;
        if (statement.keyword() == Keyword.BEGIN && driver.isIdle()) {
            transport.transactionBegins();
        } else if (ends) {
            wire.transactionMayHaveEnded();
            transport.transactionMayEnd();
        } else if (statement.injection() == Injection.ENDS_SCOPE && !isOfSettings(statement)) {
            wire.forget();
        }
        if (ends || statement.closesAllCursors()) {
            wire.closesAllSqlCursors();
        } else if (statement.closesCursor()) {
            wire.closesSqlCursor();
        }
        noteSettings(statement, target);
        if (role.isConfigured()) {
            role.note(statement, target);
        }
    }

    /** RESET and DISCARD change no value but those of the settings that they name. */
    private static boolean isOfSettings(SqlStatement statement) {
        return !statement.multi() && (statement.keyword() == Keyword.RESET || statement.keyword() == Keyword.DISCARD);
    }

    /** The statement sets one of the GUCs itself, or may: what holds afterwards is unknown. */
    private void noteSettings(SqlStatement statement, Assignment target) {
        if (statement.settings().isEmpty() || !plan.mayBeSetBy(statement)) {
            return;
        }
        if (target != null && !target.scope().isNone()) {
            wire.setInScope();
        } else {
            wire.applicationSets(plan.isSetBy(statement));
            if (isReplacedBy(statement)) {
                held.replaces();
            }
        }
        if (held.isAllowed()) {
            held.doubted();
        } else {
            distrusted |= session.overwrittenByApplication();
        }
    }

    /**
     * Deferred triggers run inside COMMIT: as the tenant, not as a bypass, not as whatever a rollback left, and not as
     * nobody because the scope has ended already. What the application has set by name after that scope stays; a DO body or a
     * function that only may have set something does not take the tenant away. A cursor WITH HOLD is read to its end there too, and keeps its scope.
     *
     * @return what must hold when the statement runs and does not yet; null when nothing must, or it does
     */
    public Assignment atCommit(SqlStatement statement, Assignment target) {
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
    public String roleAtCommit(SqlStatement statement, Assignment target) {
        boolean commits = statement.keyword() == Keyword.COMMIT || statement.keyword() == Keyword.PREPARE_TRANSACTION;
        return !commits || driver.inFailedTransaction() || wire.hasHoldableCursor()
                ? null
                : role.atCommit(target, wire.isTouched());
    }

    /** The driver's transaction state is up to date after an answer of the server. */
    public void readyForQuery() throws Throwable {
        transport.readyForQuery();
        if (driver.inFailedTransaction()) {
            wire.failed();
            held.failed();
        } else if (driver.inTransaction()) {
            wire.succeeded();
            held.goesOn();
        } else {
            held.idle(wire.known());
            wire.reset();
            role.transactionEnded();
        }
    }

    /** An execution of the driver has failed, the outermost or one inside of it. */
    public void executionFailed() {
        held.executionFailed(driver.isIdle());
    }

    /** The outermost execution of the driver has ended; {@link #executionFailed} was told before when it has failed. */
    public void executionEnded() {
        held.executionEnded(driver.isIdle());
    }

    /**
     * Application SQL changed one of our GUCs inside a scope, or may have: what holds is unknown, and a value set for the
     * session may show wherever nothing is injected; so that from now on the none-values are sent too.
     */
    public void distrust() {
        distrusted = true;
        held.end();
        wire.forget();
    }

    /** Whether a value that the application set inside a scope may still be there wherever nothing is injected. */
    public boolean isDistrusted() {
        return distrusted;
    }

    /** See {@link Transport#takeFailure}. */
    public boolean takeFailure() {
        return transport.takeFailure();
    }

    /** Whether the application's own value of a GUC, if it set one, is hidden by Warden's. */
    public boolean hidesApplicationValue() {
        return wire.isOurs() || !held.isAllowed() && session.set() != null;
    }

    /** Whether anything of ours may show in the transaction that is open. */
    public boolean isTouched() {
        return wire.isTouched() || session.set() != null || wire.role().isTouched();
    }
}
