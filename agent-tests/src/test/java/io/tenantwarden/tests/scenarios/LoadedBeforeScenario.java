package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Await;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A driver whose classes another agent loaded before: no field can be added, and tenants are isolated all the same. */
class LoadedBeforeScenario {

    private static final String ROWS = "select tenant_id from invoices";

    @Test
    void theDriverGotNoFields() {
        assertEquals(
                List.of(),
                Arrays.stream(org.postgresql.jdbc.PgConnection.class.getDeclaredFields())
                        .filter(field -> field.getName().startsWith("tenantwarden"))
                        .toList());
    }

    @Test
    void statementsOfEveryKindRunAsTheTenant() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (String tenant : new String[] {"a", "b", "a"}) {
                TenantContext.as(tenant, () -> {
                    try (Connection c = pool.getConnection()) {
                        assertSees(tenant, Db.column(c, ROWS));
                        assertSees(tenant, Db.columnPlain(c, ROWS));
                        c.setAutoCommit(false);
                        assertSees(tenant, Db.column(c, ROWS));
                        c.commit();
                        assertSees(tenant, Db.columnPlain(c, ROWS));
                        c.rollback();
                        c.setAutoCommit(true);
                        assertSees(tenant, copied(c));
                    }
                    return null;
                });
                try (Connection c = pool.getConnection()) {
                    assertEquals(List.of(), Db.column(c, ROWS), "a tenant's value is left");
                    assertEquals(List.of(), copied(c));
                }
            }
        }
    }

    @Test
    void batchesWriteTheTenantsRows() throws Exception {
        TenantContext.as("b", () -> {
            try (Connection c = Db.plain().getConnection()) {
                c.setAutoCommit(false);
                try (Statement s = c.createStatement()) {
                    s.addBatch("update invoices set note = 'x'");
                    s.addBatch("update customers set note = 'x'");
                    assertArrayEquals(new int[] {TestDatabase.ROWS, TestDatabase.ROWS}, s.executeBatch());
                    assertArrayEquals(new int[0], s.executeBatch());
                }
                try (PreparedStatement s = c.prepareStatement("update invoices set amount = ? where amount = ?")) {
                    for (int i = 1; i <= 2; i++) {
                        s.setInt(1, i);
                        s.setInt(2, i);
                        s.addBatch();
                    }
                    assertArrayEquals(new int[] {1, 1}, s.executeBatch());
                }
                c.rollback();
            }
            return null;
        });
    }

    /** The scope is that of the checkout, as the pool's classes were changed too. */
    @Test
    void theScopeOfTheCheckoutCounts() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            try (Connection warm = pool.getConnection()) {
                assertTrue(warm.isValid(5));
            }
            TenantContext.set("a");
            try (Connection c = pool.getConnection()) {
                TenantContext.clear();
                assertSees("a", Db.column(c, ROWS));
            } finally {
                TenantContext.clear();
            }
        }
    }

    /** What is kept beside a connection does not keep it. */
    @Test
    void connectionsThatAreForgottenAreCollected() throws Exception {
        WeakReference<Connection> forgotten = TenantContext.as("a", () -> {
            Connection c = Db.plain().getConnection();
            assertSees("a", Db.column(c, ROWS));
            return new WeakReference<>(c);
        });
        Await.until(
                () -> {
                    System.gc();
                    return forgotten.get() == null;
                },
                () -> "the connection is still held");
    }

    private static void assertSees(String tenant, List<String> rows) {
        assertEquals(Set.of(tenant), Set.copyOf(rows));
        assertEquals(TestDatabase.ROWS, rows.size());
    }

    private static List<String> copied(Connection c) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        c.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (select tenant_id from invoices) to stdout", out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
