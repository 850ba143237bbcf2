package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Unscoped statements on protected tables are refused before a byte is written, with a message that helps. */
class EnforceScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static SQLException refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> Db.column(c, sql));
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        return e;
    }

    @Test
    void unscopedIsRefusedWithSiteTablesAndTheWayOut() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            String message = refused(c, "select * from invoices").getMessage();
            assertTrue(message.contains("public.invoices"), message);
            assertTrue(message.contains("Db.column(Db.java:"), message);
            // neither Db.column nor refused, which are given their SQL, but who calls them
            assertTrue(
                    message.contains(
                            "warden.bypass.enforce-scenario-unscoped-is-refused-with-site-tables-and-the-way-out.at="
                                    + EnforceScenario.class.getName()
                                    + "#unscopedIsRefusedWithSiteTablesAndTheWayOut and"),
                    message);
            // the connection is as good as before
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from countries order by 1"));
            TenantContext.set("a");
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
        }
    }

    @Test
    void refusedInATransactionLeavesTheTransactionUsable() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Db.column(c, "select code from countries");
            refused(c, "delete from customers returning id");
            assertEquals(List.of("2"), Db.column(c, "select count(*) from countries"));
            c.commit();
        }
    }

    /** The value that a DO might have set itself is there: it is the one that the tenant left, not the application's. */
    @Test
    void aDoIsNotScopedByTheTenantBeforeIt() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            TenantContext.as("a", () -> Db.column(c, "select id from invoices"));
            SQLException e =
                    assertThrows(SQLException.class, () -> s.execute("do $$ begin perform id from invoices; end $$"));
            assertEquals("42501", e.getSQLState(), e.getMessage());
            c.rollback();
        }
    }

    @Test
    void everyWayToNameATable() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (String sql : List.of(
                    "table invoices",
                    "select 1 from public . \"invoices\"",
                    "with x as (select * from INVOICES) select * from x",
                    "select (select max(id) from invoices)",
                    "select * from open_invoices",
                    "select 1 where exists (select from /* */ customers)",
                    "select * from U&\"inv!006fices\" uescape E'!'",
                    "select * from public.u&\"inv?006fices\" /* */ UESCAPE ''\n'?'",
                    "select (k).as from invoices, lateral (select 1 as \"as\") k",
                    "select 1 select from invoices",
                    "select * from countries c cross join lateral (values (1)) set, invoices",
                    "with x as (select 1), recursive as (select * from invoices) select * from recursive",
                    "select 1; select * from invoices",
                    "explain analyze select * from invoices")) {
                refused(c, sql);
            }
        }
    }

    /** A name that only holds inside a query is a table's outside of it, and the other way round. */
    @Test
    void namesOfExpressionsHoldWhereTheServerSaysSo() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create temp table counted (n bigint)");
            refused(
                    c,
                    "insert into counted with invoices as (select 1) select * from invoices"
                            + " returning (select count(*) from invoices)");
            for (String sql : List.of(
                    "insert into counted with invoices as (select 1) select * from invoices returning n",
                    "with invoices as (select 1) insert into counted select * from invoices returning (select 1 from invoices)",
                    "select (k).from, invoices from (select 1 as \"from\", 2 as invoices) k",
                    "select code update, 'invoices' table, 1 join from countries")) {
                assertFalse(Db.column(c, sql).isEmpty(), sql);
            }
        }
    }

    @Test
    void unprotectedTablesNeedNoTenant() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create temp table scratch (id int)");
            s.execute("insert into scratch values (1)");
            assertEquals(List.of("1"), Db.column(c, "select id from scratch"));
            assertEquals(List.of("1"), Db.column(c, "select 1"));
            assertTrue(c.isValid(1));
        }
    }

    @Test
    void aTableCreatedLaterIsProtectedToo() throws Exception {
        try (Connection owner = Db.driverManager("warden_owner");
                Statement s = owner.createStatement();
                Connection c = Db.plain().getConnection()) {
            s.execute("create table late (id int, tenant_id text)");
            s.execute("grant select on late to warden_app");
            refused(c, "select * from late");
            s.execute("drop table late");
        }
    }

    @Test
    void secondTenantInOneTransactionIsRefused() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            Db.column(c, "select id from invoices");
            TenantContext.set("b");
            String message = refused(c, "select id from invoices").getMessage();
            assertTrue(message.contains("tenant switch"), message);
            assertFalse(message.contains("'b'"), message);
            c.rollback();
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
        }
    }

    @Test
    void tamperingIsRefused() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            for (String sql : List.of(
                    "select set_config('app.tenant_id', 'b', false)",
                    "with x as (select set_config('app.tenant_id', 'b', true)) select * from x")) {
                refused(c, sql);
            }
            try (Statement s = c.createStatement()) {
                for (String sql : List.of(
                        "set app.tenant_id = 'b'",
                        "set session app.tenant_id to b",
                        "set local \"app\".\"tenant_id\" = 'b'",
                        "set role warden_bypass",
                        "set session authorization warden_bypass")) {
                    SQLException e = assertThrows(SQLException.class, () -> s.execute(sql), sql);
                    assertTrue(e.getMessage().startsWith("[warden] refused: guc tamper"), e.getMessage());
                }
            }
            SQLException e = assertThrows(
                    SQLException.class, () -> Db.column(c, "select set_config('app.tenant_id', ?, true)", "b"));
            assertTrue(e.getMessage().startsWith("[warden] refused: guc tamper"), e.getMessage());
        }
    }

    /** The application's own helper, on the first day: repeating and clearing what Warden sets is no attack. */
    @Test
    void theSameValueAndNoneAreHarmless() throws Exception {
        TenantContext.set("a");
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement()) {
                c.setAutoCommit(autocommit);
                for (String sql : List.of(
                        "set local app.tenant_id = 'a'",
                        "set app.tenant_id = 'a'",
                        "set app.tenant_id = ''",
                        "set app.tenant_id to default",
                        "reset app.tenant_id",
                        "reset all",
                        "reset role",
                        "set role none")) {
                    s.execute(sql);
                    assertEquals(
                            TestDatabase.ROWS,
                            Db.column(c, "select id from invoices").size(),
                            sql);
                }
                Db.column(c, "select set_config('app.tenant_id', ?, true)", "a");
                Db.columnPlain(c, "select set_config('app.tenant_id', 'a', false)");
                Db.columnPlain(c, "select set_config('app.tenant_id', null, false)");
                assertEquals(
                        TestDatabase.ROWS,
                        Db.column(c, "select id from invoices").size());
                if (!autocommit) {
                    c.commit();
                }
            }
        }
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("discard all");
            assertEquals(
                    TestDatabase.ROWS,
                    Db.columnPlain(c, "select id from invoices").size());
            s.execute("set app.tenant_id = 'a'");
            TenantContext.clear();
            refused(c, "select id from invoices");
        }
    }

    /** What the text does not say is asked of the server, before the next statement of the transaction. */
    @Test
    void aComputedValueIsLookedAtAfterwards() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Db.column(c, "select set_config('app.tenant_id', concat('', 'a'), true)");
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
            Db.column(c, "select set_config('app.tenant_id', concat('', 'b'), true)");
            SQLException e = refused(c, "select id from invoices");
            assertTrue(e.getMessage().contains("guc tamper"), e.getMessage());
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
            c.rollback();
            refused(c, "select set_config('app.tenant_id', concat('', 'b'), true) from invoices");
        }
    }

    /** What runs before getConnection returns, and while close does, is the pool's, in whichever scope that happens. */
    @Test
    void aPoolsOwnSettingsAreNoTampering() throws Exception {
        TenantContext.set("a");
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(new OpeningDataSource(Db.plain(), "set app.tenant_id = 'pool'", "set role warden_app"));
            pool.setMaximumPoolSize(1);
            try (Connection c = pool.getConnection()) {
                assertEquals(
                        TestDatabase.ROWS,
                        Db.column(c, "select id from invoices").size());
            }
        }
        try (Connection c = new OpeningDataSource(Db.plain(), "set app.tenant_id = 'b'", "reset all").getConnection()) {
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
        }
    }

    @Test
    void aRefusedBatchFailsAsBatchesDo() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement();
                PreparedStatement p = c.prepareStatement("update invoices set amount = ?")) {
            s.addBatch("delete from countries where code = 'nowhere'");
            s.addBatch("update customers set amount = 1");
            BatchUpdateException e = assertThrows(BatchUpdateException.class, s::executeBatch);
            assertEquals("42501", e.getSQLState());
            assertTrue(e.getMessage().startsWith("[warden] refused: unscoped"), e.getMessage());
            assertEquals(2, e.getUpdateCounts().length);
            for (int i = 0; i < 3; i++) {
                p.setInt(1, i);
                p.addBatch();
            }
            e = assertThrows(BatchUpdateException.class, p::executeBatch);
            assertEquals(3, e.getUpdateCounts().length);
        }
    }

    /** PostgreSQL reads all of these as app.tenant_id or as role; the rows would be another tenant's. */
    @Test
    void tamperingInEverySpellingIsRefused() throws Exception {
        List<String> spellings = List.of(
                "set local U&\"app.tenant!005fid\" uescape '!' = 'b'",
                "set U&\"app.tenant!005fid\" /* */ UESCAPE E'!' to b",
                "set session \"APP\".u&\"tenant?005fid\" uescape $$?$$ = $$b$$",
                "set local app.U&\"tenant\\005fid\" = 'b'",
                "set \"App.Tenant_ID\" = 'b'",
                "set local U&\"app.tenant!005fid\" uescape ''\n'!' = 'b'",
                "select set_config(U&'app.tenant!005fid' uescape '!', 'b', true)",
                "select pg_catalog.U&\"set!005fconfig\" uescape '!' (E'app.tenant\\x5fid', 'b', false)",
                "select set_config(is_local => true, new_value => 'b', setting_name => $$app.tenant_id$$)",
                "do $$ begin set local U&\"app.tenant!005fid\" uescape '!' = 'b'; end $$",
                "do $$ begin execute U&'set local app.tenant!005fid = b' uescape '!'; end $$",
                "do $$ begin perform set_config(/* */ U&'app.tenant\\005fid', 'b', true); end $$",
                "set role U&\"warden!005fowner\" uescape '!'",
                "set local role U&\"warden_!006fwner\" UESCAPE $q$!$q$",
                "set U&\"r!006fle\" uescape '!' = 'warden_owner'",
                "select set_config(U&'r!006fle' uescape '!', 'warden_owner', true)",
                "do $$ begin set local role warden_owner; end $$",
                "set session authorization U&\"warden!005fowner\" uescape '!'");
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                for (String sql : spellings) {
                    SQLException e = assertThrows(SQLException.class, () -> s.execute(sql), sql);
                    assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
                    assertTrue(e.getMessage().startsWith("[warden] refused:"), sql + ": " + e.getMessage());
                    assertEquals(List.of("a"), Db.column(c, "select distinct tenant_id from invoices"), sql);
                }
            }
            c.commit();
        }
    }

    @Test
    void theApplicationsOwnHelperCounts() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
            c.commit();
            refused(c, "select id from invoices");
            c.rollback();
            Db.column(c, "select set_config('app.tenant_id', 'b', false)");
            c.rollback(); // reverts the session's setting as well
            refused(c, "select id from invoices");
            c.rollback();
        }
    }

    @Test
    void whatOnlyLooksLikeTheApplicationsHelperScopesNothing() throws Exception {
        for (String sql : List.of(
                "do $$ begin perform 1; end $$",
                "select set_config('statement_' || 'timeout', '9s', false)",
                "select set_config(name, setting, false) from pg_settings where name = 'work_mem'",
                "set app.tenant_id = ''",
                "select set_config('app.tenant_id', '', false)",
                "begin; set app.tenant_id = 'a'; rollback",
                "explain select set_config('app.tenant_id', 'b', false)",
                "prepare q as select set_config('app.tenant_id', 'b', false)",
                "select 1 where false and set_config('app.tenant_id', 'b', false) is null")) {
            try (Connection c = Db.plain().getConnection();
                    Statement s = c.createStatement()) {
                s.execute(sql);
                refused(c, "select id from invoices");
                c.setAutoCommit(false);
                refused(c, "select id from invoices");
            }
        }
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            assertThrows(SQLException.class, () -> s.execute("set app.tenant_id = 'a'; select 1/0"));
            refused(c, "select id from invoices");
            assertThrows(SQLException.class, () -> s.execute("do $$ begin perform 1; end $$; select id from invoices"));
        }
    }

    @Test
    void aTemporaryViewIsSeenThrough() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("create temp view mine as select * from invoices");
            refused(c, "select * from mine");
            assertEquals(List.of("2"), Db.column(c, "select count(*) from countries"));
        }
    }

    /** The test that runs this looks for the finding: PostgreSQL itself filters nothing here. */
    @Test
    void aPartitionNamedItselfIsTold() throws Exception {
        try (Connection owner = Db.driverManager("warden_owner");
                Statement s = owner.createStatement();
                Connection c = Db.plain().getConnection()) {
            s.execute("create table parted (id int, tenant_id text) partition by list (id)");
            s.execute("create table parted_one partition of parted for values in (1)");
            s.execute("alter table parted enable row level security");
            s.execute("create policy tenant on parted using (tenant_id = current_setting('app.tenant_id', true))");
            s.execute("grant select on parted, parted_one to warden_app");
            refused(c, "select * from parted_one");
            TenantContext.set("a");
            assertEquals(List.of("0"), Db.column(c, "select count(*) from parted_one"));
            s.execute("drop table parted");
        }
    }

    @Test
    void aSlipOfThePenIsToldByTheServer() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection()) {
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "selec 1"));
            assertEquals("42601", e.getSQLState(), e.getMessage());
        }
    }

    @Test
    void aRejectedTenantIsNotCalledMissing() throws Exception {
        TenantContext.set("a\u0000");
        try (Connection c = Db.plain().getConnection()) {
            String message = refused(c, "select id from invoices").getMessage();
            assertTrue(message.contains("invalid-tenant"), message);
        }
    }

    @Test
    void copyIsRefusedUnscopedAndScopedElsewhere() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            var copy = c.unwrap(PGConnection.class).getCopyAPI();
            SQLException unscoped = assertThrows(
                    SQLException.class,
                    () -> copy.copyOut("copy (select * from invoices) to stdout", new StringWriter()));
            assertTrue(unscoped.getMessage().startsWith("[warden] refused: unscoped COPY"), unscoped.getMessage());
            TenantContext.set("a");
            StringWriter alone = new StringWriter();
            copy.copyOut("copy (select tenant_id from invoices) to stdout", alone);
            assertEquals("a\n".repeat(TestDatabase.ROWS), alone.toString());
            c.setAutoCommit(false);
            Db.column(c, "select 1");
            StringWriter out = new StringWriter();
            copy.copyOut("copy (select tenant_id from invoices) to stdout", out);
            assertEquals("a\n".repeat(TestDatabase.ROWS), out.toString());
            assertEquals(1, copy.copyIn("copy countries from stdin", new StringReader("it\n")));
            c.rollback();
        }
    }

    @Test
    void doSeesTheTenantInAutocommitAndInATransaction() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            String count = "do $$ begin if (select count(*) from invoices) <> " + TestDatabase.ROWS
                    + " then raise 'wrong'; end if; end $$";
            s.execute(count);
            c.setAutoCommit(false);
            s.execute(count);
            c.commit();
            TenantContext.clear();
            refused(c, "do $$ begin if (select count(*) from invoices) <> 0 then raise 'wrong'; end if; end $$");
            c.rollback();
        }
    }

    @Test
    void aBypassIsConfinedToItsMethod() throws Exception {
        try (HikariDataSource pool = Db.hikari(1);
                Connection c = pool.getConnection()) {
            assertEquals(0, countAllTenants(c), "the role does not bypass RLS, so that a bypass alone reads nothing");
            refused(c, "select id from invoices");
        }
        try (Connection c = Db.driverManager("warden_bypass")) {
            assertEquals(2 * TestDatabase.ROWS, countAllTenants(c));
            String message = refused(c, "select id from invoices").getMessage();
            assertTrue(message.contains("warden.bypass.roles"), message);
            TenantContext.set("a");
            refused(c, "select id from invoices");
            assertThrows(IllegalStateException.class, () -> failing(c));
            refused(c, "select id from invoices");
        }
    }

    /** Named by warden.bypass.all.at. */
    static int countAllTenants(Connection c) throws SQLException {
        return Integer.parseInt(Db.column(c, "select count(*) from invoices").get(0));
    }

    /** Named by warden.bypass.all.at. */
    static void failing(Connection c) throws SQLException {
        Db.column(c, "select count(*) from invoices");
        throw new IllegalStateException("on purpose");
    }

    @Test
    void aScopeMethodRunsAsItsArgument() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("b"), tenantsOf(c, new Job("b", List.of("a"))));
            assertEquals(List.of("a"), tenantsOf(c, new Job("a", List.of())));
            refused(c, "select id from invoices");
        }
    }

    record Job(String tenantId, List<String> nested) {}

    /** Named by warden.scope.jobs: runs as the job's tenant. */
    static List<String> tenantsOf(Connection c, Job job) throws SQLException {
        for (String other : job.nested()) {
            assertEquals(List.of(other), tenantsOf(c, new Job(other, List.of())));
        }
        return Db.column(c, "select distinct tenant_id from invoices");
    }
}
