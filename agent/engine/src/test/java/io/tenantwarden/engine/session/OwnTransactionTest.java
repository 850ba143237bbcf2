package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A question of Warden's own leaves the connection as the application had it. */
class OwnTransactionTest {

    private Connection connection;
    private Session session;

    @BeforeEach
    void connect() throws Throwable {
        connection = PostgresServer.get(18).superuser("postgres");
        session = TestSession.opened(connection, new Database("postgres", "db1:5432", 1), "postgres");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private String ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void aTransactionThatTheQuestionBeganIsRolledBack() throws Throwable {
        connection.setAutoCommit(false);
        try (OwnTransaction transaction = OwnTransaction.begin(session)) {
            ask("select 1");
            assertTrue(session.isInTransaction());
        }
        assertTrue(session.isIdle());
        assertFalse(connection.getAutoCommit());
    }

    @Test
    void theApplicationsTransactionGoesOn() throws Throwable {
        connection.setAutoCommit(false);
        ask("select set_config('warden.test', 'mine', true)");
        try (OwnTransaction transaction = OwnTransaction.begin(session)) {
            ask("select 1");
        }
        assertTrue(session.isInTransaction());
        assertEquals("mine", ask("select current_setting('warden.test')"));
    }

    @Test
    void limitsOfTheApplicationHoldAgainAfterwards() throws Throwable {
        ask("select set_config('statement_timeout', '2s', false)");
        connection.setNetworkTimeout(Runnable::run, 5_000);
        try (OwnTransaction transaction = OwnTransaction.withoutLimits(connection)) {
            assertEquals("0", ask("show statement_timeout"));
            assertEquals(60_000, connection.getNetworkTimeout());
        }
        assertEquals("2s", ask("show statement_timeout"));
        assertEquals(5_000, connection.getNetworkTimeout());
        assertTrue(connection.getAutoCommit());
        assertTrue(session.isIdle());
    }

    @Test
    void limitsThatCannotBeLiftedLeaveNoTransaction() throws Throwable {
        Connection refusing = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("createStatement")) {
                        throw new SQLException("none", "08000");
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        SQLException e = assertThrows(SQLException.class, () -> OwnTransaction.withoutLimits(refusing));
        assertEquals("none", e.getMessage());
        assertTrue(connection.getAutoCommit());
        assertEquals(0, connection.getNetworkTimeout());
    }

    @Test
    void whatOnlyTheQuestionMeetsIsNotTheApplications() throws Throwable {
        OwnTransaction.failed(session, new SQLException("no such function", "42883"));
        assertNull(session.execution().ownFailure());
    }

    @Test
    void aCancelWasMeantForTheApplication() throws Throwable {
        SQLException cancel = new SQLException("canceled", "57014");
        OwnTransaction.failed(session, cancel);
        assertSame(cancel, session.execution().ownFailure());
    }

    @Test
    void aFailureInTheApplicationsTransactionIsNoted() throws Throwable {
        connection.setAutoCommit(false);
        ask("select 1");
        SQLException failure = new SQLException("no such function", "42883");
        OwnTransaction.failed(session, failure);
        assertSame(failure, session.execution().ownFailure());
    }

    @Test
    void soIsTheEndOfTheConnection() throws Throwable {
        connection.close();
        SQLException failure = new SQLException("closed", "08003");
        OwnTransaction.failed(session, failure);
        assertSame(failure, session.execution().ownFailure());
    }
}
