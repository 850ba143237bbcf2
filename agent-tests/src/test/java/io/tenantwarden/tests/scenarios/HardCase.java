package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** What the scenarios about hard cases share: functions of the application, and how results are compared. */
abstract class HardCase {

    static final String TENANTS = "select tenant_id from invoices";

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
    static boolean isPortable() {
        return "jdbc".equals(System.getProperty("warden.strategy"));
    }

    static Connection connect(String parameters) throws SQLException {
        return DriverManager.getConnection(Db.url() + "?" + parameters, "warden_app", "secret");
    }

    static void assertSees(Connection c, String tenant) throws SQLException {
        assertRows(tenant, Db.column(c, TENANTS));
    }

    static void assertRows(String tenant, List<String> rows) {
        assertEquals(tenant == null ? Set.of() : Set.of(tenant), new TreeSet<>(rows));
        assertEquals(tenant == null ? 0 : TestDatabase.ROWS, rows.size());
    }

    static void assertRefused(SQLException e, String text) {
        assertEquals("42501", e.getSQLState(), e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
        assertTrue(e.getMessage().contains(text), e.getMessage());
    }
}
