package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * {@code mdc:tenantId} with Logback, and several settings at once:
 * {@code app.tenant_id={tenant},app.user={mdc:user},app.label=tenant-{tenant}/{mdc:user},app.is_platform=off}.
 */
class MdcSourceScenario {

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @Test
    void theDiagnosticContextIsRead() throws Exception {
        LoggerFactory.getLogger(MdcSourceScenario.class).info("the application logs");
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of(), Visible.tenants(c));
            MDC.put("tenantId", "a");
            assertEquals(List.of("a"), Visible.tenants(c));
            try (MDC.MDCCloseable ignored = MDC.putCloseable("tenantId", "b")) {
                assertEquals(List.of("b"), Visible.tenants(c));
            }
            assertEquals(List.of(), Visible.tenants(c));
        }
    }

    @Test
    void severalSettingsAtOnce() throws Exception {
        MDC.put("tenantId", "a");
        MDC.put("user", "o'hara, \"x\"");
        try (Connection c = Db.plain().getConnection()) {
            assertEquals(List.of("a"), Visible.setting(c, "app.tenant_id"));
            assertEquals(List.of("o'hara, \"x\""), Visible.setting(c, "app.user"));
            assertEquals(List.of("tenant-a/o'hara, \"x\""), Visible.setting(c, "app.label"));
            assertEquals(List.of("off"), Visible.setting(c, "app.is_platform"));
            c.setAutoCommit(false);
            assertEquals(List.of("o'hara, \"x\""), Visible.setting(c, "app.user"));
            MDC.put("user", "other");
            assertEquals(List.of("other"), Visible.setting(c, "app.user"));
            c.commit();
            MDC.put("tenantId", "b");
            assertEquals(List.of("b"), Visible.setting(c, "app.tenant_id"));
            assertEquals(List.of("tenant-b/other"), Visible.setting(c, "app.label"));
            c.commit();
        }
    }

    @Test
    void aValueThatIsNotThereIsEmpty() throws Exception {
        MDC.put("tenantId", "a");
        try (Connection c = Db.plain().getConnection()) {
            MDC.put("user", "somebody");
            assertEquals(List.of("somebody"), Visible.setting(c, "app.user"));
            MDC.remove("user");
            assertEquals(List.of(""), Visible.setting(c, "app.user"));
            assertEquals(List.of(""), Visible.setting(c, "app.label"));
            assertEquals(List.of("a"), Visible.setting(c, "app.tenant_id"));
        }
    }
}
