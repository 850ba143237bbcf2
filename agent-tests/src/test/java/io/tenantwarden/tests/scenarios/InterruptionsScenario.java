package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Cancel, timeout, termination, a closed connection, a statement that the driver itself refuses: the next statement has its own tenant. Mode inject. */
class InterruptionsScenario extends HardCase {

    /** A cancellation that overtakes its query is lost, and the driver sends only one. */
    private static void cancelWhenAsleep(Statement statement, String pid) {
        try (Connection watcher = Db.driverManager("warden_app")) {
            String asleep = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and pid = " + pid;
            while (Db.column(watcher, asleep).isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            statement.cancel();
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void cancelTimeoutAndTermination() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (PreparedStatement sleep = c.prepareStatement("select pg_sleep(30) from invoices")) {
                    String pid = Db.column(c, "select pg_backend_pid()").get(0);
                    Thread cancel = new Thread(() -> cancelWhenAsleep(sleep, pid));
                    cancel.start();
                    SQLException e = assertThrows(SQLException.class, sleep::executeQuery);
                    assertEquals("57014", e.getSQLState());
                    cancel.join();
                }
                if (!autocommit) {
                    c.rollback();
                }
                try (Statement sleep = c.createStatement()) {
                    sleep.setQueryTimeout(1);
                    SQLException e =
                            assertThrows(SQLException.class, () -> sleep.execute("select pg_sleep(30) from invoices"));
                    assertEquals("57014", e.getSQLState());
                }
                if (!autocommit) {
                    c.rollback();
                }
                TenantContext.set("b");
                assertSees(c, "b");
                TenantContext.set("a");
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
        try (HikariDataSource pool = Db.hikari(1)) {
            try (Connection c = pool.getConnection()) {
                assertSees(c, "a");
                String pid = Db.column(c, "select pg_backend_pid()").get(0);
                TenantContext.clear();
                try (Connection other = Db.driverManager("warden_app")) {
                    Db.column(other, "select pg_terminate_backend(" + pid + ")");
                }
                TenantContext.set("a");
                SQLException e = assertThrows(SQLException.class, () -> {
                    while (true) {
                        Db.column(c, TENANTS);
                    }
                });
                assertTrue(e.getSQLState().startsWith("57P") || e.getSQLState().startsWith("08"), e.getSQLState());
            }
            TenantContext.set("b");
            try (Connection c = pool.getConnection()) {
                assertSees(c, "b");
            }
        }
    }

    @Test
    void whereTheServerIsGoneAResetIsNoTampering() throws Exception {
        TenantContext.set("a");
        for (String reset : new String[] {"discard all", "reset role", "set session authorization default"}) {
            try (Connection c = Db.plain().getConnection()) {
                String pid = Db.column(c, "select pg_backend_pid()").get(0);
                run(c, "do $$ begin perform 1; end $$"); // which may have changed the role
                terminate(pid);
                SQLException e = assertThrows(SQLException.class, () -> run(c, reset));
                assertTrue(e.getSQLState().startsWith("57P") || e.getSQLState().startsWith("08"), reset + ": " + e);
            }
        }
    }

    @Test
    void whereTheServerIsGoneAQuestionOfOursIsNoBug() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            String pid = Db.column(c, "select pg_backend_pid() from invoices").get(0);
            // the value cannot be told before it has run: it is asked for before the next statement
            Db.column(c, "select set_config('app.tenant_id', concat('', 'a'), true)");
            terminate(pid);
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, TENANTS));
            assertTrue(e.getSQLState().startsWith("57P") || e.getSQLState().startsWith("08"), e.toString());
        }
    }

    private static void run(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private static void terminate(String pid) throws Exception {
        try (Connection watcher = Db.driverManager("warden_app")) {
            Db.column(watcher, "select pg_terminate_backend(" + pid + ")");
            while (!Db.column(watcher, "select 1 from pg_stat_activity where pid = " + pid)
                    .isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    @Test
    void aClosedConnectionSaysSoItself() throws Exception {
        TenantContext.set("a");
        Connection c = Db.plain().getConnection();
        Statement s = c.createStatement();
        PreparedStatement select = c.prepareStatement(TENANTS);
        c.setAutoCommit(false);
        assertSees(c, "a");
        c.close();
        assertEquals("08003", assertThrows(SQLException.class, c::rollback).getSQLState());
        assertEquals("08003", assertThrows(SQLException.class, c::commit).getSQLState());
        assertEquals(
                "08003",
                assertThrows(SQLException.class, () -> s.execute("select {fn now()}"))
                        .getSQLState());
        assertEquals(
                "08003", assertThrows(SQLException.class, select::executeQuery).getSQLState());
    }

    @Test
    void aStatementTheDriverRefusesLeavesNoTrace() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                TenantContext.set("a");
                try (PreparedStatement select = c.prepareStatement(TENANTS + " where amount = ?")) {
                    SQLException e = assertThrows(SQLException.class, select::executeQuery);
                    assertEquals("22023", e.getSQLState());
                }
                TenantContext.set("b");
                assertSees(c, "b");
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }
}
