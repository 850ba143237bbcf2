package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.CountingSocketFactory;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a name means on a connection at the moment when the statement runs: temporary tables, search paths, tables that another
 * process has just created. The role {@code postgres} stands for another process: its connections are excluded.
 */
class RelationNamesScenario {

    @BeforeAll
    static void schemas() throws SQLException {
        byOthers("create schema side");
        byOthers("create table side.parcels (id int, tenant_id text)");
        byOthers("alter table side.parcels enable row level security");
        byOthers("create table public.parcels (id int)");
        byOthers("grant usage on schema side to warden_app");
        byOthers("create schema warden_bypass");
        byOthers("create table warden_bypass.parcels (id int, tenant_id text)");
        byOthers("grant usage on schema warden_bypass to warden_bypass");
        byOthers("grant select on warden_bypass.parcels to warden_bypass");
        byOthers("grant select on side.parcels, public.parcels to warden_app, warden_member");
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static void byOthers(String... sql) throws SQLException {
        try (Connection c = Db.driverManager("postgres");
                Statement s = c.createStatement()) {
            for (String each : sql) {
                s.execute(each);
            }
        }
    }

    private static Connection counted(String... more) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "warden_app");
        properties.setProperty("password", "secret");
        properties.setProperty("socketFactory", CountingSocketFactory.class.getName());
        for (int i = 0; i < more.length; i += 2) {
            properties.setProperty(more[i], more[i + 1]);
        }
        return DriverManager.getConnection(Db.url(), properties);
    }

    private static String refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> Db.column(c, sql), sql);
        assertTrue(e.getMessage().startsWith("[warden] refused: unscoped"), e.getMessage());
        return e.getMessage();
    }

    // ---- search path

    @Test
    void thePathOfEachConnectionIsItsOwn() throws Exception {
        try (Connection before = Db.plain().getConnection()) {
            assertEquals(List.of(), Db.column(before, "select id from parcels"));
            byOthers("alter role warden_app in database " + before.getCatalog() + " set search_path to side, public");
            try (Connection after = Db.plain().getConnection()) {
                refused(after, "select id from parcels");
                assertEquals(List.of(), Db.column(before, "select id from parcels"));
            } finally {
                byOthers("alter role warden_app in database " + before.getCatalog() + " reset search_path");
            }
        }
    }

    @Test
    void aPathThatIsSetOnTheWayIsAskedFor() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set search_path to side, public");
            String message = refused(c, "select id from parcels");
            assertTrue(message.contains("side.parcels") && !message.contains("assumed"), message);
            s.execute("set search_path to public");
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
            c.setAutoCommit(false);
            s.execute("set local search_path to side");
            refused(c, "select id from parcels");
            c.commit();
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
            s.execute("savepoint here");
            s.execute("set search_path to side");
            refused(c, "select id from parcels");
            s.execute("rollback to here");
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
            c.rollback();
        }
    }

    /** The schema of a role's own name comes first on the default path, for whichever role is set. */
    @Test
    void theUserOnThePathIsTheRoleThatIsSet() throws Exception {
        try (Connection c = Db.driverManager("warden_member");
                Statement s = c.createStatement()) {
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
            s.execute("set role warden_bypass");
            String message = refused(c, "select id from parcels");
            assertTrue(message.contains("warden_bypass.parcels"), message);
            assertTrue(message.contains("role warden_bypass"), message);
            s.execute("reset role");
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
        }
    }

    @Test
    void aSchemaThatIsCreatedLaterIsOnThePath() throws Exception {
        try (Connection c = counted("currentSchema", "later,public")) {
            assertEquals(List.of(), Db.column(c, "select id from parcels"));
            try (Connection ddl = Db.driverManager("warden_app");
                    Statement s = ddl.createStatement()) {
                byOthers("create schema later", "grant all on schema later to warden_app");
                s.execute("create table later.parcels (id int, tenant_id text)"); // seen, so that the snapshot is
                // outdated
            }
            String message = refused(c, "select id from parcels");
            assertTrue(message.contains("later.parcels"), message);
            byOthers("drop schema later cascade");
        }
    }

    // ---- tables of others

    /** While the catalog is read again and again, each table that another process has just created is known in time. */
    @Test
    void noTableIsMissedWhileTheCatalogIsRead() throws Exception {
        AtomicBoolean end = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement()) {
                while (!end.get()) {
                    s.execute("create table again (id int)");
                    s.execute("drop table again");
                    Db.column(c, "select code from countries");
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        reader.start();
        try (Connection c = Db.plain().getConnection()) {
            for (int i = 0; i < 40; i++) {
                byOthers(
                        "create table fresh_" + i + " (id int, tenant_id text)",
                        "grant select on fresh_" + i + " to warden_app");
                refused(c, "select id from fresh_" + i);
            }
        } finally {
            end.set(true);
            reader.join();
        }
    }

    @Test
    void whatDoesNotExistMayExistTheNextMoment() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (int i = 0; i < 5; i++) {
                SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select id from appears"));
                assertEquals("42P01", e.getSQLState());
            }
            byOthers("create table appears (id int, tenant_id text)", "grant select on appears to warden_app");
            refused(c, "select id from appears");
        }
    }

    @Test
    void whatTheOwnTransactionChangedHoldsInIt() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Connection other = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create table own (id int)");
            c.setAutoCommit(false);
            assertEquals(List.of(), Db.column(c, "select id from own"));
            s.execute("savepoint here");
            s.execute("alter table own add tenant_id text");
            refused(c, "select id from own");
            s.execute("rollback to here");
            assertEquals(List.of(), Db.column(c, "select id from own"));
            s.execute("alter table own add tenant_id text");
            c.commit();
            refused(other, "select id from own");
            refused(c, "select id from own");
            s.execute("drop table own");
            c.commit();
        }
    }

    // ---- temporary objects

    @Test
    void temporaryViewsReadWhatTheyRead() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from countries order by 1"));
            s.execute("create temp view seen as select * from invoices");
            refused(c, "select id from seen");
            refused(c, "select id from pg_temp.seen");
            s.execute("create temp view countries as select note as code from invoices");
            refused(c, "select code from countries");
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from public.countries order by 1"));
        }
    }

    /** Where the creation was seen, the temporary table is known to be another than the protected one that it hides. */
    @Test
    void aTemporaryTableMayHideAProtectedOne() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            refused(c, "select id from invoices");
            s.execute("create temp table invoices as select 7 as id");
            assertEquals(List.of("7"), Db.column(c, "select id from invoices"));
            refused(c, "select id from public.invoices");
            s.execute("drop table invoices");
            refused(c, "select id from invoices");
            s.execute("create temp view invoices as select code from countries");
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from invoices order by 1"));
            s.execute("discard temp");
            refused(c, "select id from invoices");
            c.setAutoCommit(false);
            s.execute("create temp table invoices on commit drop as select 7 as id");
            assertEquals(List.of("7"), Db.column(c, "select id from invoices"));
            c.commit();
            refused(c, "select id from invoices");
            c.rollback();
            c.setAutoCommit(true);
        }
    }

    /** The server has no such table on the path, whatever other schemas have. */
    @Test
    void aNameThatIsOnNoSchemaOfThePath() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set search_path = pg_catalog");
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select id from parcels"));
            assertEquals("42P01", e.getSQLState(), e.getMessage());
        }
    }

    /** A temporary table in each request: after the first ones no statement waits for more than without Warden. */
    @Test
    void temporaryTablesCostNothing() throws Exception {
        try (Connection c = counted();
                Statement s = c.createStatement()) {
            long fewest = Long.MAX_VALUE;
            for (int i = 0; i < 10; i++) {
                long before = CountingSocketFactory.waits();
                s.execute("create temp table work as select code from countries");
                s.execute("insert into work values ('xx')");
                assertEquals(List.of("3"), Db.columnPlain(c, "select count(*) from work"));
                s.execute("drop table work");
                fewest = Math.min(fewest, CountingSocketFactory.waits() - before);
            }
            assertEquals(4, fewest);
        }
    }

    /** In the application's thread: one question for each name, whatever the size of the catalog. */
    @Test
    void aNameThatNobodyKnowsCostsOneQuestion() throws Exception {
        try (Connection c = counted()) {
            for (int i = 0; i < 30; i++) {
                String sql = "select id from nowhere_" + i;
                long before = CountingSocketFactory.waits();
                assertThrows(SQLException.class, () -> Db.columnPlain(c, sql));
                assertEquals(2, CountingSocketFactory.waits() - before, sql);
            }
        }
    }
}
