package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Await;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * The application's log goes to the database: reporting a violation runs SQL on a protected table, outside any tenant
 * scope, from the same pool. That must neither be a violation in its turn nor be refused.
 */
class JdbcAppenderScenario {

    /** Writes each of the agent's lines to a protected table. */
    private static final class DatabaseAppender extends RecordingAppender {
        private final DataSource pool;
        private final AtomicInteger written = new AtomicInteger();
        private volatile SQLException failure;

        DatabaseAppender(DataSource pool) {
            this.pool = pool;
        }

        @Override
        protected void append(ILoggingEvent event) {
            super.append(event);
            if (!event.getLoggerName().startsWith("tenantwarden")) {
                return;
            }
            try (Connection c = pool.getConnection()) {
                Db.column(
                        c, "select count(*) /* appender */ from customers where note = ?", event.getFormattedMessage());
                written.incrementAndGet();
            } catch (SQLException e) {
                failure = e;
            }
        }
    }

    @Test
    void reportingDoesNotReportItself() throws Exception {
        try (HikariDataSource pool = Db.hikari(2)) {
            DatabaseAppender log = new DatabaseAppender(pool);
            log.attach();
            unscoped(pool, "select id from invoices where amount = 1");
            Await.until(() -> !log.with("select id from invoices").isEmpty(), log::toString);
            unscoped(pool, "select note from invoices where amount = 1");
            Await.until(() -> !log.with("select note from invoices").isEmpty(), log::toString);
            Await.until(() -> log.written.get() >= log.with("").size() || log.failure != null, log::toString);
            assertEquals(null, log.failure);
            assertEquals(2, log.with("VIOLATION").size(), log::toString);
            assertTrue(log.with("customers where note").isEmpty(), log::toString);
        }
    }

    private static void unscoped(DataSource pool, String sql) throws SQLException {
        try (Connection c = pool.getConnection()) {
            Db.column(c, sql);
        } catch (SQLException refused) {
            assertEquals("42501", refused.getSQLState(), refused::toString);
        }
    }
}
