package io.tenantwarden.bootstrap;

import java.io.IOException;
import java.lang.invoke.MethodHandles;

/**
 * The methods that instrumented code calls. Nothing is decided here: each passes on to the {@link Bridge} and keeps a bug
 * of ours away from the application, but for the refusal that the bridge chose.
 */
public final class Hooks {

    /** Written once, before the first class is instrumented. */
    private static Bridge bridge;

    /** Null until a security manager was seen. */
    private static volatile Bridge privileged;

    /** {@code org.postgresql.core.QueryExecutor.QUERY_SUPPRESS_BEGIN}. */
    private static final int QUERY_SUPPRESS_BEGIN = 16;

    /** Stands for a call of a function by its number, of which no text is known. */
    public static final String FASTPATH = "select pg_catalog.lo_open(0, 0)";

    private Hooks() {}

    /** Called by the installer, before it adds its class file transformer. */
    public static void install(Bridge engine) {
        bridge = engine;
    }

    @SuppressWarnings("removal")
    private static Bridge bridge() {
        return System.getSecurityManager() == null ? bridge : privileged();
    }

    private static Bridge privileged() {
        if (privileged == null) {
            privileged = Privileged.calls(Bridge.class, bridge);
        }
        return privileged;
    }

    public static void executorCreated(Object executor, Object[] arguments, MethodHandles.Lookup lookup) {
        try {
            bridge().executorCreated(executor, arguments, lookup);
        } catch (Throwable bug) {
            failed("executorCreated", bug);
        }
    }

    public static void connectionOpened(Object connection) {
        try {
            bridge().connectionOpened(connection);
        } catch (Throwable bug) {
            failed("connectionOpened", bug);
        }
    }

    /** @return whether {@link #afterExecute} must be called */
    public static boolean beforeExecute(Object executor, Object queries, Object parameters, int flags) {
        Throwable refusal;
        try {
            refusal = bridge().beforeExecute(executor, queries, parameters, flags);
        } catch (Throwable bug) {
            refusal = failedStatement("beforeExecute", bug);
            if (refusal == null) {
                return false;
            }
        }
        if (refusal != null) {
            throw Hooks.<RuntimeException>sneak(refusal);
        }
        return true;
    }

    public static void afterExecute(Object executor, boolean entered, Throwable thrown) {
        if (!entered) {
            return;
        }
        try {
            bridge().afterExecute(executor, thrown);
        } catch (Throwable bug) {
            failed("afterExecute", bug);
        }
    }

    /** @return whether {@link #afterExecute} must be called */
    public static boolean beforeCopy(Object executor, String sql, boolean autocommit) {
        Throwable refusal;
        try {
            refusal = bridge().beforeCopy(executor, sql, autocommit);
        } catch (Throwable bug) {
            refusal = failedStatement("beforeCopy", bug);
            if (refusal == null) {
                return false;
            }
        }
        if (refusal != null) {
            throw Hooks.<RuntimeException>sneak(refusal);
        }
        return true;
    }

    /** @return whether {@link #afterExecute} must be called */
    public static boolean beforeFastpath(Object executor, boolean autocommit) {
        Throwable refusal;
        try {
            refusal = bridge().beforeFastpath(executor, autocommit);
        } catch (Throwable bug) {
            refusal = failedStatement("beforeFastpath", bug);
            if (refusal == null) {
                return false;
            }
        }
        if (refusal != null) {
            throw Hooks.<RuntimeException>sneak(refusal);
        }
        return true;
    }

    /** @return what {@link #afterStatement} is to be given */
    public static Object beforePortableFastpath(Object fastpath) {
        boolean decides;
        try {
            decides = bridge().decidesFastpath();
        } catch (Throwable bug) {
            failed("beforePortableFastpath", bug);
            decides = false;
        }
        return decides ? beforeStatement(fastpath, FASTPATH) : null;
    }

