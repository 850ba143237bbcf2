package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Without {@code warden.role}: the application itself drops to a lesser role inside a tenant scope. Mode enforce. */
class LesserRoleScenario extends RoleCase {

    @Test
    void droppingPassesAndGoingBackIsTampering() throws Exception {
        for (String login : LOGINS) {
            try (Connection c = connect(login)) {
                TenantContext.set("a");
                c.setAutoCommit(false);
                execute(c, "set local role warden_acting");
                assertEquals("warden_acting:" + TestDatabase.ROWS, one(c, SEEN));
                for (String sql : new String[] {"reset role", "set role none", "set local role " + login}) {
                    SQLException e = refused(c, sql, "guc tamper");
                    assertFalse(e.getMessage().contains("Warden sets"), e.getMessage());
                }
                assertEquals("warden_acting", one(c, "select current_user"));
                c.rollback();
                execute(c, "select set_config('role', 'warden_lesser', true)");
                assertEquals("warden_lesser", one(c, "select current_user"));
                c.rollback();
                refused(c, "set local role warden_bypass", "guc tamper");
                c.rollback();
            }
        }
    }
}
