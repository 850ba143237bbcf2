package io.tenantwarden.engine.inject;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** The parts of an injector on a connection that is none: its transaction is in the state that the test says. */
final class WireParts {

    private static final GucPlan.Value TENANT = new GucPlan.Value() {
        @Override
        public String of(String tenant) {
            return tenant;
        }

        @Override
        public boolean isFixed() {
            return true;
        }

        @Override
        public boolean holdsTenant() {
            return true;
        }
    };

    enum State {
        IDLE,
        OPEN,
        FAILED
    }

    final GucPlan plan;
    final WireState wire = new WireState();
    final SessionValues session;
    final HeldValues held;
    final InjectedRole role;
    final WireView view;
    final StatementEffects effects;
    /** What the transport was told. */
    final List<String> told = new ArrayList<>();

    State state = State.IDLE;
    boolean openPortal;

    WireParts(String role) {
        GucPlan values = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of());
        this.plan = role == null ? values : values.withRole(role);
        this.session = new SessionValues(new OwnStatement(plan));
        this.held = new HeldValues(session, wire);
        this.role = new InjectedRole(plan, wire.role(), session);
        Driver driver = new Driver();
        Told transport = new Told();
        this.view = new WireView(plan, driver, transport, wire, session, held, this.role);
        this.effects = new StatementEffects(plan, driver, transport, wire, session, held, this.role);
    }

    Assignment tenant(String id) {
        return plan.assignment(Scope.tenant(id), null);
    }

    Assignment bypass() {
        return plan.assignment(Scope.bypass("support"), null);
    }

    /** A statement that runs with these values was sent, ours before it. */
    void sent(String sql, Assignment target) throws Throwable {
        wire.injected(target);
        note(sql, target);
    }

    void note(String sql, Assignment target) throws Throwable {
        effects.note(SqlStatement.parse(sql), target);
    }

    private final class Driver implements DriverConnection {
        @Override
        public String strategy() {
            return "none";
        }

        @Override
        public ReentrantLock lock() {
            return null;
        }

        @Override
        public void waitForCopy() {
            // there is none
        }

        @Override
        public boolean inTransaction() {
            return state == State.OPEN;
        }

        @Override
        public boolean inFailedTransaction() {
            return state == State.FAILED;
        }

        @Override
        public boolean isAnswerFromBefore() {
            return false;
        }

        @Override
        public boolean hasSkippedStatement() {
            return false;
        }

        @Override
        public String user() {
            return "login";
        }

        @Override
        public String database() {
            return "db";
        }

        @Override
        public String host() {
            return "db1:5432";
        }
    }

    private final class Told implements Transport {
        @Override
        public void along(Assignment target, String role, boolean forSession, int flags) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean hasOpenPortal() {
            return openPortal;
        }

        @Override
        public void transactionBegins() {
            told.add("begins");
        }

        @Override
        public void transactionMayEnd() {
            told.add("may end");
        }

        @Override
        public void readyForQuery() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean takeFailure() {
            return false;
        }
    }
}
