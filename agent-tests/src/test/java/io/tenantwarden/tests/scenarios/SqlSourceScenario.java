package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A source that itself runs SQL: it must not ask itself without end, and its own SQL has no tenant. */
class SqlSourceScenario {

    private static final ThreadLocal<String> KEY = new ThreadLocal<>();

    private static int lookups;
    private static List<String> seenInside = List.of("not asked");

    /** Named by warden.tenant: looks the tenant up. */
    static String current() throws SQLException {
        String key = KEY.get();
        if (key == null) {
            return null;
        }
        lookups++;
        try (Connection c = Db.plain().getConnection()) {
            seenInside = Db.column(c, "select distinct tenant_id from customers");
            return Db.column(c, "select ? from countries where code = 'de'", key)
                    .get(0);
        }
    }

    @Test
    void itsAnswerCounts() throws Exception {
        KEY.set("a");
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("a"), Visible.tenants(c));
            assertEquals(List.of(), seenInside);
            c.setAutoCommit(false);
            KEY.set("b");
            assertEquals(List.of("b"), Visible.tenants(c));
            c.commit();
            assertTrue(lookups >= 2 && lookups < 50, () -> lookups + " look-ups");
        } finally {
            KEY.remove();
        }
        assertEquals(List.of(), Visible.tenants());
    }
}
