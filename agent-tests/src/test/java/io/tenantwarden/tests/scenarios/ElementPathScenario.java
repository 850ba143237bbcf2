package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tenant is in a list or a map: of a source, of an argument, of a source in braces. Mode enforce. */
class ElementPathScenario {

    record User(List<String> tenantIds, Map<String, Object> claims) {}

    private static final ThreadLocal<User> CURRENT = new ThreadLocal<>();

    /** Named by warden.tenant: {@code #current.tenantIds[0]}. */
    static Optional<User> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    @AfterEach
    void clear() {
        CURRENT.remove();
    }

    /** Named by warden.scope: {@code #handle(0["tenant"])}. */
    private static List<String> handle(Map<String, String> message) throws Exception {
        return Visible.tenants();
    }

    @Test
    void theFirstOfAList() throws Exception {
        CURRENT.set(new User(List.of("a", "b"), Map.of("user", "someone")));
        assertEquals(List.of("a"), Visible.tenants());
        CURRENT.set(new User(List.of("b"), Map.of("user", "someone")));
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("b"), Visible.tenants(c));
            assertEquals(List.of("someone"), Visible.setting(c, "app.user"));
        }
    }

    @Test
    void anEmptyListIsNoTenant() {
        CURRENT.set(new User(List.of(), Map.of()));
        String seen = Invoices.tenants();
        assertTrue(seen.startsWith("[warden] refused:"), seen);
    }

    @Test
    void theEntryOfAMap() throws Exception {
        assertEquals(List.of("b"), handle(Map.of("tenant", "b")));
    }
}
