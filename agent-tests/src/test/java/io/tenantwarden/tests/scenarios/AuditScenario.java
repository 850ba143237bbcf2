package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bare flag: nothing changes for the application; the test that runs this looks at what is reported. */
class AuditScenario {

    @Test
    void nothingIsSent() throws Exception {
        TenantContext.set("a");
        try (HikariDataSource pool = Db.hikari(1);
                Connection c = pool.getConnection()) {
            assertEquals(List.of(), Db.column(c, "select id from invoices"));
            // the application's own helper, if it had one, would still work
            c.setAutoCommit(false);
            Db.column(c, "select set_config('app.tenant_id', 'b', true)");
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from customers").size());
            c.commit();
            assertEquals(List.of("de", "fr"), Db.column(c, "select code from countries order by 1"));
        }
    }

    @Test
    void unscopedWriteIsReported() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            assertEquals(0, s.executeUpdate("update customers set note = 'secret literal' where id = 7"));
        }
    }
}
