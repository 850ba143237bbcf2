package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a name, or a prepared statement, will mean when it runs is not what it means when it is decided on. Mode enforce. */
class NamesInDoubtScenario {

    @BeforeAll
    static void fixture() throws SQLException {
        TenantContext.set("a"); // without policies every row is everybody's
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create table open_parcels (tenant_id text, note text)");
            s.execute("insert into open_parcels values ('a', 'one'), ('b', 'two')");
            s.execute("create table depot (note text)");
            s.execute("create schema other");
            s.execute("create table other.depot (tenant_id text, note text)");
            s.execute("insert into other.depot values ('a', 'one'), ('b', 'two')");
            s.execute("grant usage on schema other to warden_app");
            s.execute("grant all on open_parcels, depot, other.depot to warden_app");
        } finally {
            TenantContext.clear();
        }
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static void run(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private static String refused(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> run(c, sql), sql);
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        return e.getMessage();
    }

    @Test
    void aStringThatChangesTheSearchPathFirst() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            run(c, "select note from depot");
            refused(c, "set search_path = other; select note from depot");
            refused(c, "select set_config('search_path', 'other', false); select note from depot");
            refused(c, "begin; set local search_path = other; select note from depot; commit");
            run(c, "select note from public.depot; select note from public.depot");
        }
    }

    @Test
    void aBatchThatChangesTheSearchPathFirst() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.addBatch("set search_path = other");
            s.addBatch("update depot set note = note");
            SQLException e = assertThrows(SQLException.class, s::executeBatch);
            assertEquals("42501", e.getSQLState(), e.getMessage());
        }
        TenantContext.set("a");
        try (Connection c = Db.driverManager("warden_owner")) {
            assertEquals(List.of("one", "two"), Db.column(c, "select note from other.depot order by 1"));
        }
    }

    @Test
    void aStringInWhichATemporaryRelationGoesOrComes() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            run(c, "create temp table open_parcels (note text)");
            run(c, "select note from open_parcels");
            refused(c, "drop table pg_temp.open_parcels; select note from open_parcels");
            run(c, "drop table pg_temp.open_parcels");
            refused(c, "create temp view hidden as select note from open_parcels; select note from hidden");
            c.setAutoCommit(false);
            run(c, "create temp table open_parcels (note text) on commit drop");
            run(c, "select note from open_parcels");
            refused(c, "commit; select note from open_parcels");
        }
    }

    @Test
    void aStatementThatOnceMeantATemporaryTable() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            run(c, "create temp table open_parcels (note text) on commit drop");
            try (PreparedStatement select = c.prepareStatement("select note from open_parcels")) {
                for (int i = 0; i < 6; i++) {
                    select.executeQuery().close();
                }
                c.commit();
                SQLException e = assertThrows(SQLException.class, select::executeQuery);
                assertEquals("42501", e.getSQLState(), e.getMessage());
            }
            refused(c, "select note from open_parcels");
            c.rollback();
        }
    }

    @Test
    void whatWasPreparedInSqlIsKnown() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            run(c, "prepare all_parcels as select note from open_parcels");
            refused(c, "execute all_parcels");
            refused(c, "prepare again as select note from open_parcels; execute again");
            TenantContext.set("a");
            run(c, "execute all_parcels");
        }
    }

    @Test
    void aPreparedStatementThatSetsTheTenantIsRefusedWhenItRuns() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("a");
            run(
                    c,
                    "prepare other_tenant(text) as with x as materialized (select set_config('app.tenant_id', $1, true) v)"
                            + " select v, note from x, invoices");
            refused(c, "execute other_tenant('b')");
        }
    }

    @Test
    void aDefaultBesideRowsIsAnotherTenant() throws Exception {
        TenantContext.set("a");
        String sql = "with x as materialized (select set_config('app.tenant_id', null, true) v)"
                + " select tenant_id from x, invoices";
        try (Connection c = Db.plain().getConnection()) {
            refused(c, sql);
            run(c, "select set_config('app.tenant_id', null, true)");
            assertEquals(List.of("a"), Db.column(c, "select distinct tenant_id from invoices"));
        }
    }

    @Test
    void aSettingWithoutAWrittenNameIsToldAsWhatItIs() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set("a");
            String message = refused(c, "select set_config('app.' || 'tenant_id', 'b', true)");
            assertTrue(message.contains("whose name is not written in it"), message);
            message = refused(c, "set role none; set role warden_owner");
            assertTrue(message.contains("changes the role"), message);
        }
    }

    @Test
    void aBlankValueIsNobody() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            run(c, "set app.tenant_id = ' '");
            refused(c, "select note from open_parcels");
            run(c, "reset app.tenant_id");
        }
    }
}
