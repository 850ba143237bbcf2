package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What pools, and the application's own helpers around them, do with settings; what interrupts and heals. Mode enforce. */
class PoolHabitsScenario {

    private static final String IDS = "select id from invoices";
    private static final String TENANTS = "select distinct tenant_id from invoices";

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    /** The values travel in statements of their own. */
    private static boolean isPortable() {
        return "jdbc".equals(System.getProperty("warden.strategy"));
    }

    private static SQLException refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> Db.column(c, sql), sql);
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        return e;
    }

    private static String withOption(String parameter, String value) {
        return Db.url() + (Db.url().contains("?") ? "&" : "?") + parameter + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    // ---- what a pool runs itself: when it opens, lends, gets back

    private static BasicDataSource dbcp() {
        BasicDataSource pool = new BasicDataSource();
        pool.setUrl(Db.url());
        pool.setUsername("warden_app");
        pool.setPassword("secret");
        pool.setMaxTotal(1);
        pool.setInitialSize(0);
        pool.setMaxWait(Duration.ofSeconds(20));
        return pool;
    }

    /** The first borrower's thread opens the connection, in its scope. */
    @Test
    void whatAPoolRunsWhenItOpensAConnectionIsThePools() throws Exception {
        for (List<String> init : List.of(
                List.of("set role warden_app"),
                List.of("set session authorization default", "reset all"),
                List.of("set app.tenant_id = ''"),
                List.of("set app.tenant_id = 'pool'", "discard all"),
                List.of("select set_config('app.tenant_id', 'pool', false)"))) {
            try (BasicDataSource pool = dbcp()) {
                pool.setConnectionInitSqls(init);
                for (String tenant : List.of("a", "b")) {
                    TenantContext.set(tenant);
                    try (Connection c = pool.getConnection()) {
                        assertEquals(List.of(tenant), Db.column(c, TENANTS), init::toString);
                    }
                }
                TenantContext.clear();
            }
        }
    }

    /** What runs inside close(), after the borrower has given the connection back, is the pool's as well. */
    @Test
    void whatAPoolRunsWhenAConnectionComesBackIsThePools() throws Exception {
        for (String query : List.of(
                "select set_config('app.tenant_id', 'pool', false)",
                "select set_config('role', 'warden_app', false)",
                "select 1 where set_config('app.tenant_id', '', false) = ''")) {
            try (BasicDataSource pool = dbcp()) {
                pool.setValidationQuery(query);
                pool.setTestOnBorrow(false);
                pool.setTestOnReturn(true);
                Object first = null;
                for (String tenant : List.of("a", "b", "a")) {
                    TenantContext.set(tenant);
                    try (Connection c = pool.getConnection()) {
                        Object physical = c.unwrap(PGConnection.class).getBackendPID();
                        first = first == null ? physical : first;
                        assertEquals(first, physical, "the pool threw the connection away: " + query);
                        assertEquals(List.of(tenant), Db.column(c, TENANTS), query);
                        assertEquals(TestDatabase.ROWS, Db.column(c, IDS).size());
                    }
                }
                TenantContext.clear();
            }
        }
    }

    /** In the scope of whoever borrows, before getConnection returns. */
    @Test
    void whatAPoolRunsWhenItLendsAConnectionIsThePools() throws Exception {
        try (BasicDataSource pool = dbcp()) {
            pool.setValidationQuery("select set_config('app.tenant_id', 'pool', false)");
            pool.setTestOnBorrow(true);
            for (String tenant : List.of("a", "b")) {
                TenantContext.set(tenant);
                try (Connection c = pool.getConnection()) {
                    assertEquals(List.of(tenant), Db.column(c, TENANTS));
                }
            }
        }
    }

    // ---- the application's own helper around a pool

    /** What applications have on their first day: runs something of its own at close(), then gives the connection back. */
    private static Connection withHelper(Connection target, String atClose) {
        return (Connection) Proxy.newProxyInstance(
                PoolHabitsScenario.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    if (method.getName().equals("close")) {
                        tidyUp(target, atClose);
                    }
                    try {
                        return method.invoke(target, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void tidyUp(Connection target, String sql) throws SQLException {
        try (Statement s = target.createStatement()) {
            s.execute(sql);
        }
    }

    @Test
    void aHelperThatClearsOrRepeatsDrainsNoPool() throws Exception {
        for (String atClose : List.of(
                "reset app.tenant_id",
                "set app.tenant_id = 'a'",
                "set app.tenant_id to default",
                "select set_config('app.tenant_id', '', false)",
                "reset all",
                "reset role",
                "set role none",
                "reset session authorization",
                "discard all")) {
            for (boolean autocommit : new boolean[] {true, false}) {
                if (!autocommit && atClose.equals("discard all")) {
                    continue; // PostgreSQL itself refuses it in a transaction
                }
                try (HikariDataSource pool = Db.hikari(1)) {
                    pool.setConnectionTimeout(10_000);
                    for (int i = 0; i < 3; i++) {
                        TenantContext.set("a");
                        try (Connection c = withHelper(pool.getConnection(), atClose)) {
                            c.setAutoCommit(autocommit);
                            assertEquals(
                                    TestDatabase.ROWS, Db.columnPlain(c, IDS).size(), atClose);
                            if (!autocommit) {
                                c.commit();
                            }
                        }
                    }
                    TenantContext.set("b");
                    try (Connection c = pool.getConnection()) {
                        assertEquals(List.of("b"), Db.columnPlain(c, TENANTS), atClose);
                    }
                    TenantContext.clear();
                    try (Connection c = pool.getConnection()) {
                        SQLException e = assertThrows(SQLException.class, () -> Db.columnPlain(c, IDS), atClose);
                        assertTrue(e.getMessage().startsWith("[warden] refused: unscoped"), e.getMessage());
                    } finally {
                        pool.getHikariPoolMXBean().softEvictConnections();
                    }
                }
            }
        }
    }

    /** The same place with another tenant is what it looks like; the test that runs this sees that the two are told apart. */
    @Test
    void aHelperThatSetsAnotherTenantIsRefused() throws Exception {
        TenantContext.set("a");
        try (HikariDataSource pool = Db.hikari(2)) {
            Connection c = withHelper(pool.getConnection(), "set app.tenant_id = 'b'");
            SQLException e = assertThrows(SQLException.class, c::close);
            assertEquals("42501", e.getSQLState());
            assertTrue(e.getMessage().startsWith("[warden] refused: guc tamper"), e.getMessage());
            assertTrue(e.getMessage().contains("PoolHabitsScenario.tidyUp("), e.getMessage());
            assertFalse(e.getMessage().contains("'b'"), e.getMessage());
            assertEquals(List.of("a"), Db.column(c, TENANTS));
        }
    }

    // ---- a tenant in the start-up options

    private static final List<String> OPTIONS = List.of(
            "-c app.tenant_id=b", "-capp.tenant_id=b", "--app.tenant-id=b", "-c search_path=public -c app.tenant_id=b");

    @Test
    void aTenantInTheStartUpOptionsIsTheApplicationsOwn() throws Exception {
        for (String options : OPTIONS) {
            try (Connection c = DriverManager.getConnection(withOption("options", options), "warden_app", "secret");
                    Statement s = c.createStatement()) {
                assertEquals(List.of("b"), Db.column(c, TENANTS), options);
                s.execute("set app.tenant_id = 'a'");
                assertEquals(List.of("a"), Db.column(c, TENANTS), options);
                s.execute("reset app.tenant_id");
                assertEquals(List.of("b"), Db.column(c, TENANTS), options);
                c.setAutoCommit(false);
                s.execute("set local app.tenant_id = 'a'");
                assertEquals(List.of("a"), Db.column(c, TENANTS), options);
                c.rollback();
                assertEquals(List.of("b"), Db.column(c, TENANTS), options);
                c.commit();
                c.setAutoCommit(true);

                // a scope of Warden's comes first, and ends
                TenantContext.set("a");
                assertEquals(List.of("a"), Db.column(c, TENANTS), options);
                TenantContext.clear();
                assertEquals(List.of("b"), Db.column(c, TENANTS), options);
                s.execute("discard all");
                assertEquals(List.of("b"), Db.columnPlain(c, TENANTS), options);
                s.execute("set app.tenant_id = ''");
                assertTrue(refused(c, IDS).getMessage().contains("unscoped"), options);
            }
        }
    }

    @Test
    void aPoolForEachTenant() throws Exception {
        for (String tenant : List.of("a", "b")) {
            try (HikariDataSource pool = new HikariDataSource()) {
                pool.setJdbcUrl(withOption("options", "-c app.tenant_id=" + tenant));
                pool.setUsername("warden_app");
                pool.setPassword("secret");
                pool.setMaximumPoolSize(2);
                for (int i = 0; i < 5; i++) {
                    try (Connection c = pool.getConnection()) {
                        c.setAutoCommit(i % 2 == 0);
                        assertEquals(List.of(tenant), Db.column(c, TENANTS));
                        assertEquals(TestDatabase.ROWS, Db.column(c, IDS).size());
                    }
                }
            }
        }
    }

    // ---- refusals

    /** The first statement of the transaction, and the one that is refused. */
    @Test
    void bothSitesOfATenantSwitchAreNamed() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            asTheFirst(c);
            TenantContext.set("b");
            String message = refusedAsTheSecond(c).getMessage();
            assertTrue(message.startsWith("[warden] refused: tenant switch"), message);
            assertTrue(message.contains("PoolHabitsScenario.asTheSecond("), message);
            assertTrue(message.contains("PoolHabitsScenario.asTheFirst("), message);
            assertTrue(message.contains("Commit or roll back before the tenant changes"), message);
            assertTrue(message.contains("JTA"), message);
            c.rollback();
        }
    }

    /** A context that is cleared in a finally block before the transaction flushes. */
    @Test
    void bothSitesOfAScopeThatEndedTooSoonAreNamed() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            asTheFirst(c);
            TenantContext.clear();
            String message = refusedAsTheSecond(c).getMessage();
            assertTrue(message.startsWith("[warden] refused: unscoped"), message);
            assertTrue(message.contains("PoolHabitsScenario.asTheSecond("), message);
            assertTrue(message.contains("last at"), message);
            assertTrue(message.contains("PoolHabitsScenario.asTheFirst("), message);
            assertTrue(message.contains("Clear the tenant only after the transaction has ended"), message);
            c.rollback();
        }
    }

    private static void asTheFirst(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.executeQuery("select note from invoices").close();
        }
    }

    private static void asTheSecond(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.executeQuery("select note from customers").close();
        }
    }

    private static SQLException refusedAsTheSecond(Connection c) {
        SQLException e = assertThrows(SQLException.class, () -> asTheSecond(c));
        assertEquals("42501", e.getSQLState());
        return e;
    }

    /** As the server's own errors do. */
    @Test
    void aRefusedBatchFailsAsBatchesDo() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("update invoices set amount = ?")) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                s.addBatch("delete from countries where code = 'nowhere'");
                s.addBatch("update customers set amount = 1");
                assertFailed(assertThrows(BatchUpdateException.class, s::executeBatch), 2);
                for (int i = 0; i < 3; i++) {
                    p.setInt(1, i);
                    p.addBatch();
                }
                assertFailed(assertThrows(BatchUpdateException.class, p::executeBatch), isPortable() ? 1 : 3);
                p.setInt(1, 1);
                p.addBatch();
                assertFailed(assertThrows(BatchUpdateException.class, p::executeLargeBatch), 1);
                if (!autocommit) {
                    assertEquals(List.of("2"), Db.column(c, "select count(*) from countries"));
                    c.rollback();
                }
            }
        }
    }

    private static void assertFailed(BatchUpdateException e, int statements) {
        assertEquals("42501", e.getSQLState());
        assertTrue(e.getMessage().startsWith("[warden] refused: unscoped"), e.getMessage());
        assertEquals(statements, e.getUpdateCounts().length);
        for (int count : e.getUpdateCounts()) {
            assertEquals(Statement.EXECUTE_FAILED, count);
        }
    }

    // ---- what interrupts, and what heals

    /**
     * A statement of ours waits for a lock when the application cancels its own: the application gets what it would get without us. The test
     * that runs this sees that nothing is told of it.
     */
    @Test
    void aCancelThatHitsAStatementOfOursIsACancel() throws Exception {
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement();
                    Connection holder = Db.driverManager("postgres");
                    Statement holding = holder.createStatement()) {
                String pid = Db.columnPlain(c, "select pg_backend_pid()").get(0);
                c.setAutoCommit(autocommit);
                holder.setAutoCommit(false);
                // who has not looked set_config up yet waits for this
                holding.execute("lock table pg_catalog.pg_proc in access exclusive mode");
                Thread cancel = new Thread(() -> cancelWhenBlocked(holding, s, pid));
                cancel.start();
                TenantContext.set("a");
                SQLException e = assertThrows(SQLException.class, () -> s.executeQuery(IDS));
                cancel.join();
                holder.rollback();
                assertEquals("57014", e.getSQLState(), e.getMessage());
                if (!autocommit) {
                    c.rollback();
                }
                assertEquals(List.of("a"), Db.column(c, TENANTS));
                TenantContext.clear();
            }
        }
    }

    private static void cancelWhenBlocked(Statement watching, Statement statement, String pid) {
        try {
            String blocked = "select 1 from pg_catalog.pg_locks where not granted and pid = " + pid;
            while (!watching.executeQuery(blocked).next()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            if (isPortable()) {
                // the driver does not know ours as the statement's own, and would send nothing
                watching.executeQuery("select pg_cancel_backend(" + pid + ")").close();
            } else {
                statement.cancel();
            }
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Prepared statements that vanish unseen: the driver prepares them again and goes on, and so does what goes along. */
    @Test
    void whatTheDriverHealsIsHealed() throws Exception {
        for (String parameters : List.of("1", "1&flushCacheOnDeallocate=false")) {
            String url = Db.url() + (Db.url().contains("?") ? "&" : "?") + "prepareThreshold=" + parameters;
            try (Connection c = DriverManager.getConnection(url, "warden_app", "secret");
                    Statement s = c.createStatement()) {
                TenantContext.set("a");
                for (int i = 0; i < 4; i++) {
                    assertEquals(List.of("a"), Db.column(c, TENANTS));
                    s.execute("do $$ begin execute 'deallocate all'; end $$");
                    assertEquals(List.of("a"), Db.column(c, TENANTS));
                    s.execute("deallocate all");
                }
            }
        }
    }

    /** In a transaction nobody can heal it, but a statement without a name needs none of those that vanished. */
    @Test
    void whatWorksWithoutUsAfterADeallocateWorks() throws Exception {
        for (String parameters : List.of("5", "0", "5&flushCacheOnDeallocate=false", "5&autosave=conservative")) {
            String url = Db.url() + (Db.url().contains("?") ? "&" : "?") + "prepareThreshold=" + parameters;
            try (Connection c = DriverManager.getConnection(url, "warden_app", "secret");
                    Statement s = c.createStatement()) {
                TenantContext.set("a");
                for (boolean autocommit : new boolean[] {false, true}) {
                    for (int i = 0; i < 12; i++) {
                        c.setAutoCommit(autocommit);
                        s.executeQuery(TENANTS).close();
                        if (!autocommit) {
                            c.commit();
                        }
                    }
                    c.setAutoCommit(true);
                    s.execute("do $$ begin execute 'deallocate all'; end $$");
                    c.setAutoCommit(autocommit);
                    assertEquals(List.of("a"), Db.columnPlain(c, TENANTS), parameters);
                    assertEquals(List.of("a"), Db.columnPlain(c, TENANTS), parameters);
                    if (!autocommit) {
                        s.execute("commit"); // the one of the driver's commit() has a name
                    }
                }
            }
        }
    }
}
