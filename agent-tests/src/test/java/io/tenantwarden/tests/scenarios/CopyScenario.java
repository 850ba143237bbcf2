package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** COPY, large objects, notifications. Mode inject. */
class CopyScenario extends HardCase {

    private static String copied(Connection c) throws Exception {
        StringWriter out = new StringWriter();
        c.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (select tenant_id from invoices order by 1) to stdout", out);
        return out.toString();
    }

    @Test
    void copyRunsAsTheTenant() throws Exception {
        String a = "a\n".repeat(TestDatabase.ROWS);
        String b = "b\n".repeat(TestDatabase.ROWS);
        for (String mode : List.of("extended", "simple")) {
            try (Connection c = connect("preferQueryMode=" + mode)) {
                for (boolean autocommit : new boolean[] {true, false, true}) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    assertEquals(a, copied(c));
                    TenantContext.set("b");
                    assertEquals(b, copied(c));
                    TenantContext.clear();
                    assertEquals("", copied(c));
                    assertSees(c, null);
                    TenantContext.set("a");
                    assertSees(c, "a");
                    assertEquals(a, copied(c));
                    if (!autocommit) {
                        c.rollback();
                        assertEquals(a, copied(c));
                        c.commit();
                    }
                    TenantContext.clear();
                    assertSees(c, null);
                }
            }
        }
    }

    /** PostgreSQL itself refuses COPY FROM where policies hold; elsewhere it works. */
    @Test
    void copyIn() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            var copy = c.unwrap(PGConnection.class).getCopyAPI();
            TenantContext.set("a");
            assertEquals(
                    "0A000",
                    assertThrows(
                                    SQLException.class,
                                    () -> copy.copyIn("copy customers (tenant_id) from stdin", new StringReader("a\n")))
                            .getSQLState());
            try (Statement s = c.createStatement()) {
                s.execute("create temp table plain (tenant_id text)");
            }
            assertEquals(1, copy.copyIn("copy plain (tenant_id) from stdin", new StringReader("a\n")));
            TenantContext.clear();
            assertSees(c, null);
        }
    }

    /** The values that COPY needed are gone when the connection is borrowed by somebody without a tenant. */
    @Test
    void copyInAPoolLeavesNothingBehind() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int i = 0; i < 6; i++) {
                String tenant = i % 2 == 0 ? "a" : "b";
                TenantContext.set(tenant);
                try (Connection c = pool.getConnection()) {
                    assertEquals((tenant + "\n").repeat(TestDatabase.ROWS), copied(c));
                }
                TenantContext.clear();
                try (Connection c = pool.getConnection();
                        Statement s = c.createStatement()) {
                    s.execute("vacuum countries_of_the_application");
                } catch (SQLException e) {
                    assertEquals("42P01", e.getSQLState());
                }
                try (Connection c = pool.getConnection()) {
                    assertEquals(
                            List.of(""), Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')"));
                    assertSees(c, null);
                }
            }
        }
    }

    @Test
    void largeObjectsAndNotifications() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("listen hard");
            s.execute("notify hard, 'one'");
            assertSees(c, "a");
            s.execute("notify hard, 'two'");
            assertEquals(2, c.unwrap(PGConnection.class).getNotifications(5_000).length);
            c.setAutoCommit(false);
            var objects = c.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = objects.createLO();
            try (var object = objects.open(oid)) {
                object.write(new byte[] {1, 2, 3});
            }
            assertSees(c, "a");
            try (var object = objects.open(oid)) {
                assertArrayEquals(new byte[] {1, 2, 3}, object.read(3));
            }
            objects.delete(oid);
            c.commit();
        }
    }
}
