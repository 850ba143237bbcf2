package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Sees to it that the values of a scope hold on one physical connection: what a statement needs ({@link InjectionRules}, asked of the {@link
 * WireView}), how ours gets there ({@link Transport}, or {@link SeparateInjection}), and what holds after the statement ({@link StatementEffects})
 * and after the server's answer. Guarded by the lock on the connection.
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
    private final WireView view;
    private final StatementEffects effects;
    private final SeparateInjection separate;

    private Injector(DriverConnection driver, GucPlan plan, Function<WireState, Transport> transport) {
        this.driver = driver;
        this.plan = plan;
        this.transport = transport.apply(wire);
        this.own = new OwnStatement(plan);
        this.session = new SessionValues(own);
        this.held = new HeldValues(session, wire);
        this.role = new InjectedRole(plan, wire.role(), session);
        this.view = new WireView(plan, driver, this.transport, wire, session, held, role);
        this.effects = new StatementEffects(plan, driver, this.transport, wire, session, held, role);
        this.separate = new SeparateInjection(plan, driver, own, wire, session, held, role, view);
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
        view.behindPooler();
    }

    /**
     * Asks whether values reach the statements that they are for. To be called outside a transaction, in autocommit.
     *
     * @param known what is known of such connections; is told what this one shows
     * @param again whether this connection may show something else than those before
     * @throws SQLException the driver's; what is lost is not known then
     */
    public void probe(Connection connection, ValueLoss known, boolean again) throws SQLException {
        view.believes(known);
        boolean alongside = driver instanceof PgjdbcConnection pgjdbc && !pgjdbc.answersTextsWhole();
        new ValueProbe(connection, plan, own).look(known, alongside, view.isPooled(), again);
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
        if (plan.isHeldForSession() && pipelined() != null && !view.isPooled()) {
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
        boolean together = alongside && !view.losesInGroup();
        return InjectionRules.need(statement, fresh, together, before, view.of(target));
    }

    /** The role that statements run as, beside the values. */
    public InjectedRole role() {
        return role;
    }

    /** Sets values in a statement of its own, and takes back what was set for the session. */
    public SeparateInjection separate() {
        return separate;
    }

    // ---- what was set for the session

    /** Whether values or a role were set for the session and not taken back yet. */
    public boolean hasSetForSession() {
        return toReset() != null || session.role() != null;
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

    /** Whether the application is about to set a value of its own for the session, over one of ours that must go before. */
    public boolean isReplacedBy(SqlStatement statement) {
        return effects.isReplacing(statement);
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
        } else if (inTransaction && (statement.cursors().opens() || statement.callsFunctions())) {
            wire.mayOpenUnseenCursor();
        }
        held.sends(statement, inTransaction);
        effects.note(statement, target);
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
            case BEFORE, BEFORE_ALONE -> before && !view.isInForce(target);
            case NOTHING, SEPARATE -> view.takesOver(statement, target);
            case END -> false;
        };
        Assignment first = must ? view.onWire(target) : view.atCommit(statement, target);
        String firstRole = before ? missing : view.roleAtCommit(statement, target);
        if (first != null || firstRole != null) {
            boolean forSession = held.isOn();
            if (forSession) {
                held.writes(first);
            }
            transport.along(first, firstRole, forSession, flags);
        }
        if (demand == Demand.BEFORE && statement.cursors().opens()) {
            wire.opensSqlCursor(
                    target, statement.cursors().name(), statement.cursors().holds());
        } else if (demand == Demand.BEFORE && opensPortal) {
            wire.opensPortal(target);
        }
    }

    /**
     * What must hold when this statement runs because deferred triggers do, and does not yet.
     *
     * @return null when it is no COMMIT, or all that it needs holds
     */
    public Assignment atCommit(SqlStatement statement, Assignment target) {
        return view.atCommit(statement, target);
    }

    /** As {@link #atCommit}, of the role. */
    public String roleAtCommit(SqlStatement statement, Assignment target) {
        return view.roleAtCommit(statement, target);
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
        session.distrust();
        held.end();
        session.doubt();
        wire.forget();
    }

    /** Code of the application in the server may have changed one of our GUCs inside a scope, in the transaction that is open. */
    public void mayHaveChanged() {
        wire.setInScope();
    }

    /** Whether a value that the application set inside a scope may still be there wherever nothing is injected. */
    public boolean isDistrusted() {
        return session.isDistrusted();
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
        return view.isTouched();
    }
}
