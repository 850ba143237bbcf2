package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.torture.CuttingProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several servers in one URL, and TLS. Mode enforce: a server whose catalog was not read would show. */
class NetworkScenario {

    // not static: the JVM that lists the tests has no database
    private final URI server = URI.create(Db.url().substring("jdbc:".length()));

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private String url(int firstPort, String parameters) {
        return "jdbc:postgresql://127.0.0.1:" + firstPort + ",127.0.0.1:" + server.getPort() + server.getPath()
                + "?loginTimeout=10&" + parameters;
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername("warden_app");
        config.setPassword("secret");
        config.setMaximumPoolSize(2);
        config.setMinimumIdle(0);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new HikariDataSource(config);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Each tenant its own rows in both autocommit modes, and nobody nothing. */
    private static void assertIsolated(Connection c) throws SQLException {
        for (boolean autocommit : new boolean[] {true, false}) {
            c.setAutoCommit(autocommit);
            for (String tenant : new String[] {"a", "b"}) {
                TenantContext.set(tenant);
                assertEquals(
                        Collections.nCopies(TestDatabase.ROWS, tenant),
                        Db.column(c, "select tenant_id from invoices"),
                        "autocommit " + autocommit);
                if (!autocommit) {
                    c.commit();
                }
            }
            TenantContext.clear();
            SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select tenant_id from invoices"));
            assertTrue(e.getMessage().startsWith("[warden] refused:"), e.getMessage());
            if (!autocommit) {
                c.rollback();
            }
        }
    }

    @Test
    void theNextHostWhenTheFirstIsDown() throws Exception {
        for (String choice : List.of("targetServerType=any", "targetServerType=primary", "loadBalanceHosts=true")) {
            try (HikariDataSource pool = pool(url(closedPort(), choice));
                    Connection first = pool.getConnection();
                    Connection second = pool.getConnection()) {
                assertIsolated(first);
                assertIsolated(second);
            }
        }
    }

    @Test
    void theNextHostWhenTheFirstGoesDownInATransaction() throws Exception {
        try (CuttingProxy first = new CuttingProxy(server.getPort());
                HikariDataSource pool = pool(url(first.port(), "targetServerType=primary"))) {
            try (Connection c = pool.getConnection()) {
                assertIsolated(c);
                c.setAutoCommit(false);
                TenantContext.set("a");
                try (Statement s = c.createStatement()) {
                    assertEquals(TestDatabase.ROWS, s.executeUpdate("update invoices set note = 'lost'"));
                }
                first.close();
                SQLException e = assertThrows(SQLException.class, () -> Db.column(c, "select note from invoices"));
                assertTrue(e.getSQLState().startsWith("08"), e.getSQLState() + " " + e.getMessage());
            }
            TenantContext.clear(); // what is captured at checkout would count
            try (Connection c = pool.getConnection()) {
                assertIsolated(c);
                TenantContext.set("a");
                assertEquals(List.of("0"), Db.column(c, "select count(*) from invoices where note = 'lost'"));
            }
        }
    }

    @Test
    void tls() throws Exception {
        for (String mode : List.of("simple", "extended", "extendedForPrepared", "extendedCacheEverything")) {
            try (Connection c = DriverManager.getConnection(
                    Db.url() + "?sslmode=require&preferQueryMode=" + mode, "warden_app", "secret")) {
                assertEquals(
                        List.of("t"),
                        Db.columnPlain(c, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"),
                        mode);
                assertIsolated(c);
            }
        }
    }
}
