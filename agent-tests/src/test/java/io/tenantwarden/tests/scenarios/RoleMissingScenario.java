package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** {@code warden.role} that the login cannot set: nothing runs outside a bypass. */
class RoleMissingScenario extends RoleCase {

    @Test
    void nothingRunsOutsideABypass() throws Exception {
        String login = System.getProperty("role.login");
        for (boolean autocommit : new boolean[] {true, false}) {
            try (Connection c = connect(login)) {
                c.setAutoCommit(autocommit);
                TenantContext.set("a");
                for (String sql :
                        new String[] {"select 1", SEEN, "create table of_login (id int)", "do $$ begin end $$"}) {
                    SQLException e = assertThrows(SQLException.class, () -> execute(c, sql), sql);
                    // 42501 also where Warden had to set it in a statement of its own, and says what failed
                    assertEquals(
                            e.getMessage().startsWith("[warden]") ? "42501" : System.getProperty("role.state"),
                            e.getSQLState(),
                            e.getMessage());
                    if (!autocommit) {
                        c.rollback();
                    }
                }
                assertEquals(login, inBypass(() -> one(c, "select current_user")));
            }
        }
    }
}
