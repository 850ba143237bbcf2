package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code warden.role}: ways back to the login are tampering, a lesser role is not. In inject and in enforce. */
class RoleEscapesScenario extends RoleCase {

    private static boolean enforces() {
        return "enforce".equals(System.getProperty("warden.mode"));
    }

    @Test
    void theWayBackIsRefused() throws Exception {
        for (String login : LOGINS) {
            for (String tenant : enforces() ? new String[] {"a"} : new String[] {"a", null}) {
                for (String sql : List.of(
                        "reset role",
                        "set role none",
                        "set local role none",
                        "set role to default",
                        "set session authorization default",
                        "reset session authorization",
                        "set role " + login,
                        "set local role " + login,
                        "set role warden_bypass",
                        "select set_config('role', 'none', true)",
                        "select set_config('role', 'none', false)",
                        "select pg_catalog.set_config('role', '" + login + "', true)",
                        "select set_config('ROLE', $$none$$, true), count(*) from invoices",
                        "do $$ begin set local role none; end $$",
                        "do $$ begin perform set_config('role', 'none', true); end $$",
                        "prepare back as select set_config('role', 'none', true)",
                        "select back_to_login()",
                        "select as_login()",
                        "select * from as_login()",
                        "select AS_LOGIN() from countries")) {
                    try (Connection c = connect(login)) {
                        c.setAutoCommit(false);
                        TenantContext.set(tenant);
                        assertActing(c);
                        SQLException e = refused(c, sql, "guc tamper");
                        assertFalse(e.getMessage().contains("Warden sets"), e.getMessage());
                        assertTrue(e.getMessage().contains("warden.bypass."), e.getMessage());
                        assertActing(c); // the transaction is as good as before
                        c.rollback();
                    }
                }
            }
        }
    }

    @Test
    void aBoundRoleIsReadWhereTheDriverShowsIt() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                assertActing(c);
                SQLException e = assertThrows(
                        SQLException.class, () -> Db.column(c, "select set_config('role', ?, true)", "none"));
                assertTrue(e.getMessage().contains("guc tamper"), e.getMessage());
                if (!isPortable()) {
                    assertEquals(
                            List.of("warden_acting"),
                            Db.column(c, "select set_config('role', ?, true)", "warden_acting"));
                }
                assertActing(c);
                c.rollback();
            }
        }
    }

    /** Outside a transaction there is nothing to lead out of. */
    @Test
    void whatAWrapperDoesWhenItGivesAConnectionBack() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                TenantContext.set("a");
                for (String sql : List.of("reset role", "discard all", "reset all", "set role warden_acting")) {
                    assertActing(c);
                    execute(c, sql);
                    assertActing(c);
                }
            }
        }
    }

    @Test
    void aLesserRolePassesAndStays() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                c.setAutoCommit(false);
                TenantContext.set("a");
                assertActing(c);
                execute(c, "set local role warden_lesser");
                assertEquals("warden_lesser", one(c, "select current_user"));
                denied(c, "select * from invoices");
                c.rollback();
                assertActing(c);
                execute(c, "set local role warden_lesser");
                assertEquals(List.of("de", "fr"), Db.column(c, "select code from countries order by 1"));
                refused(c, "reset role", "guc tamper");
                refused(c, "set local role none", "guc tamper");
                assertEquals("warden_lesser", one(c, "select current_user"));
                c.commit();
                assertActing(c);
                c.commit();
            }
        }
    }

    /** Views that the superuser owns run with his rights, whoever asks. */
    @Test
    void viewsOfASuperuser() throws Exception {
        TenantContext.set("a");
        for (String view : List.of("all_invoices", "public.all_invoices", "over_all_invoices")) {
            try (Connection c = connect(SUPERUSER)) {
                String sql = "select count(*) from " + view;
                if (enforces()) {
                    SQLException e = refused(c, sql, "warden.role.superuser=accept");
                    assertTrue(e.getMessage().contains("security_invoker"), e.getMessage());
                } else {
                    assertEquals(String.valueOf(2 * TestDatabase.ROWS), one(c, sql));
                }
                assertEquals(
                        String.valueOf(2 * TestDatabase.ROWS),
                        inBypass(() -> one(c, "select count(*) from all_invoices")));
            }
            try (Connection c = connect(OWNER)) {
                // what the owner's own views show is filtered like the tables
                assertEquals(String.valueOf(TestDatabase.ROWS), one(c, "select count(*) from open_invoices"));
            }
        }
    }
}
