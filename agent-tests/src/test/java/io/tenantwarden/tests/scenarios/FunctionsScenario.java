package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What lies behind functions, procedures, DO blocks, triggers, views and rules counts as touched. Mode enforce; the test has made the functions. */
class FunctionsScenario {

    /** Of each kind one, and what the refusal says that it leads through. */
    private static final List<String[]> TOUCHING = List.of(
            new String[] {"select count_invoices()", "function public.count_invoices()"},
            new String[] {"select * from list_invoices(3)", "function public.list_invoices(integer)"},
            new String[] {"select code, deep(2) from countries", "function public.deep(integer)"},
            new String[] {"select 1 from countries where count_invoices() > 0", "public.count_invoices()"},
            new String[] {"call touch_invoices(0)", "public.touch_invoices(integer)"},
            new String[] {"do $$ begin perform 1 from invoices; end $$", "through DO"},
            new String[] {"do $$ begin perform deep(1); end $$", "through DO"},
            new String[] {"insert into notes values (1, 'x')", "trigger of public.notes: public.on_note()"},
            new String[] {"with n as (insert into notes values (1, 'x') returning id) select id from n", "on_note()"},
            new String[] {"insert into ruled values (1)", "rule of public.ruled"},
            new String[] {"select * from counted", "view public.counted calls public.count_invoices()"},
            new String[] {"insert into numbered (note) values ('x')", "column of public.numbered: public.next_number()"
            },
            new String[] {"select guess('amount')", "function public.guess(text)"},
            new String[] {"select * from pinned()", "function public.pinned()"});

