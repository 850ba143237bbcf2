package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * pgpool-II stands between. Where it parts the tenant from its statement the tenant's rows come all the same, or the statement is
 * refused: {@code balancer.autocommit} says which. No rows without a word is what must not be.
 */
class BalancerScenario {

    private static final boolean REFUSED = "refused".equals(System.getProperty("balancer.autocommit"));

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static List<String> tenants(Connection c) throws SQLException {
        return Db.column(c, "select distinct tenant_id from invoices");
    }

    @Test
    void queriesInAutocommit() throws Exception {
        try (Connection c = Db.driverManager("warden_app")) {
            for (String tenant : List.of("b", "a", "b")) {
                TenantContext.set(tenant);
                if (REFUSED) {
                    SQLException e = assertThrows(SQLException.class, () -> tenants(c));
                    assertEquals("42501", e.getSQLState());
                    assertTrue(e.getMessage().startsWith("[warden] refused: injection failed"), e.getMessage());
                } else {
                    assertEquals(List.of(tenant), tenants(c));
                }
            }
        }
    }

    @Test
    void writesInAutocommit() throws Exception {
        try (Connection c = Db.driverManager("warden_app");
                Statement s = c.createStatement()) {
            TenantContext.set("b");
            String sql = "update invoices set note = note";
            if (REFUSED) {
                assertEquals(
                        "42501",
                        assertThrows(SQLException.class, () -> s.executeUpdate(sql))
                                .getSQLState());
            } else {
                assertTrue(s.executeUpdate(sql) > 0);
            }
        }
    }

    @Test
    void transactions() throws Exception {
        try (Connection c = Db.driverManager("warden_app");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            for (String tenant : List.of("b", "a")) {
                TenantContext.set(tenant);
                assertEquals(List.of(tenant), tenants(c));
                assertTrue(s.executeUpdate("update invoices set note = note") > 0);
                assertEquals(List.of(tenant), tenants(c));
                c.commit();
            }
        }
    }

    /** Nothing of a tenant stays for the next client of the session. */
    @Test
    void nothingStays() throws Exception {
        try (Connection c = Db.driverManager("warden_app")) {
            assertEquals(List.of(""), Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')"));
        }
    }
}
