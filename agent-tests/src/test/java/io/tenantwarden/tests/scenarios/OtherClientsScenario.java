package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** In {@code enforce}: what speaks to PostgreSQL is covered, or does not speak. What wraps pgjdbc is not accused. */
class OtherClientsScenario {

    private static final String ROWS = "select tenant_id from invoices";

    /** Runs as nobody and as a tenant. */
    private static void assertIsolated(Connect connect) throws Exception {
        try (Connection c = connect.open()) {
            SQLException refusal = assertThrows(SQLException.class, () -> Db.column(c, ROWS));
            assertTrue(refusal.getMessage().startsWith("[warden] refused: unscoped SELECT"), refusal::toString);
            // the site is the application and not the driver, whatever its name
            assertTrue(refusal.getMessage().contains(" at " + Db.class.getName() + ".column("), refusal::toString);
        }
        List<String> rows = TenantContext.as("a", () -> {
            try (Connection c = connect.open()) {
                return Db.column(c, ROWS);
            }
        });
        assertEquals(Set.of("a"), Set.copyOf(rows));
        assertEquals(TestDatabase.ROWS, rows.size());
    }

    private interface Connect {
        Connection open() throws Exception;
    }

    private static void assertUncovered(String product, Executable work) {
        Throwable thrown = assertThrows(Throwable.class, work);
        Throwable cause = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
        assertTrue(cause instanceof SQLException, () -> "not refused: " + cause);
        assertEquals("42501", ((SQLException) cause).getSQLState());
        assertTrue(cause.getMessage().startsWith("[warden] refused: uncovered client at "), cause::toString);
        assertTrue(cause.getMessage().contains(product), cause::toString);
        assertTrue(cause.getMessage().contains(OtherClientsScenario.class.getName()), cause::toString);
        assertTrue(cause.getMessage().contains("warden.datasource.exclude=*@"), cause::toString);
        assertTrue(!cause.getMessage().contains("secret"), cause::toString);
    }

