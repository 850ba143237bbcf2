package io.tenantwarden.engine.session;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.PlainStatements;
import io.tenantwarden.rls.RoleFacts;
import io.tenantwarden.rls.audit.AuditFacts;
import java.lang.reflect.InvocationTargetException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Reads what the rules of the preflight look at, on a connection of Warden's own: the same driver, server and role as one
 * of the application's connections, closed when the reading is done. The application's connections are not used, because
 * this reading is not needed before a statement may run and would hold it up. Used by one thread.
 */
public final class FactsReader {

    private static final String CONNECT_SECONDS = "10";

    /** A reading that takes longer is given up; it is nothing that anybody waits for. */
    private static final String SOCKET_SECONDS = "60";

    /**
     * Local to the transaction, because behind a pooler a setting of the session would be left to others. A table that a
     * migration has locked is not waited for.
     */
    private static final String LIMITS =
            "/* tenant-warden */ select pg_catalog.set_config('statement_timeout', '30s', true),"
                    + " pg_catalog.set_config('lock_timeout', '2s', true)";

    private final CatalogOptions options;
    private volatile Thread connecting;

    /** @param options the same that catalogs are read with */
    public FactsReader(CatalogOptions options) {
        this.options = options;
    }

    /** Whether the connection that the current thread opens is Warden's own. */
    boolean isConnecting() {
        return connecting == Thread.currentThread();
    }

    /**
     * Reads the facts about the role of a session.
     *
     * @param like an open session of the application
     * @param catalog the snapshot that the rules go by
     * @throws SQLException what the driver says; also when it cannot be used in this way
     */
    public AuditFacts read(Session like, Catalog catalog) throws SQLException {
        try (Connection c = connect(like)) {
            c.setAutoCommit(false);
            try (Statement s = PlainStatements.create(c)) {
                s.execute(LIMITS);
            }
            try {
                return AuditFacts.read(c, options, RoleFacts.read(c), catalog);
            } finally {
                rollBack(c);
            }
        }
    }

    private static void rollBack(Connection c) {
        try {
            c.rollback();
        } catch (SQLException e) {
            // the connection is broken, and closed next; what the reading said of it counts
        }
    }

    private Connection connect(Session like) throws SQLException {
        connecting = Thread.currentThread();
        try {
            String url = "jdbc:postgresql://" + like.driver().host() + "/"
                    + URLEncoder.encode(like.driver().database(), StandardCharsets.UTF_8);
            Connection c = driver(like.connection().getClass()).connect(url, properties(like.properties()));
            if (c == null) {
                throw new SQLException("the driver does not take the URL of its own connection");
            }
            return c;
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new SQLException("the driver cannot be asked for a second connection: " + e, e);
        } finally {
            connecting = null;
        }
    }

    /** {@code org.postgresql.Driver}, or the one of a copy of the driver under another name. */
    private static Driver driver(Class<?> ofConnection) throws ReflectiveOperationException, SQLException {
        String name = ofConnection.getPackageName().replaceFirst("\\.[^.]+$", "") + ".Driver";
        try {
            return (Driver) Class.forName(name, true, ofConnection.getClassLoader())
                    .getConstructor()
                    .newInstance();
        } catch (InvocationTargetException e) {
            throw new SQLException("the driver " + name + " failed: " + e.getCause(), e);
        }
    }

    private static Properties properties(Properties ofApplication) {
        Properties own = new Properties();
        for (String name : ofApplication.stringPropertyNames()) {
            own.setProperty(name, ofApplication.getProperty(name));
        }
        own.setProperty("loginTimeout", "0"); // else the driver connects on a thread of its own
        own.setProperty("connectTimeout", CONNECT_SECONDS);
        own.setProperty("socketTimeout", SOCKET_SECONDS);
        own.setProperty("prepareThreshold", "0"); // behind a pooler a named statement may be another's
        own.setProperty("targetServerType", "any"); // the server is the one that the application's connection is on
        own.remove("readOnly");
        own.remove("service");
        return own;
    }
}
