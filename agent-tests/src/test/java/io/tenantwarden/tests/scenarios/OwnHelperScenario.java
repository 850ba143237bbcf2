package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The application's own SET, between the statements of tenants. Mode inject. */
class OwnHelperScenario extends HardCase {

    @Test
    void anApplicationsSettingBetweenTwoTenantStatements() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            // what the application had set is overwritten: nothing but the none-value is true now
            assertSees(c, null);
            c.rollback();
        }
    }

    @Test
    void anApplicationsSessionSettingComesBackAfterTheTransaction() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            Db.column(c, "select set_config('app.tenant_id', 'b', false)");
            assertSees(c, "b");
            c.setAutoCommit(false);
            assertSees(c, "b");
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            assertSees(c, null);
            c.commit();
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void theApplicationsCursorIsNotContinuedAsATenant() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            try (PreparedStatement select = c.prepareStatement(TENANTS)) {
                select.setFetchSize(2);
                try (ResultSet rs = select.executeQuery()) {
                    assertTrue(rs.next());
                    TenantContext.set("a");
                    assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
                    TenantContext.clear();
                    while (rs.next()) {
                        assertEquals("b", rs.getString(1));
                    }
                }
            }
            c.rollback();
        }
    }

    @Test
    void tamperingIsPutRightBeforeTheNextStatementOfTheSameString() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                if (isPortable()) {
                    assertRefused(
                            assertThrows(
                                    SQLException.class,
                                    () -> s.execute(
                                            "select tenants_seen(); set app.tenant_id = 'b'; select tenants_seen()")),
                            "one by one");
                    assertSees(c, "a");
                    c.setAutoCommit(true);
                    continue;
                }
                s.execute("select tenants_seen(); set app.tenant_id = 'b'; select tenants_seen()");
                assertTrue(s.getMoreResults() || s.getMoreResults());
                try (ResultSet rs = s.getResultSet()) {
                    assertTrue(rs.next());
                    assertEquals("a", rs.getString(1));
                }
                s.addBatch("update customers set note = 'kept' where note = 'none'");
                s.addBatch("set local app.tenant_id = 'b'");
                s.addBatch("update customers set amount = 4711 where tenant_id = 'b'");
                assertEquals(0, s.executeBatch()[2]);
                assertSees(c, "a");
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }
}
