package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two tenants, one pool and the bare driver: each sees its own rows and only those. Mode inject. */
class IsolationScenario {

    private static final String TENANTS = "select tenant_id from invoices";

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static void assertSees(Connection c, String tenant) throws SQLException {
        List<String> rows = Db.column(c, TENANTS);
        assertEquals(tenant == null ? Set.of() : Set.of(tenant), new TreeSet<>(rows));
        assertEquals(tenant == null ? 0 : TestDatabase.ROWS, rows.size());
    }

    @Test
    void poolInAutocommit() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int i = 0; i < 20; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                try (Connection c = pool.getConnection()) {
                    assertSees(c, TenantContext.current());
                    assertSees(c, TenantContext.current());
                }
                TenantContext.clear();
                try (Connection c = pool.getConnection()) {
                    assertSees(c, null);
                }
            }
        }
    }

    @Test
    void poolInTransactions() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int i = 0; i < 20; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                try (Connection c = pool.getConnection()) {
                    c.setAutoCommit(false);
                    assertSees(c, TenantContext.current());
                    c.commit();
                    assertSees(c, TenantContext.current());
                    c.rollback();
                    assertSees(c, TenantContext.current());
                    // the pool rolls back
                }
                TenantContext.clear();
                try (Connection c = pool.getConnection()) {
                    c.setAutoCommit(false);
                    assertSees(c, null);
                    c.commit();
                }
            }
        }
    }

    @Test
    void withoutAPool() throws Exception {
        DataSource plain = Db.plain();
        TenantContext.set("a");
        try (Connection c = plain.getConnection()) {
            assertSees(c, "a");
            TenantContext.set("b");
            assertSees(c, "b");
            c.setAutoCommit(false);
            assertSees(c, "b");
            c.commit();
            TenantContext.clear();
            assertSees(c, null);
            c.commit();
        }
    }

    @Test
    void throughDriverManager() throws Exception {
        TenantContext.set("b");
        try (Connection c = Db.driverManager("warden_app")) {
            assertSees(c, "b");
        }
    }

    @Test
    void plainStatementsAndViews() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            assertEquals(Set.of("a"), new TreeSet<>(Db.columnPlain(c, TENANTS)));
            assertTrue(
                    Db.columnPlain(c, "select note from open_invoices").stream().allMatch(n -> n.startsWith("a-")));
            assertTrue(s.execute("select count(*) from customers; select count(*) from invoices"));
            for (int i = 0; i < 2; i++) {
                try (ResultSet rs = s.getResultSet()) {
                    rs.next();
                    assertEquals(TestDatabase.ROWS, rs.getInt(1));
                }
                s.getMoreResults();
            }
        }
    }

    @Test
    void savepointRolledBack() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Savepoint first = c.setSavepoint();
            assertSees(c, "a");
            c.rollback(first);
            // the setting went with the savepoint
            assertSees(c, "a");
            Savepoint second = c.setSavepoint("named");
            assertSees(c, "a");
            c.releaseSavepoint(second);
            assertSees(c, "a");
            c.rollback();
        }
    }

    @Test
    void failedStatementInTransaction() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Savepoint before = c.setSavepoint();
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select 1/0 from invoices"));
            assertEquals("22012", e.getSQLState());
            SQLException aborted = assertThrows(SQLException.class, () -> Db.column(c, TENANTS));
            assertEquals("25P02", aborted.getSQLState());
            c.rollback(before);
            assertSees(c, "a");
            assertThrows(SQLException.class, () -> Db.column(c, "select 1/0"));
            c.rollback();
            assertSees(c, "a");
            c.rollback();
        }
    }

    @Test
    void failedStatementInAutocommit() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            for (int i = 0; i < 8; i++) {
                assertThrows(SQLException.class, () -> Db.column(c, "select 1/0 from invoices"));
                assertSees(c, "a");
            }
        }
    }

    @Test
    void writesCarryTheTenant() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                PreparedStatement insert = c.prepareStatement(
                        "insert into customers (tenant_id, note) values (?, 'new')", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, "a");
            assertEquals(1, insert.executeUpdate());
            try (ResultSet keys = insert.getGeneratedKeys()) {
                assertTrue(keys.next());
            }
            insert.setString(1, "b");
            SQLException foreign = assertThrows(SQLException.class, insert::executeUpdate);
            assertEquals("42501", foreign.getSQLState());
            try (PreparedStatement update = c.prepareStatement("update customers set amount = amount + 1")) {
                assertEquals(TestDatabase.ROWS + 1, update.executeUpdate());
            }
            try (PreparedStatement delete = c.prepareStatement("delete from customers where note = 'new'")) {
                assertEquals(1, delete.executeUpdate());
            }
        }
    }

    @Test
    void batchAcrossForcedSyncs() throws Exception {
        TenantContext.set("b");
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (PreparedStatement insert =
                        c.prepareStatement("insert into customers (tenant_id, note) values ('b', ?)")) {
                    for (int i = 0; i < 700; i++) {
                        insert.setString(1, "batch");
                        insert.addBatch();
                    }
                    assertEquals(700, insert.executeBatch().length);
                }
                try (PreparedStatement delete = c.prepareStatement("delete from customers where note = 'batch'")) {
                    assertEquals(700, delete.executeUpdate());
                }
                if (!autocommit) {
                    c.commit();
                }
            }
        }
    }

    @Test
    void cursorKeepsItsTenantAndForbidsASwitch() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            try (PreparedStatement select = c.prepareStatement(TENANTS)) {
                select.setFetchSize(3);
                try (ResultSet rs = select.executeQuery()) {
                    rs.next();
                    TenantContext.set("b");
                    SQLException refused = assertThrows(SQLException.class, () -> Db.column(c, TENANTS));
                    assertEquals("42501", refused.getSQLState());
                    assertTrue(refused.getMessage().startsWith("[warden] refused:"), refused.getMessage());
                    int rows = 1;
                    while (rs.next()) {
                        assertEquals("a", rs.getString(1));
                        rows++;
                    }
                    assertEquals(TestDatabase.ROWS, rows);
                }
            }
            // the cursor is closed: now it may switch (and is reported)
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void scopeThatEndsInAnOpenTransaction() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            assertSees(c, "a");
            TenantContext.clear();
            assertSees(c, null);
            TenantContext.set("a");
            assertSees(c, "a");
            c.commit();
        }
    }

    @Test
    void capturedAtCheckout() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            TenantContext.set("a");
            try (Connection c = pool.getConnection()) {
                TenantContext.clear(); // as a filter does before the view is rendered
                assertSees(c, "a");
            }
            try (Connection c = pool.getConnection()) {
                assertSees(c, null);
            }
        }
    }

    @Test
    void openingAPhysicalConnectionCapturesNothing() throws Exception {
        DataSource plain = Db.plain();
        TenantContext.set("a");
        try (Connection c = plain.getConnection()) {
            TenantContext.clear();
            assertSees(c, null);
        }
    }

    @Test
    void textualTransactionControl() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("begin");
            assertSees(c, "a");
            s.execute("savepoint x");
            assertSees(c, "a");
            s.execute("rollback to savepoint x");
            assertSees(c, "a");
            s.execute("commit");
            assertSees(c, "a");
            s.execute("start transaction");
            assertSees(c, "a");
            s.execute("commit and chain");
            assertSees(c, "a");
            s.execute("rollback");
            s.execute("discard all");
            assertSees(c, "a");
        }
    }

    @Test
    void createTableAsReadsTheTenantsRows() throws Exception {
        TenantContext.set("b");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create temp table copied as select * from invoices");
            assertEquals(List.of(String.valueOf(TestDatabase.ROWS)), Db.column(c, "select count(*) from copied"));
            s.execute("drop table copied");
        }
    }

    @Test
    void valueNeverReachesSqlAsText() throws Exception {
        TenantContext.set("a'; drop table invoices; --");
        try (Connection c = Db.plain().getConnection()) {
            assertSees(c, null);
        }
        TenantContext.set("a\u0000b");
        try (Connection c = Db.plain().getConnection()) {
            assertSees(c, null);
        }
    }
}
