package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.tenantwarden.tests.jvm.Await;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The application logs with Logback: the agent's lines are there, on loggers and levels that can be routed. */
class LogbackScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    @Test
    void linesAreInTheApplicationsLog() throws Exception {
        RecordingAppender log = new RecordingAppender();
        log.attach();
        try (Connection c = Db.plain().getConnection()) {
            Db.column(c, "select note from invoices where amount = 7 /* kept out */");
            Db.column(c, "select note from invoices where amount = 8");
        }
        Await.until(() -> !log.with("VIOLATION").isEmpty(), log::toString);
        ILoggingEvent banner = log.with("[warden] Tenant Warden ").get(0);
        assertEquals("tenantwarden", banner.getLoggerName());
        assertEquals(Level.INFO, banner.getLevel());
        List<ILoggingEvent> cover = log.with("[warden] COVER database=");
        assertEquals(1, cover.size(), log::toString);
        assertEquals("tenantwarden", cover.get(0).getLoggerName());
        assertEquals(Level.INFO, cover.get(0).getLevel());
        ILoggingEvent violation = log.with("[warden] VIOLATION unscoped-query ").get(0);
        assertEquals("tenantwarden.violations", violation.getLoggerName());
        assertEquals(Level.WARN, violation.getLevel());
        String text = violation.getFormattedMessage();
        assertTrue(text.contains("tables=public.invoices site=io.tenantwarden.tests.jvm.Db.column(Db.java:"), text);
        assertTrue(text.contains(" op=SELECT count=1 id="), text);
        assertTrue(
                text.contains("sql=\"select note from invoices where amount = ?\" next=")
                        || text.contains("sql=\"select note from invoices where amount = $1\" next="),
                text);
    }

    /** One statement that runs many times is one violation: told at the first, the tenth, the hundredth time. */
    @Test
    void repetitionsAreCounted() throws Exception {
        RecordingAppender log = new RecordingAppender();
        log.attach();
        try (Connection c = Db.plain().getConnection()) {
            for (int i = 0; i < 150; i++) {
                Db.column(c, "select id from customers where note = ?", "x" + i);
            }
        }
        Await.until(() -> !log.with("count=100 ").isEmpty(), log::toString);
        assertEquals(
                3, log.with("VIOLATION unscoped-query tables=public.customers").size(), log::toString);
    }
}