    public static void beforeSend(Object executor, Object query, int flags) {
        Throwable broken;
        try {
            broken = bridge().beforeSend(executor, query, flags);
        } catch (Throwable bug) {
            failedStatement("beforeSend", bug);
            // Bytes may be in the stream already: the driver closes the connection on an IOException, and only on that.
            broken = new IOException("[warden] refused: injection failed, the connection is closed", bug);
        }
        if (broken != null) {
            throw Hooks.<RuntimeException>sneak(broken);
        }
    }

    public static void statusReceived(Object executor, String tag) {
        try {
            bridge().statusReceived(executor, tag);
        } catch (Throwable bug) {
            failed("statusReceived", bug);
        }
    }

    /** @return whether the driver must not hand them on */
    public static boolean rowsReceived(
            Object handler, Object owner, Object query, Object fields, Object rows, Object more) {
        Throwable refusal;
        try {
            return bridge().rowsReceived(handler, owner, query, fields, rows, more);
        } catch (Throwable bug) {
            refusal = failedStatement("rowsReceived", bug);
        }
        if (refusal != null) {
            // The rest of the answer is still to be read: the driver closes the connection on an IOException.
            throw Hooks.<RuntimeException>sneak(new IOException(refusal.getMessage(), refusal));
        }
        return false;
    }

    public static boolean swallowStatus(Object executor) {
        try {
            return bridge().swallowStatus(executor);
        } catch (Throwable bug) {
            failed("swallowStatus", bug);
            return false;
        }
    }

    public static void readyForQuery(Object executor) {
        try {
            bridge().readyForQuery(executor);
        } catch (Throwable bug) {
            failed("readyForQuery", bug);
        }
    }

    public static void jdbcConnectionOpened(Object connection, Object[] arguments) {
        try {
            bridge().jdbcConnectionOpened(connection, arguments);
        } catch (Throwable bug) {
            failed("jdbcConnectionOpened", bug);
        }
    }

    public static void statementPrepared(Object connection, Object statement, String sql) {
        try {
            bridge().statementPrepared(connection, statement, sql);
        } catch (Throwable bug) {
            failed("statementPrepared", bug);
        }
    }

    public static void batchAdded(Object statement, String sql) {
        try {
            bridge().batchAdded(statement, sql);
        } catch (Throwable bug) {
            failed("batchAdded", bug);
        }
    }

    public static void batchCleared(Object statement) {
        try {
            bridge().batchCleared(statement);
        } catch (Throwable bug) {
            failed("batchCleared", bug);
        }
    }

    /** @return what {@link #afterStatement} is to be given */
    public static Object beforeStatement(Object owner, String sql) {
        return beforeStatement(owner, sql, false, false);
    }

    /** As {@link #beforeStatement}, for all statements of a batch. */
    public static Object beforeBatch(Object statement) {
        return beforeStatement(statement, null, true, false);
    }

    /** As {@link #beforeStatement}, with the driver's own flags ({@code BaseStatement#executeWithFlags}). */
    public static Object beforeTextWithFlags(Object statement, String sql, int flags) {
        return beforeStatement(statement, sql, false, (flags & QUERY_SUPPRESS_BEGIN) != 0);
    }

    private static Object beforeStatement(Object owner, String sql, boolean batch, boolean noBegin) {
        Object result;
        try {
            result = bridge().beforeStatement(owner, sql, batch, noBegin);
        } catch (Throwable bug) {
            result = failedStatement("beforeStatement", bug);
        }
        if (result instanceof Throwable) {
            throw Hooks.<RuntimeException>sneak((Throwable) result);
        }
        return result;
    }

    public static Object beforeCommit(Object connection) {
        return beforeStatement(connection, "COMMIT");
    }

    public static Object beforeRollback(Object connection) {
        return beforeStatement(connection, "ROLLBACK");
    }

