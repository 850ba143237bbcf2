package io.tenantwarden.engine.inject;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection seen through JDBC and one more method, which every version of pgjdbc and its forks has had in public since
 * 9.4.1208: {@code PgConnection#getTransactionState}.
 */
public final class JdbcConnection implements DriverConnection {

    private static final ClassValue<MethodHandle> TRANSACTION_STATE = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            MethodType call = MethodType.methodType(Object.class, Object.class);
            try {
                return MethodHandles.publicLookup()
                        .unreflect(type.getMethod("getTransactionState"))
                        .asType(call);
            } catch (ReflectiveOperationException e) {
                // thrown where it is asked, so that the connection counts as not covered
                return MethodHandles.dropArguments(
                        MethodHandles.throwException(Object.class, IllegalStateException.class)
                                .bindTo(new IllegalStateException(
                                        type.getName() + ".getTransactionState() is missing")),
                        0,
                        Object.class);
            }
        }
    };

    private final WeakReference<Connection> connection;
    private final Properties properties;
    private final MethodHandle transactionState;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean skipped;

    /**
     * @param connection the driver's own
     * @param properties what it was opened with; null when that is not known
     */
    public JdbcConnection(Connection connection, Properties properties) {
        this.connection = new WeakReference<>(connection);
        this.properties = properties == null ? new Properties() : properties;
        this.transactionState = TRANSACTION_STATE.get(connection.getClass());
    }

    @Override
    public String strategy() {
        return "jdbc";
    }

    /** Our own: what the driver locks inside is always taken after it. */
    @Override
    public ReentrantLock lock() {
        return lock;
    }

    /** The driver waits for it itself, before it sends what comes next, ours or the application's. */
    @Override
    public void waitForCopy() {
        // nothing to be done here
    }

    @Override
    public boolean inTransaction() {
        return state("OPEN");
    }

    @Override
    public boolean inFailedTransaction() {
        return state("FAILED");
    }

    private boolean state(String name) {
        try {
            return ((Enum<?>) (Object) transactionState.invokeExact((Object) connection()))
                    .name()
                    .equals(name);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asked when an execution has ended, with all of its answers. */
    @Override
    public boolean isAnswerFromBefore() {
        return false;
    }

    @Override
    public boolean hasSkippedStatement() {
        return skipped;
    }

    /** The statement that has just ended failed, or did not. */
    public void skipped(boolean failed) {
        skipped = failed;
    }

    @Override
    public String user() throws SQLException {
        return open().getMetaData().getUserName();
    }

    /**
     * What the driver asked for ({@code PGProperty#PG_DBNAME}, which it always sets). {@code getCatalog} asks the server in
     * newer drivers: a statement of ours that could be cancelled.
     */
    @Override
    public String database() throws SQLException {
        String name = properties.getProperty("PGDBNAME");
        return name == null ? open().getCatalog() : name;
    }

    /** Of several hosts in the URL all: which one it is the driver does not say in JDBC. */
    @Override
    public String host() throws SQLException {
        String url = open().getMetaData().getURL();
        int from = url.indexOf("//");
        if (from < 0) {
            return "localhost:5432"; // jdbc:postgresql:database
        }
        int to = url.indexOf('/', from + 2);
        String host = to < 0 ? url.substring(from + 2) : url.substring(from + 2, to);
        return host.toLowerCase(Locale.ROOT);
    }

    /** {@code 42.7.14}, or whatever the driver calls itself. */
    public String driverVersion() {
        try {
            return open().getMetaData().getDriverName() + " "
                    + open().getMetaData().getDriverVersion();
        } catch (SQLException e) {
            return "of a connection that is closed";
        }
    }

    private Connection open() throws SQLException {
        Connection own = connection.get();
        if (own == null) {
            throw new SQLException("the connection is gone: nobody uses it any more");
        }
        return own;
    }

    /** The driver's connection; null when nobody uses it any more. */
    public Connection connection() {
        return connection.get();
    }
}
