package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.drivers.LateConnections;
import io.tenantwarden.engine.drivers.UncoveredSessions;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.policy.JdbcGate;
import io.tenantwarden.engine.report.Cost;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Session;
import java.sql.Connection;
import java.sql.Statement;

/** The hooks at a driver's statements, where its inside is out of reach. Thread-safe. */
final class StatementHooks {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final JdbcGate gate;
    private final UncoveredSessions uncovered;
    private final OwnErrors errors;
    private final Cost cost;
    private final DriverObjects objects;
    private final LateConnections late;

    StatementHooks(
            ModeSwitch mode,
            GucPlan plan,
            JdbcGate gate,
            UncoveredSessions uncovered,
            OwnErrors errors,
            Cost cost,
            DriverObjects objects,
            LateConnections late) {
        this.mode = mode;
        this.plan = plan;
        this.gate = gate;
        this.uncovered = uncovered;
        this.errors = errors;
        this.cost = cost;
        this.objects = objects;
        this.late = late;
    }

    /** With a role to run as, calls of functions by their number are statements too. */
    boolean decideFastpath() {
        return plan.role() != null && mode.injects();
    }

    void prepared(Object connection, Object statement, String sql) throws Throwable {
        Session session = late.session((Connection) connection);
        if (session != null && statement != null) {
            gate.prepared(session, objects.statement(statement), sql);
        }
    }

    void batchAdded(Object statement, String sql) throws Throwable {
        Session session = late.sessionOfOwner(statement);
        if (session != null) {
            gate.batched(session, objects.statement(statement), sql);
        }
    }

    void batchCleared(Object statement) {
        gate.unbatched(objects.statement(statement));
    }

    Object before(Object owner, String sql, boolean batch, boolean noBegin) throws Throwable {
        Session session = late.sessionOfOwner(owner);
        if (session == null) {
            return null; // it belongs to a connection that is being opened, or is closed
        }
        if (session.isUncovered()) {
            Throwable refusal = uncovered.enter(session);
            return refusal == null ? session : refusal;
        }
        long begin = cost.begin();
        try {
            Throwable refusal = null;
            HasStatement holder = owner instanceof Statement ? objects.statement(owner) : null;
            if (sql == null && holder != null && holder.wardenStatement() == null && !(owner instanceof HasStatement)) {
                refusal = late.learn(
                        (Statement) owner,
                        text -> gate.prepared(session, holder, text),
                        text -> gate.batched(session, holder, text));
            }
            refusal = refusal != null ? refusal : gate.before(session, owner, holder, sql, batch, noBegin);
            return refusal == null ? session : refusal;
        } catch (Throwable bug) {
            return errors.beforeStatement("beforeStatement", bug, session);
        } finally {
            cost.end(begin);
        }
    }

    void after(Object token, boolean failed) throws Throwable {
        gate.after((Session) token, failed);
    }

    void copyManagerCreated(Object manager, Object connection) throws Throwable {
        if (connection instanceof Connection physical) {
            objects.session(manager).wardenSession(late.session(physical));
        }
    }
}
