package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.CountingSocketFactory;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Tenants are those of the table countries; each test has its own, because answers are remembered. */
class TenantCheckScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static void activate(String tenant) throws SQLException {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("insert into countries values ('" + tenant + "')");
        }
    }

    private static String refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> Db.column(c, sql));
        assertEquals("42501", e.getSQLState(), e.getMessage());
        return e.getMessage();
    }

    private static void assertIdle(Connection c) throws SQLException {
        assertEquals(TransactionState.IDLE, c.unwrap(BaseConnection.class).getTransactionState());
    }

    @Test
    void anActiveTenantPassesAndIsAskedForOnce() throws Exception {
        activate("a");
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("a");
            assertEquals("20", Db.column(c, "select count(*) from invoices").get(0));
            Properties properties = new Properties();
            properties.setProperty("user", "warden_app");
            properties.setProperty("password", "secret");
            properties.setProperty("socketFactory", CountingSocketFactory.class.getName());
            try (Connection other = DriverManager.getConnection(Db.url(), properties)) {
                long before = CountingSocketFactory.waits();
                for (int i = 0; i < 10; i++) {
                    Db.column(other, "select count(*) from invoices");
                }
                assertEquals(10, CountingSocketFactory.waits() - before, "asked on another connection before");
            }
        }
    }

    @Test
    void anInactiveTenantIsRefused() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("b");
            String message = refused(c, "select count(*) from invoices");
            assertTrue(message.contains("inactive tenant"), message);
            assertFalse(message.contains("tenant b"), message);
            assertIdle(c);
            // nothing is refused that no tenant's row is in, and the tenant is not sent with it either
            assertEquals(
                    "",
                    Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')")
                            .get(0));
            activate("b");
            refused(c, "select count(*) from invoices");
        }
    }

    @Test
    void theFirstStatementOfATransactionIsPrecededByTheQuestion() throws Exception {
        activate("first");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("inactive-1");
            refused(c, "select count(*) from invoices");
            assertIdle(c);
            TenantContext.set("first");
            assertEquals("0", Db.column(c, "select count(*) from invoices").get(0));
            assertFalse(c.getAutoCommit());
            assertEquals(TransactionState.OPEN, c.unwrap(BaseConnection.class).getTransactionState());
            c.commit();
        }
    }

    @Test
    void readOnlyConnectionsAreLeftAsTheyAre() throws Exception {
        activate("reader");
        try (Connection c = Db.plain().getConnection()) {
            c.setReadOnly(true);
            c.setAutoCommit(false);
            TenantContext.set("inactive-2");
            refused(c, "select count(*) from invoices");
            assertIdle(c);
            TenantContext.set("reader");
            assertEquals("0", Db.column(c, "select count(*) from invoices").get(0));
            assertEquals("on", Db.column(c, "show transaction_read_only").get(0));
            c.commit();
        }
    }

    @Test
    void insideATransactionNothingIsAskedAndNothingAssumed() throws Exception {
        activate("late");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Db.column(c, "select 1");
            TenantContext.set("late");
            String message = refused(c, "select count(*) from invoices");
            assertTrue(message.contains("unchecked tenant"), message);
            assertEquals("1", Db.column(c, "select 1").get(0), "the transaction is as good as before");
            c.rollback();
            TenantContext.clear();
            // asked at the next idle moment, so that the same flow works when it is tried again
            Db.column(c, "select 1");
            TenantContext.set("late");
            assertEquals("0", Db.column(c, "select count(*) from invoices").get(0));
            c.commit();
        }
    }

    @Test
    void aHostileTenantIsBound() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("x' or '1'='1");
            assertTrue(refused(c, "select count(*) from invoices").contains("inactive tenant"));
        }
    }
}