    private static final List<String> HARMLESS = List.of(
            "select code from countries",
            "select double_it(2), double_it(3) from countries",
            "select version(), now(), current_schema(), pg_backend_pid(), pg_stat_get_numscans(1259::oid)",
            "select nextval('visits'), gen_random_uuid()",
            "select count_countries()",
            "select elsewhere.count_invoices()",
            "do $$ begin perform 1; end $$",
            "do $$ begin perform count_countries(); end $$",
            "delete from notes where id < 0",
            "update notes set note = 'y' where id < 0",
            "select note from notes",
            "insert into countries values ('xx') on conflict do nothing",
            "select * from numbered");

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static String refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> execute(c, sql), sql);
        assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused: unscoped"), sql + ": " + e.getMessage());
        assertTrue(e.getMessage().contains("public.invoices"), sql + ": " + e.getMessage());
        return e.getMessage();
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    @Test
    void eachKindIsRefusedUnscopedAndRunsAsTheTenant() throws Exception {
        try (HikariDataSource pool = Db.hikari(1);
                Connection c = pool.getConnection()) {
            for (int round = 0; round < 2; round++) {
                for (String[] each : TOUCHING) {
                    String message = refused(c, each[0]);
                    assertTrue(message.contains(each[1]), each[0] + ": " + message);
                }
                TenantContext.set("a");
                for (String[] each : TOUCHING) {
                    execute(c, each[0]);
                }
                assertEquals(List.of("" + TestDatabase.ROWS), Db.column(c, "select count_invoices()"));
                TenantContext.clear();
            }
            c.setAutoCommit(false);
            for (String[] each : TOUCHING) {
                refused(c, each[0]);
            }
            assertEquals(List.of("2"), Db.column(c, "select count(*) from countries where code in ('de', 'fr')"));
            c.rollback();
        }
    }

    @Test
    void whatTouchesNothingProtectedPasses() throws Exception {
        try (HikariDataSource pool = Db.hikari(1);
                Connection c = pool.getConnection()) {
            for (String sql : HARMLESS) {
                execute(c, sql);
            }
            c.setAutoCommit(false);
            for (String sql : HARMLESS) {
                execute(c, sql);
            }
            c.rollback();
        }
    }

    @Test
    void whatDriversAskPasses() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            DatabaseMetaData meta = c.getMetaData();
            for (ResultSet rs : List.of(
                    meta.getTables(null, null, "%", null),
                    meta.getColumns(null, null, "invoices", "%"),
                    meta.getPrimaryKeys(null, null, "invoices"),
                    meta.getIndexInfo(null, null, "invoices", false, true),
                    meta.getProcedures(null, null, "%"),
                    meta.getProcedureColumns(null, null, "touch_invoices", "%"),
                    meta.getFunctions(null, null, "count_invoices"),
                    meta.getFunctionColumns(null, null, "list_invoices", "%"),
                    meta.getTypeInfo(),
                    meta.getSchemas())) {
                while (rs.next()) {
                    rs.getString(1);
                }
                rs.close();
            }
            assertTrue(c.isValid(5));
            assertEquals(
                    42L, c.createArrayOf("int8", new Object[] {42L}).getArray() instanceof Object[] a ? a[0] : null);
        }
    }

    @Test
    void jdbcCallsCount() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            for (String tenant : new String[] {null, "a"}) {
                TenantContext.set(tenant);
                try (CallableStatement function = c.prepareCall("{? = call count_invoices()}")) {
                    function.registerOutParameter(1, Types.BIGINT);
                    if (tenant == null) {
                        assertEquals(
                                "42501",
                                assertThrows(SQLException.class, function::execute)
                                        .getSQLState());
                    } else {
                        function.execute();
                        assertEquals(TestDatabase.ROWS, function.getLong(1));
                    }
                }
            }
        }
    }

    @Test
    void preparedAndBatchedStatementsCount() throws Exception {
        try (Connection c = Db.plain().getConnection();
                PreparedStatement select = c.prepareStatement("select double_it(?::int), deep(?::int)");
                PreparedStatement insert = c.prepareStatement("insert into notes values (?, 'x')")) {
            for (int i = 0; i < 8; i++) {
                select.setInt(1, i);
                select.setInt(2, i);
                TenantContext.clear();
                assertThrows(SQLException.class, select::executeQuery);
                TenantContext.set("b");
                try (ResultSet rs = select.executeQuery()) {
                    assertTrue(rs.next());
                    assertEquals(TestDatabase.ROWS, rs.getInt(2));
                }
            }
            TenantContext.clear();
            for (int i = 0; i < 3; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            assertThrows(SQLException.class, insert::executeBatch);
            execute(c, "prepare p as select count_invoices()");
            refused(c, "execute p");
        }
    }

    @Test
    void aFunctionThatBypassesOnPurposePassesAndSeesAll() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("" + 2 * TestDatabase.ROWS), Db.column(c, "select all_invoices()"));
            TenantContext.set("a");
            assertEquals(List.of("" + 2 * TestDatabase.ROWS), Db.column(c, "select all_invoices()"));
            TenantContext.clear();
            refused(c, "select definer_of_owner()");
            refused(c, "select all_invoices(), count_invoices()");
        }
    }

    /** As with SQL of the application's own that sets the tenant. */
    @Test
    void aFunctionThatChoosesTheTenantItselfPasses() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("" + TestDatabase.ROWS), Db.column(c, "select count_as('a')"));
            execute(c, "do $$ begin perform set_config('app.tenant_id', 'a', true); perform 1 from invoices; end $$");
        }
    }

    /** The application's own helper, written as a function: as SET of its own would, it scopes what comes after it. */
    @Test
    void aHelperInTheDatabaseNamesTheTenant() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            execute(c, "select enter_tenant('a')");
            assertEquals(List.of("a"), Db.column(c, "select distinct tenant_id from invoices"));
            c.commit();
            refused(c, "select tenant_id from invoices");
            execute(c, "select enter_tenant('')");
            refused(c, "select tenant_id from invoices");
            c.rollback();
            c.setAutoCommit(true);
            execute(c, "select keep_tenant('a')");
            assertEquals(List.of("a"), Db.column(c, "select distinct tenant_id from invoices"));
            execute(c, "reset app.tenant_id");
            refused(c, "select tenant_id from invoices");
        }
    }

    /** Inside a scope another tenant is told at the next statement, and never read; taking it back is no matter. */
    @Test
    void aFunctionSetsNoOtherTenantInAScope() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("a");
            c.setAutoCommit(false);
            String own = "select distinct tenant_id from invoices";
            for (String same : List.of("a", "")) {
                execute(c, "select enter_tenant('" + same + "')");
                assertEquals(List.of("a"), Db.column(c, own), same);
            }
            execute(c, "select enter_tenant('b')");
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, own));
            assertTrue(e.getMessage().startsWith("[warden] refused: guc tamper"), e.getMessage());
            assertEquals(List.of("a"), Db.column(c, own));
            Savepoint before = c.setSavepoint();
            execute(c, "select enter_tenant('b')");
            c.rollback(before);
            assertEquals(List.of("a"), Db.column(c, own));
            execute(c, "select enter_tenant('b')");
            c.rollback();
            c.setAutoCommit(true);
            execute(c, "select keep_tenant('b')");
            assertEquals(List.of("a"), Db.column(c, own));
            TenantContext.clear();
            refused(c, own);
            assertEquals(
                    List.of(""), Db.column(c, "select current_setting('app.tenant_id', true) from countries limit 1"));
        }
    }

    @Test
    void overloadsAndSearchPathsDecide() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            execute(c, "select sized(1)");
            refused(c, "select sized(1, 2)");
            execute(c, "set search_path = elsewhere, public");
            execute(c, "select count_invoices()");
            refused(c, "select public.count_invoices()");
            execute(c, "set search_path = public, elsewhere");
            refused(c, "select count_invoices()");
            execute(c, "reset search_path");
            refused(c, "select count_invoices()");
        }
    }

    @Test
    void whatIsNewOrChangedCounts() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Connection here = Db.driverManager("warden_owner");
                Connection elsewhere = DriverManager.getConnection(Db.url(), "postgres", "postgres")) {
            // excluded by the test: to the agent it is another process
            execute(elsewhere, "create function of_another_process() returns bigint language sql as 'select deep(1)'");
            refused(c, "select of_another_process()");
            execute(elsewhere, "drop function of_another_process()");
            execute(here, "create or replace function changing() returns bigint language sql as 'select 1::bigint'");
            execute(c, "select changing()");
            execute(
                    here,
                    "create or replace function changing() returns bigint language sql as 'select count_invoices()'");
            refused(c, "select changing()");
            here.setAutoCommit(false);
            execute(
                    here,
                    "create function of_this_transaction() returns bigint language sql as 'select count_invoices()'");
            refused(here, "select of_this_transaction()");
            here.rollback();
            assertEquals(
                    "42883",
                    assertThrows(SQLException.class, () -> execute(c, "select of_this_transaction()"))
                            .getSQLState());
        }
    }
}
