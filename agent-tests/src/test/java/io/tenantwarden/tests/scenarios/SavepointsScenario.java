package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Savepoints, the driver's own and the application's: the tenant is what it was, or is set again. Mode inject. */
class SavepointsScenario extends HardCase {

    @Test
    void autosaveRestoresTheConnectionAndTheTenant() throws Exception {
        for (String mode : List.of("always", "conservative", "never")) {
            for (String cleanup : List.of("true", "false")) {
                TenantContext.set("a");
                try (Connection c = connect("autosave=" + mode + "&cleanupSavepoints=" + cleanup)) {
                    c.setAutoCommit(false);
                    assertSees(c, "a");
                    SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select 1/0 from invoices"));
                    assertEquals("22012", e.getSQLState());
                    if (mode.equals("always")) {
                        assertSees(c, "a");
                    } else {
                        c.rollback();
                    }
                    TenantContext.set("b");
                    assertSees(c, "b");
                    c.commit();
                    assertSees(c, "b");
                    c.rollback();
                }
            }
        }
    }

    @Test
    void autosaveHealsAChangedPlan() throws Exception {
        TenantContext.set("a");
        try (Connection c = connect("autosave=conservative&prepareThreshold=1");
                Statement s = c.createStatement()) {
            s.execute("create temp table shape as select tenant_id from invoices");
            c.setAutoCommit(false);
            try (PreparedStatement select = c.prepareStatement("select * from shape")) {
                for (int i = 0; i < 3; i++) {
                    try (ResultSet rs = select.executeQuery()) {
                        assertTrue(rs.next());
                        assertEquals("a", rs.getString(1));
                    }
                }
                s.execute("alter table shape add column more int");
                try (ResultSet rs = select.executeQuery()) {
                    assertEquals(2, rs.getMetaData().getColumnCount());
                }
            }
            assertSees(c, "a");
            c.rollback();
        }
    }

    @Test
    void savepointsAtEveryDepth() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            Savepoint one = c.setSavepoint();
            assertSees(c, "a");
            Savepoint two = c.setSavepoint();
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback(two);
            assertSees(c, "b");
            TenantContext.clear();
            c.rollback(one);
            assertSees(c, null);
            TenantContext.set("a");
            assertSees(c, "a");
            c.rollback();
        }
    }
}
