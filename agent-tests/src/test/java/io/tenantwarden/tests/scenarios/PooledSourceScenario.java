package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A source that looks the tenant up takes a connection of the pool that the application uses. Mode enforce. */
class PooledSourceScenario {

    private static final ThreadLocal<String> USER = new ThreadLocal<>();
    private static final AtomicInteger LOOK_UPS = new AtomicInteger();
    private static HikariDataSource pool;

    /** Named by warden.tenant. */
    static String current() throws SQLException {
        String user = USER.get();
        if (user == null) {
            return null;
        }
        LOOK_UPS.incrementAndGet();
        try (Connection c = pool.getConnection()) {
            return Db.column(c, "select ? from countries where code = 'de'", user)
                    .get(0);
        }
    }

    /** Named in warden.guc, in braces. */
    static String userId() throws SQLException {
        String user = USER.get();
        if (user == null) {
            return null;
        }
        try (Connection c = pool.getConnection()) {
            return Db.column(c, "select 'user-' || ? from countries where code = 'de'", user)
                    .get(0);
        }
    }

    private static void login(String user) {
        USER.set(user);
    }

    private static void logout() {
        USER.remove();
    }

    /** Named by warden.scope.jobs. */
    static String runFor(String tenant, Connection c) throws SQLException {
        return String.join(",", Visible.tenants(c));
    }

    private static HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Db.url());
        config.setUsername("warden_app");
        config.setPassword("secret");
        config.setMaximumPoolSize(size);
        // what a source waits for that can never get one
        config.setConnectionTimeout(2_000);
        return new HikariDataSource(config);
    }

    @AfterEach
    void close() {
        logout();
        pool.close();
    }

    private static List<String> tenants() throws SQLException {
        try (Connection c = pool.getConnection()) {
            return Visible.tenants(c);
        }
    }

    @Test
    void aPoolOfOne() throws Exception {
        pool = pool(1);
        for (String user : new String[] {"a", "b", "a"}) {
            login(user);
            assertEquals(List.of(user), tenants());
            try (Connection c = pool.getConnection()) {
                assertEquals(List.of("user-" + user), Visible.setting(c, "app.user"));
            }
            logout();
        }
    }

    @Test
    void aPoolOfTwoAndTwoThreads() throws Exception {
        pool = pool(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CyclicBarrier together = new CyclicBarrier(2);
        List<Future<List<String>>> seen = new ArrayList<>();
        for (String user : new String[] {"a", "b"}) {
            seen.add(threads.submit(() -> {
                login(user);
                try (Connection c = pool.getConnection()) {
                    together.await();
                    List<String> tenants = Visible.tenants(c);
                    together.await();
                    return tenants;
                } finally {
                    logout();
                }
            }));
        }
        assertEquals(List.of("a"), seen.get(0).get());
        assertEquals(List.of("b"), seen.get(1).get());
        threads.shutdown();
    }

    /** A transaction, work that is handed over inside it, and a scope method: each asks what the source says. */
    @Test
    void whateverAsksWhileTheConnectionIsHeld() throws Exception {
        pool = pool(1);
        login("a");
        ExecutorService threads = Executors.newFixedThreadPool(1);
        Future<List<String>> handedOver;
        int before = LOOK_UPS.get();
        try (Connection c = pool.getConnection()) {
            c.setAutoCommit(false);
            assertEquals(List.of("a"), Visible.tenants(c));
            assertEquals(List.of("a"), Visible.tenants(c));
            handedOver = threads.submit(PooledSourceScenario::tenants);
            c.commit();
            assertEquals("b", runFor("b", c));
            c.commit();
            assertEquals(List.of("a"), Visible.tenants(c));
            c.commit();
        }
        assertEquals(List.of("a"), handedOver.get());
        assertEquals(1, LOOK_UPS.get() - before, "the task has no user of its own, and needs no look-up");
        threads.shutdown();
    }

    /** Another user on the same connection: the class of the source has set it, so that it is seen. */
    @Test
    void aLoginWhileTheConnectionIsHeldIsSeen() throws Exception {
        pool = pool(2);
        login("a");
        try (Connection c = pool.getConnection()) {
            assertEquals(List.of("a"), Visible.tenants(c));
            login("b");
            assertEquals(List.of("b"), Visible.tenants(c));
            logout();
            assertEquals(List.of("a"), Visible.tenants(c), "captured when it was borrowed");
        }
    }

    @Test
    void itIsAskedOnceForEachBorrowedConnection() throws Exception {
        pool = pool(2);
        login("a");
        int before = LOOK_UPS.get();
        for (int i = 0; i < 20; i++) {
            try (Connection c = pool.getConnection()) {
                for (int statement = 0; statement < 5; statement++) {
                    assertEquals(List.of("a"), Visible.tenants(c));
                }
            }
        }
        assertEquals(20, LOOK_UPS.get() - before);
    }

    @Test
    void aSourceThatFailsIsAskedOnce() throws Exception {
        pool = pool(1);
        login("no \u0000 tenant");
        try (Connection c = pool.getConnection()) {
            for (int i = 0; i < 2; i++) {
                try {
                    Visible.tenants(c);
                    throw new AssertionError("not refused");
                } catch (SQLException e) {
                    assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
                }
            }
        }
    }
}
