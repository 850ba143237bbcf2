package io.tenantwarden.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.drivers.DriverShapes;
import io.tenantwarden.engine.drivers.UncoveredSessions;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.TenantValue;
import io.tenantwarden.engine.policy.PgjdbcGate;
import io.tenantwarden.engine.report.Cost;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.TestSession;
import io.tenantwarden.testing.PostgresServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a statement meets when the agent itself fails, and on a connection that is not covered. The gate has no parts here, so that each use is a bug. */
class ExecutorHooksTest {

    private static final GucPlan.Value TENANT = new TenantValue();

    private static final GucPlan PLAN = GucPlan.of(Map.of("app.tenant_id", TENANT), Map.of(), Map.of());

    private final ModeSwitch mode = new ModeSwitch(Mode.INJECT, true);
    private final OwnErrors errors = new OwnErrors(mode, (text, bug) -> {});
    private final ExecutorHooks hooks = new ExecutorHooks(
            new PgjdbcGate(null, null),
            new UncoveredSessions(new DriverShapes(null, mode, null)),
            errors,
            new Cost(),
            new DriverObjects(),
            null);
    private Connection connection;

    /** The driver's executor, of which only the session matters. */
    private static final class Executor implements HasSession {
        private Object session;

        @Override
        public Object wardenSession() {
            return session;
        }

        @Override
        public void wardenSession(Object given) {
            session = given;
        }
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = PostgresServer.get(18).superuser("postgres");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private Executor executor(GucPlan plan) throws Throwable {
        Executor executor = new Executor();
        Session session = TestSession.of(connection, driver -> Injector.pipelined(driver, plan), new Properties());
        session.open(connection, new Database("postgres", "db1:5432", 1), "postgres");
        executor.session = session;
        return executor;
    }

    private static void assertRefused(Throwable refusal) {
        assertInstanceOf(SQLException.class, refusal);
        assertTrue(refusal.getMessage().startsWith("[warden] refused: "), refusal::getMessage);
    }

    @Test
    void whereNothingWasSetTheModeDecides() throws Throwable {
        Executor executor = executor(PLAN);
        assertThrows(NullPointerException.class, () -> hooks.beforeExecute(executor, null, null, 0));
        assertThrows(NullPointerException.class, () -> hooks.beforeCopy(executor, "copy t from stdin", true));
    }

    @Test
    void underValuesOfAScopeNoStatementPasses() throws Throwable {
        Executor executor = executor(PLAN);
        ((Session) executor.session)
                .injector()
                .separate()
                .set(connection, PLAN.assignment(Scope.tenant("a"), null), true, false);
        long before = AgentErrors.count();
        assertRefused(hooks.beforeExecute(executor, null, null, 0));
        assertEquals(before + 1, AgentErrors.count());
    }

    @Test
    void withARoleNothingPassesWithTheRightsOfTheLogin() throws Throwable {
        Executor executor = executor(PLAN.withRole("app_user"));
        assertRefused(hooks.beforeExecute(executor, null, null, 0));
        assertRefused(hooks.beforeCopy(executor, "copy t from stdin", true));
        assertRefused(hooks.beforeFastpath(executor, true));
    }

    @Test
    void onceBytesMayBeWrittenTheDriverIsMadeToCloseTheConnection() throws Throwable {
        Executor executor = executor(PLAN);
        HasStatement query = new HasStatement() {
            @Override
            public Object wardenStatement() {
                throw new IllegalStateException("a bug");
            }

            @Override
            public void wardenStatement(Object known) {
                throw new UnsupportedOperationException();
            }
        };
        long before = AgentErrors.count();
        assertInstanceOf(IOException.class, hooks.beforeSend(executor, query, 0));
        assertEquals(before + 1, AgentErrors.count());
    }

    @Test
    void withoutASessionStatementsRunUnlessTheModeRefuses() throws Throwable {
        Executor executor = new Executor();
        assertNull(hooks.beforeExecute(executor, null, null, 0));
        assertNull(hooks.beforeSend(executor, null, 0));
        assertFalse(hooks.swallowStatus(executor));
        hooks.readyForQuery(executor);
        hooks.afterExecute(executor, null);
        mode.change(Mode.ENFORCE);
        assertRefused(hooks.beforeExecute(executor, null, null, 0));
        assertRefused(hooks.beforeCopy(executor, "copy t from stdin", true));
    }

    @Test
    void onAnUncoveredConnectionTheLockIsTakenForWhatRuns() throws Throwable {
        Executor executor = executor(PLAN);
        Session session = (Session) executor.session;
        session.uncovered();
        assertNull(hooks.beforeExecute(executor, null, null, 0));
        assertTrue(session.driver().lock().isHeldByCurrentThread());
        session.leave();
        assertFalse(session.driver().lock().isHeldByCurrentThread());
    }

    @Test
    void anUncoveredConnectionCannotTakeTheRole() throws Throwable {
        Executor executor = executor(PLAN.withRole("app_user"));
        ((Session) executor.session).uncovered();
        Throwable refusal = hooks.beforeExecute(executor, null, null, 0);
        assertRefused(refusal);
        assertTrue(refusal.getMessage().contains("app_user"), refusal::getMessage);
    }
}
