package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Injection in a statement of its own, through JDBC: for the transaction that is open or that the driver begins, in autocommit for the session, and
 * what takes that back. Guarded by the lock on the connection.
 */
public final class SeparateInjection {

    private final GucPlan plan;
    private final DriverConnection driver;
    private final OwnStatement own;
    private final WireState wire;
    private final SessionValues session;
    private final HeldValues held;
    private final InjectedRole role;
    private final WireView view;

    SeparateInjection(
            GucPlan plan,
            DriverConnection driver,
            OwnStatement own,
            WireState wire,
            SessionValues session,
            HeldValues held,
            InjectedRole role,
            WireView view) {
        this.plan = plan;
        this.driver = driver;
        this.own = own;
        this.wire = wire;
        this.session = session;
        this.held = held;
        this.role = role;
        this.view = view;
    }

    /**
     * Sets what {@link Injector#need} asked for in a statement of its own: for the transaction that is open or that the driver begins with it, and in
     * autocommit for the session, until {@link #reset}.
     *
     * @param connection the driver's
     * @param autocommit as in {@link Injector#need}
     * @param keeps whether the application has set a value for the session that must be put back
     * @throws SQLException the driver's; the values do not hold then
     */
    public void set(Connection connection, Assignment target, boolean autocommit, boolean keeps) throws SQLException {
        if (autocommit && driver.isIdle() && connection.getAutoCommit()) {
            view.of(target);
            if (!role.isConfigured() || view.isWanted() && !session.hold(target)) {
                setForSession(connection, view.onWire(target), keeps);
            }
            if (view.wantsRole() && !session.holdRole(role.of(target))) {
                session.setRole(connection, role.of(target));
            }
            return;
        }
        boolean holds = role.isConfigured() && view.isInForce(target);
        setInTransaction(connection, holds ? null : view.onWire(target), role.missing(target));
    }

    /**
     * Sets what must hold when COMMIT runs: see {@link Injector#atCommit}.
     *
     * @throws SQLException the driver's; the values do not hold then
     */
    public void setAtCommit(Connection connection, SqlStatement statement, Assignment target) throws SQLException {
        setInTransaction(connection, view.atCommit(statement, target), view.roleAtCommit(statement, target));
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

    /**
     * Sets the values outside every scope, for a question of Warden's own.
     *
     * @throws SQLException the driver's; they do not hold then
     */
    public void setNobody(Connection connection) throws SQLException {
        set(connection, plan.none(), connection.getAutoCommit(), false);
    }

    /**
     * Takes what was set for the session away. To be called outside a transaction.
     *
     * @throws SQLException the driver's; what the session holds is unknown then, the caller must close the connection
     */
    public void reset(Connection connection) throws SQLException {
        session.reset(connection);
        if (held.isAllowed()) {
            held.gone(driver.isIdle());
        } else {
            wire.stands(false, null, false);
        }
    }

    /** Whether the transaction keeps its first snapshot to its end; asks the server, which takes none for it. */
    public static boolean keepsSnapshot(Connection connection) throws SQLException {
        return OwnStatement.keepsSnapshot(connection);
    }
}
