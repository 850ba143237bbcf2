package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.lang.reflect.InvocationTargetException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Connections of Warden's own: the same driver, server and role as one of the application's connections, for what no
 * statement has to wait for. One at a time in the whole JVM, used for one reading and closed. Thread-safe.
 */
public final class OwnConnections {

    /** {@code connection_does_not_exist}: the connection that shows how to make another is no more. */
    static final String GONE = "08003";

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

    /** What an application sets for its own queries; ours are none of them (class {@code PGProperty}). */
    private static final List<String> NOT_OURS = List.of(
            "readOnly",
            "readOnlyMode",
            "service",
            "maxResultBuffer",
            "defaultRowFetchSize",
            "adaptiveFetch",
            "adaptiveFetchMinimum",
            "adaptiveFetchMaximum",
            "queryTimeout",
            "autosave",
            "loggerLevel",
            "loggerFile",
            "logServerErrorDetail",
            "logUnclosedConnections",
            "quoteReturningIdentifiers",
            "stringtype",
            "binaryTransferDisable",
            "binaryTransferEnable");

    private final ReentrantLock one = new ReentrantLock();
    private final Map<String, Long> refusedLogins = new ConcurrentHashMap<>();
    private volatile Thread connecting;

    /** What is done on the connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /** Whether the connection that the current thread opens is Warden's own. */
    boolean isConnecting() {
        return connecting == Thread.currentThread();
    }

    /**
     * Opens a connection, does the work in a transaction that is rolled back, and closes it.
     *
     * @param like an open session of the application
     * @throws SQLException what the driver says; also when the server refused the password of this session before: it is not
     *     tried again, because accounts get locked
     */
    <T> T read(Session like, Work<T> work) throws SQLException {
        String login = like.database().server() + "/" + like.role().login();
        Long refused = refusedLogins.get(login);
        if (refused != null && like.number() <= refused) {
            throw new SQLException(
                    "the server refused the password of the application's last connection, which is not tried again until"
                            + " the application opens another one",
                    "28000");
        }
        one.lock();
        try (Connection c = connect(like)) {
            c.setAutoCommit(false);
            try (Statement s = PlainStatements.create(c)) {
                s.execute(LIMITS);
            }
            try {
                return work.on(c);
            } finally {
                rollBack(c);
            }
        } catch (SQLException e) {
            if (e.getSQLState() != null && e.getSQLState().startsWith("28")) {
                refusedLogins.put(login, like.number());
            }
            throw e;
        } finally {
            one.unlock();
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
            String url = "jdbc:postgresql://" + like.database().server() + "/"
                    + URLEncoder.encode(like.driver().database(), StandardCharsets.UTF_8);
            Object pattern = like.connection();
            if (pattern == null) {
                throw new SQLException("the application's connection is gone", GONE);
            }
            Connection c = driver(pattern.getClass()).connect(url, properties(like.properties()));
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
        NOT_OURS.forEach(own::remove);
        own.setProperty("loginTimeout", "0"); // else the driver connects on a thread of its own
        own.setProperty("connectTimeout", CONNECT_SECONDS);
        own.setProperty("socketTimeout", SOCKET_SECONDS);
        own.setProperty("prepareThreshold", "0"); // behind a pooler a named statement may be another's
        own.setProperty("targetServerType", "any"); // the server is the one that the application's connection is on
        return own;
    }
}
