package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tenantwarden.tests.jvm.Db;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What must come before the first snapshot of a transaction (PostgreSQL manual, sections "SET TRANSACTION" and "LOCK"), in one string or batch with
 * what reads rows: never an error of our making, never a stale row. Mode inject.
 */
class FirstSnapshotScenario {

    private static final List<String> MODES =
            List.of("extended", "simple", "extendedForPrepared", "extendedCacheEverything");

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static Connection connect(String mode) throws SQLException {
        String url = Db.url() + (Db.url().contains("?") ? "&" : "?") + "preferQueryMode=" + mode;
        return DriverManager.getConnection(url, "warden_app", "secret");
    }

    private static void assertToldWhy(SQLException e, String what) {
        assertEquals("42501", e.getSQLState(), what + ": " + e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused: injection failed:"), what + ": " + e.getMessage());
        assertTrue(e.getMessage().contains("Execute them one by one"), what + ": " + e.getMessage());
    }

    /** The rows of the last result of a string; null when it was refused, which says what to do. */
    private static List<String> lastRows(Statement s, String sql, String what) throws SQLException {
        try {
            s.execute(sql);
        } catch (SQLException e) {
            assertToldWhy(e, what);
            return null;
        }
        List<String> rows = new ArrayList<>();
        boolean result = true;
        while (result || s.getUpdateCount() >= 0) {
            result = s.getMoreResults();
            if (result) {
                rows.clear();
                try (ResultSet set = s.getResultSet()) {
                    while (set.next()) {
                        rows.add(set.getString(1));
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void setTransactionAndAQueryInOneString() throws Exception {
        TenantContext.set("a");
        for (String mode : MODES) {
            for (String set : List.of(
                    "set transaction isolation level serializable",
                    "set transaction isolation level repeatable read, read only",
                    "set local transaction_isolation = 'serializable'",
                    "set transaction_isolation to 'repeatable read'")) {
                try (Connection c = connect(mode);
                        Statement s = c.createStatement()) {
                    c.setAutoCommit(false);
                    String what = mode + ": " + set;
                    List<String> rows = lastRows(s, set + "; select distinct tenant_id from invoices", what);
                    if (rows != null) {
                        assertEquals(List.of("a"), rows, what);
                        assertTrue(
                                List.of("serializable", "repeatable read")
                                        .contains(Db.columnPlain(c, "show transaction_isolation")
                                                .get(0)),
                                what);
                    }
                    c.rollback();
                    s.execute(set);
                    assertEquals(List.of("a"), Db.columnPlain(c, "select distinct tenant_id from invoices"), what);
                    c.rollback();
                }
            }
        }
    }

    @Test
    void setTransactionInABatch() throws Exception {
        TenantContext.set("a");
        for (String mode : MODES) {
            try (Connection c = connect(mode);
                    Statement s = c.createStatement()) {
                c.setAutoCommit(false);
                s.addBatch("set transaction isolation level serializable");
                s.addBatch("update invoices set amount = amount");
                try {
                    assertEquals(20, s.executeBatch()[1], mode);
                } catch (BatchUpdateException e) {
                    assertToldWhy(e, mode);
                }
                c.rollback();
            }
        }
    }

    /**
     * Another session holds the lock, adds a row and commits: who waited for the lock must see the row. Whoever is refused instead is told to
     * execute the statements one by one, which then works.
     */
    @Test
    void whoWaitsForALockSeesWhatWasCommittedMeanwhile() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            for (String mode : MODES) {
                for (boolean batch : new boolean[] {false, true}) {
                    for (int level :
                            new int[] {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE}) {
                        waitForTheLock(threads, mode, batch, level);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
            assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
        }
    }

    private static void waitForTheLock(ExecutorService threads, String mode, boolean batch, int level)
            throws Exception {
        String what = mode + (batch ? ", batch" : ", string") + ", level " + level;
        try (Connection holder = Db.driverManager("postgres");
                Statement holding = holder.createStatement();
                Connection c = connect(mode);
                Statement s = c.createStatement()) {
            TenantContext.set("a");
            int before = Integer.parseInt(
                    Db.columnPlain(c, "select count(*) from invoices").get(0));
            String pid = Db.columnPlain(c, "select pg_backend_pid()").get(0);
            c.setAutoCommit(false);
            c.setTransactionIsolation(level);
            holder.setAutoCommit(false);
            holding.execute("lock table invoices in access exclusive mode");
            Future<Integer> counted = threads.submit(() -> TenantContext.as("a", () -> {
                if (!batch) {
                    List<String> rows = lastRows(
                            s, "lock table invoices in share row exclusive mode; select count(*) from invoices", what);
                    return rows == null ? null : Integer.valueOf(rows.get(0));
                }
                s.addBatch("lock table invoices in share row exclusive mode");
                s.addBatch("update invoices set amount = amount");
                try {
                    return s.executeBatch()[1];
                } catch (BatchUpdateException e) {
                    assertToldWhy(e, what);
                    return null;
                }
            }));
            boolean waited = awaitLock(pid, counted);
            holding.execute("insert into invoices (tenant_id, note, amount) values ('a', 'meanwhile', 1)");
            holder.commit();
            Integer seen = counted.get(60, TimeUnit.SECONDS);
            if (seen != null) {
                assertTrue(waited, what);
                assertEquals(before + 1, seen, what);
            }
            c.rollback();
            s.execute("lock table invoices in share row exclusive mode");
            assertEquals(List.of(String.valueOf(before + 1)), Db.columnPlain(c, "select count(*) from invoices"), what);
            c.rollback();
            holding.execute("delete from invoices where note = 'meanwhile'");
            holder.commit();
        }
    }

    /** Until the session waits for a lock, or the work is done because it was refused. Returns whether it waits. */
    private static boolean awaitLock(String pid, Future<?> work) throws Exception {
        try (Connection watcher = Db.driverManager("warden_app")) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (System.nanoTime() < end) {
                if (!Db.columnPlain(watcher, "select 1 from pg_locks where not granted and pid = " + pid)
                        .isEmpty()) {
                    return true;
                }
                if (work.isDone()) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
            return fail("neither waited nor ended");
        }
    }
}
