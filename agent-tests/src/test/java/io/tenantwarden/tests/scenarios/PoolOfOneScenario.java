package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** One connection, two tenants in turn and none, a thousand times, with whatever an application does to a transaction. */
class PoolOfOneScenario {

    @Test
    void noForeignRowInAThousandTurns() throws Exception {
        long seed = Long.getLong("scenario.seed", 42);
        Random random = new Random(seed);
        int scopedReads = 0;
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int turn = 0; turn < 1_000; turn++) {
                int who = random.nextInt(5);
                String tenant = who == 0 ? null : turn % 2 == 0 ? "a" : "b";
                TenantContext.set(tenant);
                Connection c = pool.getConnection();
                try {
                    boolean transaction = random.nextBoolean();
                    c.setAutoCommit(!transaction);
                    Savepoint savepoint = null;
                    for (int step = 0; step < 1 + random.nextInt(4); step++) {
                        switch (random.nextInt(8)) {
                            case 0 -> {
                                if (transaction) {
                                    savepoint = c.setSavepoint();
                                }
                            }
                            case 1 -> {
                                if (savepoint != null) {
                                    c.rollback(savepoint);
                                }
                            }
                            case 2 -> {
                                if (transaction) {
                                    c.commit();
                                    savepoint = null;
                                }
                            }
                            case 3 -> {
                                if (transaction) {
                                    c.rollback();
                                    savepoint = null;
                                }
                            }
                            case 4 -> {
                                try (Statement s = c.createStatement()) {
                                    s.executeQuery("select 1/0 from invoices where id > 0");
                                    if (tenant != null) {
                                        fail("a division by zero must fail, seed " + seed + " turn " + turn);
                                    }
                                } catch (SQLException e) {
                                    assertEquals("22012", e.getSQLState(), "seed " + seed + " turn " + turn);
                                    if (transaction) {
                                        c.rollback();
                                        savepoint = null;
                                    }
                                }
                            }
                            default -> {
                                check(c, tenant, random.nextBoolean(), "seed " + seed + " turn " + turn);
                                scopedReads += tenant == null ? 0 : 1;
                            }
                        }
                    }
                    check(c, tenant, random.nextBoolean(), "seed " + seed + " turn " + turn);
                } finally {
                    c.close(); // in whatever state
                }
            }
        }
        assertEquals(true, scopedReads > 500, "only " + scopedReads + " scoped reads: the scenario proves little");
    }

    private static void check(Connection c, String tenant, boolean prepared, String where) throws SQLException {
        String sql = "select tenant_id from invoices";
        List<String> rows = prepared ? Db.column(c, sql) : Db.columnPlain(c, sql);
        assertEquals(tenant == null ? 0 : TestDatabase.ROWS, rows.size(), where);
        assertEquals(tenant == null ? List.of() : List.of(tenant), List.copyOf(new TreeSet<>(rows)), where);
    }
}
