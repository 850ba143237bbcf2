package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several statements in one string: each has its tenant, or the string is refused. Mode inject. */
class SeveralStatementsScenario extends HardCase {

    @Test
    void transactionControlInsideOneString() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                for (String sql : List.of(
                        "begin; select tenants_seen(); commit; select tenants_seen()",
                        "select tenants_seen(); begin; select tenants_seen(); rollback; select tenants_seen()",
                        "begin; savepoint s; select tenants_seen(); rollback to s; select tenants_seen(); commit",
                        "begin; select tenants_seen(); commit and chain; select tenants_seen(); rollback",
                        "begin; select tenants_seen(); rollback and chain; select tenants_seen(); commit")) {
                    TenantContext.set("a".equals(TenantContext.current()) ? "b" : "a");
                    if (isPortable() && !autocommit) {
                        assertRefused(assertThrows(SQLException.class, () -> s.execute(sql)), "one by one");
                        c.rollback();
                        continue;
                    }
                    boolean rows = s.execute(sql);
                    int answers = 0;
                    while (rows || s.getUpdateCount() != -1) {
                        if (rows) {
                            try (ResultSet rs = s.getResultSet()) {
                                assertTrue(rs.next());
                                assertEquals(TenantContext.current(), rs.getString(1), sql);
                                answers++;
                            }
                        }
                        rows = s.getMoreResults();
                    }
                    assertEquals(sql.split("tenants_seen").length - 1, answers, sql);
                    if (!autocommit) {
                        c.rollback();
                    }
                }
            }
        }
    }

    /** What one string sets or ends cannot be put right in its middle where the driver sends it whole. */
    @Test
    void aStringThatEndsItsOwnTransactionIsRefusedWhereItIsSentWhole() throws Exception {
        try (Connection c = connect("preferQueryMode=simple");
                Statement s = c.createStatement()) {
            TenantContext.set("a");
            assertTrue(s.execute("select 1; begin; select tenants_seen(); commit"));
            c.setAutoCommit(false);
            assertRefused(
                    assertThrows(
                            SQLException.class,
                            () -> s.execute("select tenants_seen(); commit; select tenants_seen()")),
                    "one by one");
            c.rollback();
            c.setAutoCommit(true);
            assertRefused(
                    assertThrows(
                            SQLException.class,
                            () -> s.execute("set app.tenant_id = 'b'; select tenant_id from invoices")),
                    "one by one");
            assertSees(c, "a");
        }
    }

    @Test
    void eachOfSeveralResultsKeepsItsTenant() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.setFetchSize(2);
            TenantContext.set("a");
            s.execute(TENANTS + "; " + TENANTS);
            s.getResultSet().close();
            TenantContext.set("b");
            assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
            assertTrue(s.getMoreResults());
            try (ResultSet rs = s.getResultSet()) {
                while (rs.next()) {
                    assertEquals("a", rs.getString(1));
                }
            }
            s.close();
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void aHundredSmallStatementsInOneString() throws Exception {
        TenantContext.set("b");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            String sql = String.join(";", Collections.nCopies(400, "select tenants_seen()"));
            boolean rows = s.execute(sql);
            int answers = 0;
            while (rows) {
                try (ResultSet rs = s.getResultSet()) {
                    rs.next();
                    assertEquals("b", rs.getString(1));
                    answers++;
                }
                rows = s.getMoreResults();
            }
            assertEquals(400, answers);
            assertEquals(
                    List.of("b"),
                    Arrays.asList(Db.column(c, "select tenants_seen()").get(0)));
        }
    }
}
