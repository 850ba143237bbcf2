package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.postgresql.PGConnection;

/** What may slip through, or be refused without reason, in mode enforce. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HardCasesEnforceScenario {

    private static final String IDS = "select id from invoices";

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static String refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> Db.column(c, sql));
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        return e.getMessage();
    }

    private static void assertScoped(Connection c) throws SQLException {
        assertEquals(TestDatabase.ROWS, Db.column(c, IDS).size());
    }

    /** Named by warden.bypass.migration.at. */
    private static void migrate(Statement s, String sql) throws SQLException {
        s.execute(sql);
    }

    @Test
    void aStatementThatWasNeverSentIsNoTenantSwitch() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                if (!autocommit && "jdbc".equals(System.getProperty("warden.strategy"))) {
                    continue; // what was sent before the driver refused was Warden's own: the transaction is a's
                }
                c.setAutoCommit(autocommit);
                TenantContext.set("a");
                try (PreparedStatement select = c.prepareStatement(IDS + " where amount = ?")) {
                    assertEquals(
                            "22023",
                            assertThrows(SQLException.class, select::executeQuery)
                                    .getSQLState());
                }
                TenantContext.set("b");
                assertScoped(c);
                if (!autocommit) {
                    c.rollback();
                }
            }
            c.setAutoCommit(true);
            TenantContext.set("a");
            var copy = c.unwrap(PGConnection.class).getCopyAPI();
            copy.copyOut("copy (" + IDS + ") to stdout", new StringWriter());
            TenantContext.set("b");
            assertScoped(c);
        }
    }

    /** What the URL says of fetching is not for statements of Warden's own: the driver failed on them. */
    @Test
    void aFetchSizeInTheUrlIsTheApplicationsOwn() throws Exception {
        String url = Db.url() + (Db.url().contains("?") ? "&" : "?")
                + "preferQueryMode=extendedCacheEverything&defaultRowFetchSize=5&preparedStatementCacheQueries=0";
        try (Connection c = DriverManager.getConnection(url, "warden_app", "secret");
                Statement s = c.createStatement()) {
            TenantContext.set("a");
            c.setAutoCommit(false);
            s.execute("create temp table shape as select n from generate_series(1, 12) n");
            assertEquals(12, Db.column(c, "select n from shape").size());
            assertScoped(c);
            c.commit();
            TenantContext.set("b");
            assertScoped(c);
            c.rollback();
        }
    }

    @Test
    void aChainedTransactionIsAnother() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            for (String end : List.of("commit and chain", "rollback and chain")) {
                TenantContext.set("a");
                assertScoped(c);
                s.execute(end);
                TenantContext.set("b");
                assertScoped(c);
                TenantContext.set("a");
                assertTrue(refused(c, IDS).contains("tenant switch"));
                c.rollback();
            }
        }
    }

    // ---- the application's own setting counts for as long as PostgreSQL keeps it, and no longer

    @Test
    void aSettingThatWasNeverSentOrFailedDoesNotCount() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            try (PreparedStatement set = c.prepareStatement("select set_config('app.tenant_id', ?, false)")) {
                assertThrows(SQLException.class, set::executeQuery);
            }
            refused(c, IDS);
            assertThrows(SQLException.class, () -> s.execute("set app.tenant_id = 'b'; select 1/0"));
            refused(c, IDS);
            assertThrows(SQLException.class, () -> Db.column(c, "select set_config('app.tenant_id', 'b', false), 1/0"));
            refused(c, IDS);
            c.setAutoCommit(false);
            Savepoint before = c.setSavepoint();
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            assertScoped(c);
            c.rollback(before);
            refused(c, IDS);
            c.rollback();
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            s.execute("commit and chain");
            refused(c, IDS);
            c.rollback();
            refused(c, IDS);
        }
    }

    /** PostgreSQL keeps a SET LOCAL that is older than the savepoint, and brings back one that was reset after it. */
    @Test
    void theApplicationsSettingSurvivesARollbackToASavepoint() throws Exception {
        for (String parameters : List.of("", "?autosave=always")) {
            try (Connection c = DriverManager.getConnection(Db.url() + parameters, "warden_app", "secret");
                    Statement s = c.createStatement()) {
                c.setAutoCommit(false);
                s.execute("set local app.tenant_id = 'a'");
                Savepoint older = c.setSavepoint();
                assertThrows(SQLException.class, () -> s.execute("select 1/0"));
                c.rollback(older);
                assertScoped(c);
                s.execute("reset app.tenant_id");
                assertThrows(SQLException.class, () -> assertScoped(c));
                c.rollback(older);
                assertScoped(c);
                c.rollback();
                Savepoint younger = c.setSavepoint();
                s.execute("set local app.tenant_id = 'a'");
                assertScoped(c);
                c.rollback(younger);
                assertThrows(SQLException.class, () -> assertScoped(c), "the setting is gone");
                c.rollback();
            }
        }
    }

    @Test
    void whatWasPreparedInSqlSetsNothingInAScope() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("prepare tamper as select set_config('app.tenant_id', 'b', false)");
            assertThrows(SQLException.class, () -> assertScoped(c), "PREPARE sets nothing");
            c.setAutoCommit(false);
            TenantContext.set("a");
            assertTrue(refused(c, "execute tamper").contains("guc tamper"));
            assertEquals(Set.of("a"), new TreeSet<>(Db.column(c, "select tenant_id from invoices")));
            c.commit();
            TenantContext.clear();
            assertThrows(SQLException.class, () -> Db.column(c, "select tenant_id from invoices"));
            c.rollback();
        }
    }

    /** EXPLAIN and CREATE TABLE AS run what was prepared as EXECUTE does, and a string may prepare or run several. */
    @Test
    void whatWasPreparedInSqlIsKnownWhereverItRuns() throws Exception {
        try (Connection c = DriverManager.getConnection(Db.url() + "?preferQueryMode=simple", "warden_app", "secret");
                Statement s = c.createStatement()) {
            s.execute("prepare harmless as select 7; prepare ids as " + IDS);
            s.execute("prepare another as insert into countries values ('xx') returning code; select 1");
            List<String> ways = List.of(
                    "execute ids",
                    "explain (analyze) execute ids",
                    "explain analyze verbose execute ids",
                    "create temp table copied as execute ids with no data",
                    "execute ids; execute harmless",
                    "execute harmless; execute ids");
            for (String way : ways) {
                assertTrue(refused(c, way).contains("unscoped"), way);
            }
            s.execute("explain analyze execute harmless");
            TenantContext.set("a");
            c.setAutoCommit(false);
            for (String way : ways.subList(0, 4)) {
                s.execute(way);
            }
            s.execute("explain analyze execute another");
            assertScoped(c);
            c.rollback();
        }
    }

    /** As the server reads it: with standard_conforming_strings off the string constants end elsewhere. */
    @Test
    void backslashesInStrings() throws Exception {
        String unscoped = "select '\\'', note from invoices where note <> '\\''";
        String tampering = "select '\\'', set_config('app.tenant_id', 'b', false), '\\''";
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set standard_conforming_strings = off");
            assertThrows(SQLException.class, () -> s.execute(unscoped));
            TenantContext.set("a");
            SQLException e = assertThrows(SQLException.class, () -> s.execute(tampering));
            assertTrue(e.getMessage().contains("guc tamper"), e.getMessage());
            s.execute(unscoped);
            s.execute("set standard_conforming_strings = on");
            SQLException syntax = assertThrows(SQLException.class, () -> s.execute(unscoped));
            assertTrue(
                    syntax.getSQLState().startsWith("42")
                            && !syntax.getSQLState().equals("42501"),
                    syntax.toString());
        }
    }

    /** The remembered search path is another one, where the name is unknown: the server is asked what it means. */
    @Test
    void aFunctionThatChangesTheSearchPath() throws Exception {
        try (Connection owner = Db.driverManager("warden_owner");
                Statement s = owner.createStatement()) {
            migrate(s, "create schema elsewhere");
            migrate(s, "create table elsewhere.parcels (tenant_id text, note text)");
            migrate(s, "alter table elsewhere.parcels enable row level security");
            migrate(
                    s,
                    "create policy tenant on elsewhere.parcels using (tenant_id = current_setting('app.tenant_id', true))");
            migrate(s, "grant usage on schema elsewhere to warden_app");
            migrate(s, "grant select on elsewhere.parcels to warden_app");
            migrate(
                    s,
                    "create or replace function go(path text) returns void language plpgsql as"
                            + " $$ begin perform set_config('search_path', path, false); end $$");
        }
        try (Connection c = Db.plain().getConnection()) {
            Db.column(c, "select go('elsewhere, public')");
            String refusal = refused(c, "select note from parcels");
            assertTrue(refusal.contains("elsewhere.parcels") && !refusal.contains("assumed"), refusal);
            TenantContext.set("a");
            assertEquals(List.of(), Db.column(c, "select note from parcels"));
        }
    }

    @Test
    void aBodyThatNamesTheSettingIsTampering() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (String body : List.of(
                    "begin perform set_config('app.tenant_id', 'b', true); end",
                    "begin perform pg_catalog.set_config ( 'APP.Tenant_Id', 'b', false); end",
                    "begin set local app.tenant_id = 'b'; end",
                    "begin SET app.tenant_id TO 'b'; end")) {
                SQLException e = assertThrows(SQLException.class, () -> s.execute("do $$ " + body + " $$"), body);
                assertTrue(e.getMessage().contains("guc tamper"), e.getMessage());
                String quoted = "do '" + body.replace("'", "''") + "'";
                assertThrows(SQLException.class, () -> s.execute(quoted), quoted);
            }
            s.execute("do $$ begin perform current_setting('app.tenant_id'); end $$");
            assertEquals(Set.of("a"), new TreeSet<>(Db.column(c, "select tenant_id from invoices")));
        }
    }

    @Test
    void aSettingAndItsUseInOneString() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                assertFalse(s.execute("set local app.tenant_id = 'b'; select id from invoices"));
                assertTrue(s.getMoreResults());
                if (!autocommit) {
                    c.rollback();
                }
                refused(c, IDS);
                if (!autocommit) {
                    c.rollback();
                }
            }
        }
    }

    @Test
    void whatWardenSetHidesTheApplicationsSetting() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            Db.column(c, "select set_config('app.tenant_id', 'b', false)");
            c.setAutoCommit(false);
            assertScoped(c);
            c.rollback();
            TenantContext.set("a");
            assertScoped(c);
            TenantContext.clear();
            refused(c, IDS);
            c.rollback();
            assertScoped(c);
            c.rollback();
        }
    }

    // ---- the catalog

    @Test
    void whatAnOpenTransactionTakesAwayStaysProtectedForOthers() throws Exception {
        try (Connection owner = Db.driverManager("warden_owner");
                Statement s = owner.createStatement();
                Connection c = Db.plain().getConnection()) {
            Db.column(c, "select set_config('lock_timeout', '2s', false)");
            migrate(s, "create table ledger (id int, tenant_id text)");
            migrate(s, "grant select on ledger to warden_app");
            refused(c, "select id from ledger");
            owner.setAutoCommit(false);
            migrate(s, "create table ledger_copy (id int, tenant_id text)");
            migrate(s, "alter table ledger_copy drop column tenant_id");
            migrate(s, "create table other (id int)");
            migrate(s, "insert into other values (1)");
            refused(c, "select id from ledger");
            TenantContext.set("a");
            assertScoped(c);
            TenantContext.clear();
            migrate(s, "drop table ledger");
            migrate(s, "create table ledger (id int)");
            // the migration itself sees a table without tenants
            Db.column(owner, "select id from ledger");
            refused(c, "select id from ledger");
            owner.rollback();
            refused(owner, "select id from ledger");
            refused(c, "select id from ledger");
            owner.rollback();
            owner.setAutoCommit(true);
            migrate(s, "drop table ledger");
        }
    }

    @Test
    void readingTheCatalogBeginsNoTransaction() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (boolean readOnly : new boolean[] {false, true}) {
                c.setReadOnly(readOnly);
                c.setAutoCommit(false);
                String name = "nowhere_" + readOnly;
                SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select 1 from " + name));
                assertEquals("42P01", e.getSQLState());
                c.rollback();
                refused(c, "select id from invoices, nowhere_too_" + readOnly);
                // a transaction in progress would forbid this
                c.setReadOnly(!readOnly);
                c.setAutoCommit(true);
            }
        }
    }

    @Test
    @Order(1)
    void firstConnectionsOfADatabaseOpenedAtOnceAreNotRefused() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> {
                    TenantContext.set("a");
                    start.await();
                    try (Connection c = Db.driverManager("warden_app")) {
                        return Db.column(c, IDS).size();
                    }
                }));
            }
            start.countDown();
            for (Future<Integer> answer : answers) {
                assertEquals(TestDatabase.ROWS, answer.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void thousandsOfMadeUpNamesDoNotHideARealOne() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Connection other = Db.driverManager("warden_owner");
                Statement s = other.createStatement()) {
            s.execute("create or replace function make_unseen() returns void language plpgsql as $$ begin"
                    + " execute 'create table unseen (id int, tenant_id text)';"
                    + " execute 'grant select on unseen to warden_app'; end $$");
            for (int i = 0; i < 1_100; i++) {
                String name = "made_up_" + i;
                assertThrows(SQLException.class, () -> Db.column(c, "select 1 from " + name));
            }
            // created where this JVM does not see it
            s.execute("select make_unseen()");
            refused(c, "select id from unseen");
        }
    }
}
