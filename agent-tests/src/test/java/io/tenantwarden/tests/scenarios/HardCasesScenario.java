package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.xa.PGXADataSource;

/** What the driver and applications do with a connection beside the straight way. Mode inject. */
class HardCasesScenario {

    private static final String TENANTS = "select tenant_id from invoices";

    @BeforeAll
    static void fixture() throws SQLException {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create or replace function open_cursor() returns refcursor language plpgsql as $$"
                    + " declare c refcursor; begin open c for select tenant_id from invoices; return c; end $$");
            s.execute("create or replace function tenants_seen() returns text language sql as"
                    + " $$ select string_agg(distinct tenant_id, ',') from invoices $$");
            s.execute("create or replace procedure touch_and_commit(n int) language plpgsql as $$"
                    + " begin update customers set amount = amount + n; commit;"
                    + " update customers set amount = amount + n; end $$");
            s.execute("create or replace procedure touch_customers(n int) language sql as"
                    + " $$ update customers set amount = amount + n $$");
        }
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    /** Values travel in statements of their own: what one string sets or ends cannot be put right in its middle. */
    private static boolean isPortable() {
        return "jdbc".equals(System.getProperty("warden.strategy"));
    }

    private static Connection connect(String parameters) throws SQLException {
        return DriverManager.getConnection(Db.url() + "?" + parameters, "warden_app", "secret");
    }

    private static void assertSees(Connection c, String tenant) throws SQLException {
        assertRows(tenant, Db.column(c, TENANTS));
    }

    private static void assertRows(String tenant, List<String> rows) {
        assertEquals(tenant == null ? Set.of() : Set.of(tenant), new TreeSet<>(rows));
        assertEquals(tenant == null ? 0 : TestDatabase.ROWS, rows.size());
    }

    private static void assertRefused(SQLException e, String text) {
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        assertTrue(e.getMessage().contains(text), e.getMessage());
    }

    // ---- the driver's own savepoints

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

    // ---- transaction characteristics

    @Test
    void readOnlyInBothAutocommitModes() throws Exception {
        for (String mode : List.of("ignore", "transaction", "always")) {
            TenantContext.set("a");
            try (Connection c = connect("readOnlyMode=" + mode)) {
                c.setReadOnly(true);
                assertSees(c, "a");
                c.setAutoCommit(false);
                assertSees(c, "a");
                if (!mode.equals("ignore")) {
                    SQLException e = assertThrows(
                            SQLException.class, () -> Db.column(c, "delete from customers returning tenant_id"));
                    assertEquals("25006", e.getSQLState());
                }
                c.rollback();
                c.setReadOnly(false);
                TenantContext.set("b");
                assertSees(c, "b");
                c.commit();
            }
        }
    }

    @Test
    void isolationLevelsCanStillBeSetFirst() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertSees(c, "a");
            c.setAutoCommit(false);
            assertSees(c, "a");
            assertEquals(List.of("serializable"), Db.column(c, "show transaction isolation level"));
            c.commit();
            c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            s.execute("set transaction isolation level repeatable read");
            assertSees(c, "a");
            assertEquals(List.of("repeatable read"), Db.column(c, "show transaction isolation level"));
            c.commit();
            c.setAutoCommit(true);
            s.execute("begin");
            s.execute("set transaction isolation level serializable read only deferrable");
            assertSees(c, "a");
            s.execute("commit");
        }
    }

    @Test
    void setConstraintsMayBeTheFirstStatement() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set constraints all deferred");
            c.setAutoCommit(false);
            s.execute("set constraints all deferred");
            assertSees(c, "a");
            s.execute("set constraints all immediate");
            c.commit();
            s.execute("set constraints all immediate");
            assertSees(c, "a");
            c.commit();
        }
    }

    // ---- batches

    @Test
    void aFailedStatementInABatchLeavesNothingBehind() throws Exception {
        for (String rewrite : List.of("false", "true")) {
            TenantContext.set("a");
            try (Connection c = connect("reWriteBatchedInserts=" + rewrite)) {
                for (boolean autocommit : new boolean[] {true, false}) {
                    c.setAutoCommit(autocommit);
                    try (PreparedStatement insert = c.prepareStatement(
                            "insert into customers (tenant_id, note, amount) values (?, 'hard', ?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                        for (int i = 0; i < 300; i++) {
                            insert.setString(1, i == 150 ? "b" : "a");
                            insert.setInt(2, i);
                            insert.addBatch();
                        }
                        BatchUpdateException e = assertThrows(BatchUpdateException.class, insert::executeBatch);
                        assertEquals("42501", e.getSQLState());
                        assertTrue(e.getMessage().contains("row-level security"), e.getMessage());
                    }
                    if (!autocommit) {
                        c.rollback();
                    }
                    TenantContext.set("b");
                    assertSees(c, "b");
                    TenantContext.set("a");
                    if (!autocommit) {
                        c.rollback();
                    }
                    Db.column(c, "delete from customers where note = 'hard' returning id");
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    @Test
    void generatedKeysOfABatchAreTheApplications() throws Exception {
        for (String parameters : List.of("reWriteBatchedInserts=false", "reWriteBatchedInserts=true")) {
            TenantContext.set("b");
            try (Connection c = connect(parameters);
                    PreparedStatement insert = c.prepareStatement(
                            "insert into customers (tenant_id, note, amount) values ('b', 'keys', ?)",
                            new String[] {"id", "tenant_id"})) {
                for (int i = 0; i < 9; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                assertEquals(9, counts.length);
                int keys = 0;
                try (ResultSet rs = insert.getGeneratedKeys()) {
                    while (rs.next()) {
                        assertEquals("b", rs.getString(2));
                        keys++;
                    }
                }
                assertEquals(9, keys);
                assertEquals(
                        9,
                        Db.column(c, "delete from customers where note = 'keys' returning id")
                                .size());
            }
        }
    }

    @Test
    void updateCountsAndWarningsAreTheApplications() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                s.addBatch("update customers set amount = amount");
                s.addBatch("insert into customers (tenant_id, note) values ('a', 'count')");
                s.addBatch("delete from customers where note = 'count'");
                s.addBatch("create temp table if not exists counted (id int)");
                assertArrayEquals(new int[] {TestDatabase.ROWS, 1, 1, 0}, s.executeBatch());
                assertFalse(s.execute("update customers set amount = amount; select count(*) from customers"));
                assertEquals(TestDatabase.ROWS, s.getUpdateCount());
                assertTrue(s.getMoreResults());
                assertFalse(s.getMoreResults());
                assertEquals(-1, s.getUpdateCount());
                s.execute("create temp table if not exists counted (id int)");
                assertEquals("42P07", s.getWarnings().getSQLState());
                assertNull(s.getWarnings().getNextWarning());
                assertNull(c.getWarnings());
                if (!autocommit) {
                    c.commit();
                }
            }
        }
    }

    // ---- preparation, transfer, fetch sizes

    @Test
    void prepareThresholdsAndTransferModes() throws Exception {
        for (String parameters : List.of(
                "prepareThreshold=0",
                "prepareThreshold=1",
                "prepareThreshold=5",
                "prepareThreshold=-1",
                "binaryTransfer=false",
                "preparedStatementCacheQueries=0",
                "defaultRowFetchSize=10",
                "defaultRowFetchSize=3&adaptiveFetch=true&maxResultBuffer=1M",
                "assumeMinServerVersion=14",
                "stringtype=unspecified")) {
            try (Connection c = connect(parameters)) {
                for (int i = 0; i < 16; i++) {
                    c.setAutoCommit(i % 4 < 2);
                    TenantContext.set(i % 2 == 0 ? "a" : "b");
                    assertSees(c, TenantContext.current());
                    assertRows(TenantContext.current(), Db.columnPlain(c, TENANTS));
                    if (i % 4 >= 2) {
                        c.rollback();
                    }
                }
                TenantContext.clear();
                c.setAutoCommit(true);
                assertSees(c, null);
            }
        }
    }

    @Test
    void unfinishedCursorsDoNotReachTheNextBorrower() throws Exception {
        try (HikariDataSource pool = Db.hikari(1)) {
            for (int i = 0; i < 6; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                try (Connection c = pool.getConnection()) {
                    c.setAutoCommit(false);
                    PreparedStatement select = c.prepareStatement(TENANTS);
                    select.setFetchSize(2);
                    ResultSet rs = select.executeQuery();
                    for (int n = 0; n < 5; n++) {
                        assertTrue(rs.next());
                        assertEquals(TenantContext.current(), rs.getString(1));
                    }
                    // neither closed nor read to its end
                }
            }
        }
    }

    @Test
    void resultSetsLeftOpenInAnEarlierTransactionForbidNothing() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            PreparedStatement select = c.prepareStatement(TENANTS);
            select.setFetchSize(2);
            ResultSet left = select.executeQuery();
            assertTrue(left.next());
            c.commit();
            TenantContext.set("b");
            try (PreparedStatement own = c.prepareStatement(TENANTS)) {
                own.setFetchSize(2);
                try (ResultSet rs = own.executeQuery()) {
                    assertTrue(rs.next());
                    assertEquals("b", rs.getString(1));
                }
            }
            TenantContext.clear();
            assertSees(c, null);
            c.commit();
            assertFalse(left.isClosed());
        }
    }

    @Test
    void sqlCursorsKeepTheirTenantOneByOne() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("declare one cursor for " + TENANTS);
            s.execute("declare two cursor for " + TENANTS);
            s.execute("close one");
            TenantContext.set("b");
            assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
            TenantContext.set("a");
            assertEquals(List.of("a"), Db.columnPlain(c, "fetch 1 from two"));
            // a CLOSE that fails closes nothing
            Savepoint before = c.setSavepoint();
            assertThrows(SQLException.class, () -> s.execute("close nonsense"));
            c.rollback(before);
            TenantContext.set("b");
            assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "still open");
            TenantContext.set("a");
            s.execute("close all");
            TenantContext.set("b");
            assertSees(c, "b");
            c.rollback();
        }
    }

    @Test
    void cursorsThatFunctionsOpenKeepTheirTenant() throws Exception {
        for (String open : List.of(
                "select open_cursor()",
                "do $$ declare c refcursor := 'opened'; begin open c for select tenant_id from invoices order by note; end $$")) {
            try (Connection c = connect("")) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                String cursor = '"'
                        + (open.startsWith("do")
                                ? "opened"
                                : Db.columnPlain(c, open).get(0))
                        + '"';
                if (open.startsWith("do")) {
                    try (Statement s = c.createStatement()) {
                        s.execute(open);
                    }
                }
                assertEquals(List.of("a", "a"), Db.columnPlain(c, "fetch 2 in " + cursor));
                TenantContext.set("b");
                assertSees(c, "b");
                SQLException e = assertThrows(SQLException.class, () -> Db.columnPlain(c, "fetch all in " + cursor));
                assertRefused(e, "still open");
                TenantContext.clear();
                assertThrows(SQLException.class, () -> Db.columnPlain(c, "fetch all in " + cursor));
                TenantContext.set("a");
                assertEquals(
                        Collections.nCopies(TestDatabase.ROWS - 2, "a"), Db.columnPlain(c, "fetch all in " + cursor));
                c.rollback();
            }
        }
    }

    @Test
    void updatableResultSets() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (ResultSet rs = s.executeQuery("select id, tenant_id, note, amount from customers order by id")) {
                    assertTrue(rs.next());
                    int amount = rs.getInt("amount");
                    rs.updateInt("amount", amount + 7);
                    rs.updateRow();
                    rs.refreshRow();
                    assertEquals(amount + 7, rs.getInt("amount"));
                    rs.updateInt("amount", amount);
                    rs.updateRow();
                    rs.moveToInsertRow();
                    rs.updateString("tenant_id", "a");
                    rs.updateString("note", "inserted");
                    rs.insertRow();
                    rs.moveToCurrentRow();
                }
                assertEquals(
                        1,
                        Db.column(c, "delete from customers where note = 'inserted' returning id")
                                .size());
                if (!autocommit) {
                    c.commit();
                }
            }
        }
    }

    // ---- interruptions

    /** A cancellation that overtakes its query is lost, and the driver sends only one. */
    private static void cancelWhenAsleep(Statement statement, String pid) {
        try (Connection watcher = Db.driverManager("warden_app")) {
            String asleep = "select 1 from pg_stat_activity where wait_event = 'PgSleep' and pid = " + pid;
            while (Db.column(watcher, asleep).isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            statement.cancel();
        } catch (SQLException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void cancelTimeoutAndTermination() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (PreparedStatement sleep = c.prepareStatement("select pg_sleep(30) from invoices")) {
                    String pid = Db.column(c, "select pg_backend_pid()").get(0);
                    Thread cancel = new Thread(() -> cancelWhenAsleep(sleep, pid));
                    cancel.start();
                    SQLException e = assertThrows(SQLException.class, sleep::executeQuery);
                    assertEquals("57014", e.getSQLState());
                    cancel.join();
                }
                if (!autocommit) {
                    c.rollback();
                }
                try (Statement sleep = c.createStatement()) {
                    sleep.setQueryTimeout(1);
                    SQLException e =
                            assertThrows(SQLException.class, () -> sleep.execute("select pg_sleep(30) from invoices"));
                    assertEquals("57014", e.getSQLState());
                }
                if (!autocommit) {
                    c.rollback();
                }
                TenantContext.set("b");
                assertSees(c, "b");
                TenantContext.set("a");
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
        try (HikariDataSource pool = Db.hikari(1)) {
            try (Connection c = pool.getConnection()) {
                assertSees(c, "a");
                String pid = Db.column(c, "select pg_backend_pid()").get(0);
                TenantContext.clear();
                try (Connection other = Db.driverManager("warden_app")) {
                    Db.column(other, "select pg_terminate_backend(" + pid + ")");
                }
                TenantContext.set("a");
                SQLException e = assertThrows(SQLException.class, () -> {
                    while (true) {
                        Db.column(c, TENANTS);
                    }
                });
                assertTrue(e.getSQLState().startsWith("57P") || e.getSQLState().startsWith("08"), e.getSQLState());
            }
            TenantContext.set("b");
            try (Connection c = pool.getConnection()) {
                assertSees(c, "b");
            }
        }
    }

    // ---- functions, procedures, cursors of functions

    @Test
    void callableStatementsAndRefCursors() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            try (CallableStatement call = c.prepareCall("{ ? = call tenants_seen() }")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.execute();
                assertEquals("a", call.getString(1));
            }
            c.setAutoCommit(false);
            try (CallableStatement call = c.prepareCall("{ ? = call open_cursor() }")) {
                call.registerOutParameter(1, Types.REF_CURSOR);
                call.execute();
                try (ResultSet rs = (ResultSet) call.getObject(1)) {
                    int rows = 0;
                    while (rs.next()) {
                        assertEquals("a", rs.getString(1));
                        rows++;
                    }
                    assertEquals(TestDatabase.ROWS, rows);
                }
            }
            c.rollback();
        }
    }

    @Test
    void proceduresInEveryEscapeSyntaxMode() throws Exception {
        for (String mode : List.of("callIfNoReturn", "call")) {
            try (Connection c = connect("escapeSyntaxCallMode=" + mode)) {
                for (boolean autocommit : new boolean[] {true, false}) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    try (CallableStatement call = c.prepareCall("{ call touch_customers(?) }")) {
                        call.setInt(1, 1);
                        call.execute();
                    }
                    assertEquals(
                            TestDatabase.ROWS,
                            Db.column(c, "update customers set amount = amount - 1 returning id")
                                    .size());
                    if (!autocommit) {
                        c.commit();
                    }
                    TenantContext.clear();
                    assertSees(c, null);
                }
            }
        }
    }

    /** On PostgreSQL 18 anything before it in its group of messages makes the inner COMMIT fail. */
    @Test
    void theScopeHoldsAfterACommitInsideAProcedure() throws Exception {
        for (String mode : List.of("extended", "simple", "extendedForPrepared", "extendedCacheEverything")) {
            try (Connection c = connect("preferQueryMode=" + mode);
                    Statement s = c.createStatement()) {
                for (String tenant : List.of("a", "b", "a")) {
                    TenantContext.set(tenant);
                    List<String> before = Db.column(c, "select sum(amount)::text from customers");
                    s.execute("call touch_and_commit(1)");
                    assertNotEquals(before, Db.column(c, "select sum(amount)::text from customers"));
                    s.execute("do $$ begin update customers set amount = amount - 1; commit;"
                            + " update customers set amount = amount - 1; end $$");
                    assertEquals(before, Db.column(c, "select sum(amount)::text from customers"));
                    assertSees(c, tenant);
                }
                TenantContext.clear();
                assertSees(c, null);
                assertEquals(List.of(""), Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')"));
            }
        }
    }

    /** A failure inside must not leave the values behind. */
    @Test
    void aProcedureThatFailsLeavesNothingBehind() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            TenantContext.set("a");
            assertEquals(
                    "22012",
                    assertThrows(SQLException.class, () -> s.execute("do $$ begin perform 1/0; end $$"))
                            .getSQLState());
            TenantContext.clear();
            assertSees(c, null);
            TenantContext.set("b");
            assertSees(c, "b");
        }
    }

    // ---- other ways of sending a query

    @Test
    void everyQueryModeCarriesTheTenant() throws Exception {
        for (String mode : List.of("simple", "extendedForPrepared", "extendedCacheEverything")) {
            for (String more : List.of("", "&autosave=always", "&reWriteBatchedInserts=true", "&prepareThreshold=0")) {
                try (Connection c = connect("preferQueryMode=" + mode + more)) {
                    for (int i = 0; i < 3; i++) {
                        for (boolean autocommit : new boolean[] {true, false}) {
                            c.setAutoCommit(autocommit);
                            TenantContext.set("a");
                            assertSees(c, "a");
                            assertRows("a", Db.columnPlain(c, TENANTS));
                            TenantContext.set("b");
                            assertRows("b", Db.columnPlain(c, TENANTS));
                            assertSees(c, "b");
                            TenantContext.clear();
                            assertRows(null, Db.columnPlain(c, TENANTS));
                            assertSees(c, null);
                            TenantContext.set("a");
                            assertSees(c, "a");
                            if (!autocommit) {
                                c.rollback();
                                assertSees(c, "a");
                                Savepoint savepoint = c.setSavepoint();
                                TenantContext.set("b");
                                assertSees(c, "b");
                                c.rollback(savepoint);
                                assertSees(c, "b");
                                c.rollback();
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void batchesInEveryQueryMode() throws Exception {
        for (String mode : List.of("extended", "simple", "extendedForPrepared", "extendedCacheEverything")) {
            for (boolean autocommit : new boolean[] {true, false}) {
                try (Connection c = connect("preferQueryMode=" + mode);
                        Statement s = c.createStatement();
                        PreparedStatement insert =
                                c.prepareStatement("insert into customers (tenant_id, note) values (?, 'batch')")) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    for (int i = 0; i < 300; i++) {
                        insert.setString(1, "a");
                        insert.addBatch();
                    }
                    assertEquals(300, insert.executeBatch().length);
                    insert.setString(1, "b");
                    insert.addBatch();
                    BatchUpdateException e = assertThrows(BatchUpdateException.class, insert::executeBatch);
                    assertEquals("42501", e.getSQLState());
                    if (!autocommit) {
                        c.rollback();
                    }
                    s.addBatch("insert into customers (tenant_id, note) values ('a', 'batch')");
                    s.addBatch("delete from customers where note = 'batch'");
                    assertEquals(autocommit ? 301 : 1, s.executeBatch()[1]);
                    TenantContext.clear();
                    assertSees(c, null);
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
    void aBatchThatSetsTheTenantItselfIsRefusedWhereItIsDecidedWhole() throws Exception {
        try (Connection c = connect("preferQueryMode=simple");
                Statement s = c.createStatement()) {
            s.execute("create temp table copied (tenant_id text)");
            TenantContext.set("a");
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                for (String set : List.of(
                        "set app.tenant_id = 'b'",
                        "do $$ begin perform set_config('app.tenant_id', 'b', false); end $$")) {
                    s.addBatch(set);
                    s.addBatch("insert into copied " + TENANTS);
                    assertRefused(assertThrows(SQLException.class, s::executeBatch), "one by one");
                    s.clearBatch();
                    assertSees(c, "a");
                    assertEquals(List.of(), Db.column(c, "select * from copied"));
                    if (!autocommit) {
                        c.rollback();
                    }
                }
            }
        }
    }

    @Test
    void aBatchIsForgottenWhenItHasRun() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.addBatch("update customers set amount = amount");
            s.addBatch("commit");
            s.executeBatch();
            for (int i = 0; i < 3; i++) {
                s.addBatch("update customers set amount = amount");
                assertArrayEquals(new int[] {TestDatabase.ROWS}, s.executeBatch());
            }
            c.rollback();
        }
    }

    /** Without a right to set_config ours fails; that it was tried is no reason to believe that it holds. */
    @Test
    void aValueThatCouldNotBeSetForTheSessionIsSetAgain() throws Exception {
        try (Connection c = connect("preferQueryMode=simple");
                Connection admin = Db.driverManager("postgres");
                Statement s = admin.createStatement()) {
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            s.execute("revoke execute on function pg_catalog.set_config(text, text, boolean) from public");
            try {
                TenantContext.set("b");
                for (int i = 0; i < 2; i++) {
                    assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "could not be set");
                }
            } finally {
                TenantContext.clear();
                s.execute("grant execute on function pg_catalog.set_config(text, text, boolean) to public");
            }
            TenantContext.set("b");
            assertSees(c, "b");
        }
    }

    @Test
    void lookingUpATypeBeginsNoTransaction() throws Exception {
        for (String mode : List.of("extended", "simple")) {
            try (Connection c = connect("preferQueryMode=" + mode)) {
                TenantContext.set("a");
                c.setAutoCommit(false);
                c.createArrayOf("invoices", new Object[0]);
                c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE); // only outside a transaction
                assertSees(c, "a");
                c.rollback();
            }
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

    // ---- closed connections

    @Test
    void aClosedConnectionSaysSoItself() throws Exception {
        TenantContext.set("a");
        Connection c = Db.plain().getConnection();
        Statement s = c.createStatement();
        PreparedStatement select = c.prepareStatement(TENANTS);
        c.setAutoCommit(false);
        assertSees(c, "a");
        c.close();
        assertEquals("08003", assertThrows(SQLException.class, c::rollback).getSQLState());
        assertEquals("08003", assertThrows(SQLException.class, c::commit).getSQLState());
        assertEquals(
                "08003",
                assertThrows(SQLException.class, () -> s.execute("select {fn now()}"))
                        .getSQLState());
        assertEquals(
                "08003", assertThrows(SQLException.class, select::executeQuery).getSQLState());
    }

    // ---- COPY

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

    // ---- definition

    @Test
    void definitionInTransactionsAndTemporaryTables() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                s.execute("create temp table scratch (id int) on commit drop");
                s.execute("insert into scratch select id from invoices");
                assertEquals(List.of("" + TestDatabase.ROWS), Db.column(c, "select count(*) from scratch"));
                s.execute("alter table scratch add column more text");
                assertSees(c, "a");
                s.execute("create index on scratch (id)");
                c.commit();
            }
            s.execute("create table made (id int, tenant_id text)");
            assertEquals(List.of("0"), Db.column(c, "select count(*) from made"));
            assertSees(c, "a");
            c.rollback();
            assertSees(c, "a");
            c.rollback();
            c.setAutoCommit(true);
            s.execute("create temp table scratch as select id from invoices");
            s.execute("vacuum scratch");
            s.execute("create index concurrently on scratch (id)");
            s.execute("discard temp");
            assertSees(c, "a");
        }
    }

    // ---- several statements in one string

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

    // ---- the application's own helper

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

    // ---- statements that never reach the server

    @Test
    void aStatementTheDriverRefusesLeavesNoTrace() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                TenantContext.set("a");
                try (PreparedStatement select = c.prepareStatement(TENANTS + " where amount = ?")) {
                    SQLException e = assertThrows(SQLException.class, select::executeQuery);
                    assertEquals("22023", e.getSQLState());
                }
                TenantContext.set("b");
                assertSees(c, "b");
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }

    // ---- two threads

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

    // ---- XA

    private record TestXid(byte[] id) implements Xid {
        @Override
        public int getFormatId() {
            return 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return id;
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    @Test
    void xaBranchesKeepTheirTenant() throws Exception {
        PGXADataSource source = new PGXADataSource();
        source.setUrl(Db.url());
        source.setUser("warden_app");
        source.setPassword("secret");
        XAConnection xa = source.getXAConnection();
        try {
            XAResource resource = xa.getXAResource();
            for (int i = 0; i < 4; i++) {
                TenantContext.set(i % 2 == 0 ? "a" : "b");
                Xid xid = new TestXid(new byte[] {(byte) i, (byte) System.nanoTime()});
                try (Connection c = xa.getConnection()) {
                    resource.start(xid, XAResource.TMNOFLAGS);
                    assertSees(c, TenantContext.current());
                    assertEquals(
                            TestDatabase.ROWS,
                            Db.column(c, "update customers set amount = amount returning id")
                                    .size());
                    resource.end(xid, XAResource.TMSUCCESS);
                    resource.prepare(xid);
                    if (i < 2) {
                        resource.commit(xid, false);
                    } else {
                        resource.rollback(xid);
                    }
                    TenantContext.clear();
                    assertSees(c, null);
                }
            }
        } finally {
            xa.close();
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
