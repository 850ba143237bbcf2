package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cursor delivers the rows of the tenant that opened it, to nobody else. Mode inject. */
class CursorsScenario extends HardCase {

    @Test
    void unfinishedCursorsDoNotReachTheNextBorrower() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int i = 0; i < 6; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                try (Connection c = pool.getConnection()) {
                    c.setAutoCommit(false);
                    PreparedStatement select = c.prepareStatement(TENANTS);
                    select.setFetchSize(2);
                    ResultSet rs = select.executeQuery();
                    for (int n = 0; n < 5; n++) {
                        assertTrue(rs.next());
                        assertEquals(TenantContext.current(), rs.getString(1));
                    }
                    // neither closed nor read to its end
                }
            }
        }
    }

    @Test
    void resultSetsLeftOpenInAnEarlierTransactionForbidNothing() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            PreparedStatement select = c.prepareStatement(TENANTS);
            select.setFetchSize(2);
            ResultSet left = select.executeQuery();
            assertTrue(left.next());
            c.commit();
            TenantContext.set("b");
            try (PreparedStatement own = c.prepareStatement(TENANTS)) {
                own.setFetchSize(2);
                try (ResultSet rs = own.executeQuery()) {
                    assertTrue(rs.next());
                    assertEquals("b", rs.getString(1));
                }
            }
            TenantContext.clear();
            assertSees(c, null);
            c.commit();
            assertFalse(left.isClosed());
        }
    }

    @Test
    void aFailureThatIsRolledBackToASavepointLeavesThemOpen() throws Exception {
        for (List<String> failing : List.of(
                List.of("select 1/0"),
                List.of("select 1/0", "begin"),
                List.of("select 1/0", "start transaction", "select 2"))) {
            try (Connection c = Db.plain().getConnection()) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                PreparedStatement select = c.prepareStatement(TENANTS);
                select.setFetchSize(2);
                ResultSet rs = select.executeQuery();
                assertTrue(rs.next());
                TenantContext.set("b");
                Savepoint before = c.setSavepoint();
                for (String sql : failing) {
                    assertThrows(SQLException.class, () -> Db.column(c, sql), sql);
                }
                c.rollback(before);
                assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
                while (rs.next()) {
                    assertEquals("a", rs.getString(1), failing.toString());
                }
                rs.close();
                c.rollback(before);
                assertSees(c, "b");
                c.rollback();
            }
        }
    }

    @Test
    void sqlCursorsKeepTheirTenantOneByOne() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("declare one cursor for " + TENANTS);
            s.execute("declare two cursor for " + TENANTS);
            s.execute("close one");
            TenantContext.set("b");
            assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
            TenantContext.set("a");
            assertEquals(List.of("a"), Db.columnPlain(c, "fetch 1 from two"));
            // a CLOSE that fails closes nothing
            Savepoint before = c.setSavepoint();
            assertThrows(SQLException.class, () -> s.execute("close nonsense"));
            c.rollback(before);
            TenantContext.set("b");
            assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
            TenantContext.set("a");
            s.execute("close all");
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void cursorsThatFunctionsOpenKeepTheirTenant() throws Exception {
        for (String open : List.of(
                "select open_cursor()",
                "do $$ declare c refcursor := 'opened'; begin open c for select tenant_id from invoices order by note; end $$")) {
            try (Connection c = connect("")) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                String cursor = '"'
                        + (open.startsWith("do")
                                ? "opened"
                                : Db.columnPlain(c, open).get(0))
                        + '"';
                if (open.startsWith("do")) {
                    try (Statement s = c.createStatement()) {
                        s.execute(open);
                    }
                }
                assertEquals(List.of("a", "a"), Db.columnPlain(c, "fetch 2 in " + cursor));
                TenantContext.set("b");
                assertSees(c, "b");
                SQLException e = assertThrows(SQLException.class, () -> Db.columnPlain(c, "fetch all in " + cursor));
                assertRefused(e, "still open");
                TenantContext.clear();
                assertThrows(SQLException.class, () -> Db.columnPlain(c, "fetch all in " + cursor));
                TenantContext.set("a");
                assertEquals(
                        Collections.nCopies(TestDatabase.ROWS - 2, "a"), Db.columnPlain(c, "fetch all in " + cursor));
                c.rollback();
            }
        }
    }

    @Test
    void updatableResultSets() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (ResultSet rs = s.executeQuery("select id, tenant_id, note, amount from customers order by id")) {
                    assertTrue(rs.next());
                    int amount = rs.getInt("amount");
                    rs.updateInt("amount", amount + 7);
                    rs.updateRow();
                    rs.refreshRow();
                    assertEquals(amount + 7, rs.getInt("amount"));
                    rs.updateInt("amount", amount);
                    rs.updateRow();
                    rs.moveToInsertRow();
                    rs.updateString("tenant_id", "a");
                    rs.updateString("note", "inserted");
                    rs.insertRow();
                    rs.moveToCurrentRow();
                }
                assertEquals(
                        1,
                        Db.column(c, "delete from customers where note = 'inserted' returning id")
                                .size());
                if (!autocommit) {
                    c.commit();
                }
            }
        }
    }

    @Test
    void callableStatementsAndRefCursors() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            try (CallableStatement call = c.prepareCall("{ ? = call tenants_seen() }")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.execute();
                assertEquals("a", call.getString(1));
            }
            c.setAutoCommit(false);
            try (CallableStatement call = c.prepareCall("{ ? = call open_cursor() }")) {
                call.registerOutParameter(1, Types.REF_CURSOR);
                call.execute();
                try (ResultSet rs = (ResultSet) call.getObject(1)) {
                    int rows = 0;
                    while (rs.next()) {
                        assertEquals("a", rs.getString(1));
                        rows++;
                    }
                    assertEquals(TestDatabase.ROWS, rows);
                }
            }
            c.rollback();
        }
    }
}
