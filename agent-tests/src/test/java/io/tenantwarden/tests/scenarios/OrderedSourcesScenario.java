package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three sources in order: {@code warden.tenant}, {@code .2}, {@code .10}; the last is {@code value:b}. */
class OrderedSourcesScenario {

    private static final ThreadLocal<String> SECOND = new ThreadLocal<>();

    private static int asked;

    /** Named by warden.tenant.2. */
    static String second() {
        asked++;
        return SECOND.get();
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
        SECOND.remove();
    }

    @Test
    void theFirstThatAnswersWins() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("b"), Visible.tenants(c), "the constant at the end");
            SECOND.set("a");
            assertEquals(List.of("a"), Visible.tenants(c));
            TenantContext.set("b");
            int before = asked;
            assertEquals(List.of("b"), Visible.tenants(c));
            assertEquals(before, asked, "the second was asked although the first had answered");
        }
    }

    @Test
    void blankPassesToTheNext() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            TenantContext.set(" ");
            SECOND.set("");
            assertEquals(List.of("b"), Visible.tenants(c));
            SECOND.set("a");
            assertEquals(List.of("a"), Visible.tenants(c));
        }
    }
}