    public static Object beforeRollbackTo(Object connection) {
        return beforeStatement(connection, "ROLLBACK TO SAVEPOINT savepoint");
    }

    /** Switching it on commits (JDBC 4.3, section 10.1.1); switching it off sends nothing. */
    public static Object beforeSetAutoCommit(Object connection, boolean autocommit) {
        return autocommit ? beforeStatement(connection, "COMMIT") : null;
    }

    /** A look-up of types the driver makes outside of a transaction: values set before it would begin one. */
    public static Object beforeExecuteWithFlags(Object statement, int flags) {
        return (flags & QUERY_SUPPRESS_BEGIN) != 0 ? null : beforeStatement(statement, null);
    }

    public static void afterStatement(Object token, Throwable thrown) {
        if (token == null) {
            return;
        }
        try {
            bridge().afterStatement(token, thrown != null);
        } catch (Throwable bug) {
            failed("afterStatement", bug);
        }
    }

    public static void copyManagerCreated(Object manager, Object connection) {
        try {
            bridge().copyManagerCreated(manager, connection);
        } catch (Throwable bug) {
            failed("copyManagerCreated", bug);
        }
    }

    /** @return what {@link #connected} is to be given */
    public static int connecting() {
        return ThreadState.current().openedConnections();
    }

    public static void connected(int before, Object driver, String url, Object properties, Object connection) {
        Throwable refusal;
        try {
            boolean opened = ThreadState.current().openedConnections() != before;
            refusal = bridge().connected(driver, url, properties, connection, opened);
        } catch (Throwable bug) {
            refusal = failedStatement("connected", bug);
        }
        if (refusal != null) {
            throw Hooks.<RuntimeException>sneak(refusal);
        }
    }

    public static void clientUsed(String className, Object client, Object[] arguments) {
        Throwable refusal;
        try {
            refusal = bridge().clientUsed(className, client, arguments);
        } catch (Throwable bug) {
            refusal = failedStatement("clientUsed", bug);
        }
        if (refusal != null) {
            throw Hooks.<RuntimeException>sneak(refusal);
        }
    }

    public static void checkoutEntered(Object dataSource) {
        try {
            bridge().checkoutEntered(dataSource);
        } catch (Throwable bug) {
            failed("checkoutEntered", bug);
        }
    }

    public static void checkoutLeft(Object dataSource, Object connection) {
        try {
            bridge().checkoutLeft(dataSource, connection);
        } catch (Throwable bug) {
            failed("checkoutLeft", bug);
        }
    }

    public static void connectionClosing(Object connection) {
        try {
            bridge().connectionClosing(connection);
        } catch (Throwable bug) {
            failed("connectionClosing", bug);
        }
    }

    public static Object requestEntered(Object request) {
        try {
            return bridge().requestEntered(request);
        } catch (Throwable bug) {
            failed("requestEntered", bug);
            return null;
        }
    }

    public static void requestLeft(Object token) {
        if (token == null) {
            return;
        }
        try {
            bridge().requestLeft(token);
        } catch (Throwable bug) {
            failed("requestLeft", bug);
        }
    }

    public static Object messageEntered(Object message) {
        try {
            return bridge().messageEntered(message);
        } catch (Throwable bug) {
            failed("messageEntered", bug);
            return null;
        }
    }

    public static void messageLeft(Object token) {
        if (token == null) {
            return;
        }
        try {
            bridge().messageLeft(token);
        } catch (Throwable bug) {
            failed("messageLeft", bug);
        }
    }

    /** A value of a tenant source is about to be set or removed; {@link #sourceSet} follows. */
    public static void sourceSetting(int place) {
        sourceSetting(place, null);
    }

    /** As {@link #sourceSetting(int)}, of one key. */
    public static void sourceSetting(int place, Object key) {
        try {
            bridge().sourceSetting(place, key);
        } catch (Throwable bug) {
            failed("sourceSetting", bug);
        }
    }

