package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code field:FieldSourceScenario#CURRENT}: a private static ThreadLocal without any getter. */
class FieldSourceScenario {

    private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

    @AfterEach
    void clear() {
        CURRENT.remove();
    }

    @Test
    void theFieldIsRead() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            CURRENT.set("a");
            assertEquals(List.of("a"), Visible.tenants(c));
            CURRENT.set("b");
            assertEquals(List.of("b"), Visible.tenants(c));
            CURRENT.remove();
            assertEquals(List.of(), Visible.tenants(c));
        }
    }

    @Test
    void eachThreadHasItsOwn() throws Exception {
        CURRENT.set("a");
        List<String> other = CompletableFuture.supplyAsync(() -> {
                    try {
                        CURRENT.set("b");
                        return Visible.tenants();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
        assertEquals(List.of("b"), other);
        assertEquals(List.of("a"), Visible.tenants());
    }
}
