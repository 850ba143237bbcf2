package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The check itself fails: that is no yes. */
class FailingCheckScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    @Test
    void aCheckThatFailsIsNoYes() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            c.setAutoCommit(false);
            TenantContext.set("a");
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select id from invoices"));
            assertTrue(e.getMessage().contains("unchecked tenant"), e.getMessage());
            assertEquals("2", Db.column(c, "select count(*) from countries").get(0));
            c.commit();
        }
    }
}
