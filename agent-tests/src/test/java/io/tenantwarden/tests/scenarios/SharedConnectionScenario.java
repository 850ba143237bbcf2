package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Two threads on one connection, and one that waits for a COPY: each sees its own. Mode inject. */
class SharedConnectionScenario extends HardCase {

    @Test
    void twoThreadsOnOneConnectionEachSeeTheirOwn() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            CountDownLatch start = new CountDownLatch(1);
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                String tenant = i % 2 == 0 ? "a" : "b";
                threads[i] = new Thread(() -> {
                    try {
                        start.await();
                        TenantContext.set(tenant);
                        for (int n = 0; n < 200 && failure.get() == null; n++) {
                            assertSees(c, tenant);
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                });
                threads[i].start();
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertNull(failure.get(), () -> failure.get().toString());
        }
    }

    @Test
    void preparingWaitsForNoStatementThatRuns() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            AtomicReference<SQLException> thrown = new AtomicReference<>();
            Thread sleeper = new Thread(() -> {
                try {
                    s.execute("select pg_sleep(20)");
                } catch (SQLException e) {
                    thrown.set(e);
                }
            });
            sleeper.start();
            while (!List.of("1").equals(sleeping())) {
                Thread.sleep(10);
            }
            c.prepareStatement(TENANTS).close();
            s.cancel();
            sleeper.join();
            assertEquals("57014", thrown.get().getSQLState());
        }
    }

    private static List<String> sleeping() throws SQLException {
        try (Connection c = Db.plain().getConnection()) {
            return Db.column(
                    c,
                    "select count(*) from pg_stat_activity where query = 'select pg_sleep(20)' and state = 'active'"
                            + " and datname = current_database()");
        }
    }

    @Test
    void aThreadThatWaitsForACopyDoesNotLendItsScope() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            CopyIn copy = c.unwrap(PGConnection.class).getCopyAPI().copyIn("copy countries from stdin");
            AtomicReference<List<String>> seen = new AtomicReference<>();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                try {
                    TenantContext.set("b");
                    seen.set(Db.column(c, TENANTS));
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            waiting.start();
            while (waiting.getState() != Thread.State.WAITING && waiting.isAlive()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            TenantContext.set("a");
            copy.cancelCopy();
            for (int i = 0; i < 50; i++) {
                assertSees(c, "a");
            }
            waiting.join();
            assertNull(failure.get(), () -> failure.get().toString());
            assertRows("b", seen.get());
        }
    }

    @Test
    void interruptedWhileItWaitsForACopy() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            CopyIn copy = c.unwrap(PGConnection.class).getCopyAPI().copyIn("copy countries from stdin");
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                TenantContext.set("b");
                Thread.currentThread().interrupt();
                try {
                    Db.column(c, TENANTS);
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            waiting.start();
            waiting.join();
            assertEquals("55000", ((SQLException) failure.get()).getSQLState());
            copy.cancelCopy();
            TenantContext.set("a");
            assertSees(c, "a");
        }
    }
}
