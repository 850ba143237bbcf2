package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Mode enforce with {@code warden.functions=strict}. */
class FunctionsStrictScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    @Test
    void aFunctionThatBypassesNeedsAScope() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select all_invoices()"));
            assertEquals("42501", e.getSQLState());
            assertTrue(
                    e.getMessage()
                            .startsWith("[warden] refused: unscoped SELECT on public.invoices"
                                    + " (through function public.all_invoices())"),
                    e.getMessage());
            TenantContext.set("a");
            assertEquals(List.of("" + 2 * TestDatabase.ROWS), Db.column(c, "select all_invoices()"));
        }
    }
}