    public static void sourceSet(int place) {
        try {
            bridge().sourceSet(place);
        } catch (Throwable bug) {
            failed("sourceSet", bug);
        }
    }

    public static Object sourceHelperEntered() {
        try {
            return bridge().sourceHelperEntered();
        } catch (Throwable bug) {
            failed("sourceHelperEntered", bug);
            return null;
        }
    }

    public static void sourceHelperLeft(Object token) {
        if (token == null) {
            return;
        }
        try {
            bridge().sourceHelperLeft(token);
        } catch (Throwable bug) {
            failed("sourceHelperLeft", bug);
        }
    }

    public static void sessionFactoryCreated(Object factory) {
        try {
            bridge().sessionFactoryCreated(factory);
        } catch (Throwable bug) {
            failed("sessionFactoryCreated", bug);
        }
    }

    public static void healthRegistryCreated(Object registry, Class<?> constructed) {
        try {
            bridge().healthRegistryCreated(registry, constructed);
        } catch (Throwable bug) {
            failed("healthRegistryCreated", bug);
        }
    }

    public static Object methodEntered(int rule, Object target, Object[] arguments) {
        try {
            return bridge().methodEntered(rule, target, arguments);
        } catch (Throwable bug) {
            failed("methodEntered", bug);
            return null;
        }
    }

    public static void methodLeft(Object token) {
        if (token == null) {
            return;
        }
        try {
            bridge().methodLeft(token);
        } catch (Throwable bug) {
            failed("methodLeft", bug);
        }
    }

    /** @return null when the body runs once, as it is */
    public static Object loopEntered(int rule, Object[] arguments) {
        try {
            return bridge().loopEntered(rule, arguments);
        } catch (Throwable bug) {
            failed("loopEntered", bug);
            return null;
        }
    }

    /** Whether the body must not run: there is no tenant to run it for. */
    public static boolean loopIsEmpty(Object loop) {
        try {
            return loop != null && !((TenantLoop) loop).begins();
        } catch (Throwable bug) {
            failed("loopIsEmpty", bug);
            return false;
        }
    }

    /**
     * The body has ended for one tenant.
     *
     * @return what the caller of the method gets; null while the body must run again, and when the method returns normally
     */
    public static Throwable loopEnded(Object loop, Throwable thrown) {
        try {
            return loop == null ? thrown : ended((TenantLoop) loop, thrown);
        } catch (Throwable bug) {
            failed("loopEnded", bug);
            return thrown;
        }
    }

    private static Throwable ended(TenantLoop loop, Throwable thrown) {
        return loop.goesOn(thrown) ? null : loop.outcome();
    }

    /** Whether the body must run again. */
    public static boolean loopGoesOn(Object loop) {
        try {
            return loop != null && ((TenantLoop) loop).isOn();
        } catch (Throwable bug) {
            failed("loopGoesOn", bug);
            return false;
        }
    }

    public static void dataSourceCreated(Object dataSource) {
        try {
            bridge().dataSourceCreated(dataSource);
        } catch (Throwable bug) {
            failed("dataSourceCreated", bug);
        }
    }

    private static void failed(String where, Throwable bug) {
        try {
            bridge().failed(where, bug, false);
        } catch (Throwable second) {
            AgentErrors.increment();
        }
    }

    private static Throwable failedStatement(String where, Throwable bug) {
        try {
            return bridge().failed(where, bug, true);
        } catch (Throwable second) {
            AgentErrors.increment();
            return failedAgain(where, bug);
        }
    }

    /** Without the agent's permissions: the engine still says whether the statement must be refused. */
    private static Throwable failedAgain(String where, Throwable bug) {
        try {
            return bridge.failed(where, bug, true);
        } catch (Throwable third) {
            return null;
        }
    }

    /** The refusal is a java.sql.SQLException, a type that cannot be named here. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneak(Throwable refusal) throws T {
        throw (T) refusal;
    }
}