    private static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url, "warden_app", "secret");
    }

    private static String url(String protocol) {
        return Db.url().replace("jdbc:postgresql:", protocol);
    }

    private static Object invoke(String type, String method, Object argument) throws Exception {
        return Class.forName(type).getMethod(method, argument.getClass()).invoke(null, argument);
    }

    // ---- covered

    @Test
    void pgjdbcUnderAnotherName() throws Exception {
        assertTrue(Boolean.getBoolean("relocated"));
        Driver driver = (Driver)
                Class.forName("com.acme.shaded.pg.Driver").getConstructor().newInstance();
        Properties properties = new Properties();
        properties.setProperty("user", "warden_app");
        properties.setProperty("password", "secret");
        assertIsolated(() -> driver.connect(Db.url(), properties));
        DataSource source = (DataSource) Class.forName("com.acme.shaded.pg.ds.PGSimpleDataSource")
                .getConstructor()
                .newInstance();
        source.getClass().getMethod("setUrl", String.class).invoke(source, Db.url());
        assertIsolated(() -> source.getConnection("warden_app", "secret"));
    }

    @Test
    void driversThatWrap() throws Exception {
        assertIsolated(() -> connect(url("jdbc:p6spy:postgresql:")));
        assertIsolated(() -> connect(url("jdbc:aws-wrapper:postgresql:") + "?wrapperPlugins="));
        assertIsolated(() -> connect(Db.url() + "?loginTimeout=10")); // opened on a thread of the driver
    }

    @Test
    void aDriverThatWrapsWithoutUnwrapping() throws Exception {
        Driver driver = new ProxyDriver(() -> connect(Db.url()));
        assertIsolated(() -> driver.connect(url("jdbc:acme:postgresql:"), new Properties()));
    }

    /** The second time the connection is one that was opened long ago. */
    @Test
    void aDriverThatPools() throws Exception {
        Connection[] pooled = new Connection[1];
        Driver driver = new ProxyDriver(() -> pooled[0] = pooled[0] == null ? connect(Db.url()) : pooled[0]);
        for (int i = 0; i < 2; i++) {
            assertNotNull(driver.connect(url("jdbc:pool:postgresql:"), new Properties()));
        }
        pooled[0].close();
    }

    /** Other databases are nobody's business, whatever their host, file or mode is called. */
    @Test
    void otherDatabases() throws Exception {
        for (String url : List.of(
                "jdbc:mysql://postgresql/app",
                "jdbc:h2:mem:x;MODE=PostgreSQL",
                "jdbc:hsqldb:mem:postgresql",
                "jdbc:sqlite:/var/lib/postgresql/x")) {
            assertNotNull(new ProxyDriver(() -> null, true).connect(url, new Properties()), url);
        }
    }

    // ---- not covered

    @Test
    void aDriverOfItsOwn() {
        class OwnDriver extends ProxyDriver {
            OwnDriver() {
                super(() -> null, true);
            }
        }
        Driver driver = new OwnDriver();
        assertUncovered(
                "OwnDriver",
                () -> driver.connect("jdbc:acme:postgresql://user:secret@host/db?password=secret", new Properties()));
    }

    @Test
    void pgjdbcNg() {
        assertUncovered("com.impossibl.postgres.jdbc.PGDriver", () -> connect(url("jdbc:pgsql:")));
        assertUncovered("pgjdbc-ng", () -> {
            DataSource source = (DataSource) Class.forName("com.impossibl.postgres.jdbc.PGDataSource")
                    .getConstructor()
                    .newInstance();
            source.getConnection("warden_app", "secret");
        });
    }

    @Test
    void r2dbc() throws Exception {
        String url = Db.url().replace("jdbc:postgresql://", "r2dbc:postgresql://warden_app:secret@");
        Object factory = invoke("io.r2dbc.spi.ConnectionFactories", "get", url);
        assertUncovered("R2DBC", () -> factory.getClass().getMethod("create").invoke(factory));
    }

    @Test
    void vertx() throws Exception {
        String url = Db.url().replace("jdbc:postgresql://", "postgresql://warden_app:secret@");
        Object options = invoke("io.vertx.pgclient.PgConnectOptions", "fromUri", url);
        assertUncovered(
                "Vert.x",
                () -> Class.forName("io.vertx.sqlclient.Pool")
                        .getMethod("pool", Class.forName("io.vertx.sqlclient.SqlConnectOptions"))
                        .invoke(null, options));
    }

    @Test
    void jasync() throws Exception {
        assertUncovered(
                "jasync-sql",
                () -> invoke(
                        "com.github.jasync.sql.db.postgresql.PostgreSQLConnectionBuilder",
                        "createConnectionPool",
                        url("jdbc:postgresql:") + "?user=warden_app&password=secret"));
    }

    @Test
    void whatIsExcludedMayPass() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("user", "metrics");
        assertNotNull(new ProxyDriver(() -> null, true).connect("jdbc:acme:postgresql://host/metrics", properties));
        String url = "r2dbc:postgresql://warden_app:secret@localhost:5432/metrics";
        Object factory = invoke("io.r2dbc.spi.ConnectionFactories", "get", url);
        assertNotNull(factory.getClass().getMethod("create").invoke(factory));
    }

    /** Nothing of this driver can be instrumented, because its loader shows no class file. */
    @Test
    @SuppressWarnings("unchecked")
    void aDriverThatCannotBeInstrumented() throws Exception {
        URL jar = Path.of(System.getProperty("driver.jar")).toUri().toURL();
        try (HidingLoader loader = new HidingLoader(getClass().getClassLoader(), false, jar)) {
            Driver driver = (Driver) Class.forName("org.postgresql.Driver", true, loader)
                    .getConstructor()
                    .newInstance();
            Throwable first = assertThrows(LinkageError.class, () -> PlugIn.query(driver, Db.url(), ROWS));
            assertTrue(first.getMessage().startsWith("[warden] refused: the class org.postgresql."), first::toString);
            assertTrue(first.getMessage().contains("could not be instrumented"), first::toString);
            for (int i = 0; i < 2; i++) { // and so for ever
                assertThrows(LinkageError.class, () -> PlugIn.query(driver, Db.url(), ROWS));
            }
        }
    }

    /** A driver whose connections say nothing of what is behind them. */
    private static class ProxyDriver implements Driver {

        private final Connect target;
        private final boolean alone;

        ProxyDriver(Connect target) {
            this(target, false);
        }

        /** @param alone whether there is nothing behind */
        ProxyDriver(Connect target, boolean alone) {
            this.target = target;
            this.alone = alone;
        }

        @Override
        public Connection connect(String url, Properties info) throws SQLException {
            Connection behind;
            try {
                behind = target.open();
            } catch (Exception e) {
                throw new SQLException(e);
            }
            return (Connection) Proxy.newProxyInstance(
                    ProxyDriver.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().endsWith("rap") || method.getName().endsWith("WrapperFor")) {
                            throw new SQLException("wraps nothing");
                        }
                        if (alone) {
                            return null;
                        }
                        try {
                            return method.invoke(behind, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }

        @Override
        public boolean acceptsURL(String url) {
            return true;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }
    }
}
