package io.tenantwarden.engine.inject;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The members of one driver's query executor class that injection needs, found once per class
 * ({@code org.postgresql.core.v3.QueryExecutorImpl} and its copies in the forks). Immutable; may be used by any thread
 * that the driver allows on the executor.
 */
public final class DriverShape {

    /** Final fields of the query executor without which nothing can be pipelined. */
    public static final List<String> FIELDS = List.of(
            "pendingExecuteQueue", "openPortalMap", "beginTransactionQuery", "autoSaveQuery", "restoreToAutoSave");

    /** Its methods likewise, with the number of their parameters. */
    public static final Map<String, Integer> METHODS = Map.of(
            "sendOneQuery", 5,
            "receiveRFQ", 0,
            "receiveCommandStatus", 0,
            "interpretCommandStatus", 2,
            "waitOnLock", 0,
            "startCopy", 2);

    /** {@code org.postgresql.core.Oid.TEXT}. */
    private static final int OID_TEXT = 25;

    private final int flagOneShot;
    private final int flagNoMetadata;
    private final int flagNoResults;
    private final int flagSuppressBegin;
    private final int flagDescribeOnly;
    private final int flagForwardCursor;
    private final int flagExecuteAsSimple;

    private final MethodHandle sendOneQuery;
    private final MethodHandle pendingExecuteQueue;
    private final MethodHandle requestQuery;
    private final MethodHandle requestIsSimple;
    private final MethodHandle waitOnLock;
    private final MethodHandle openPortals;
    private final MethodHandle beginQuery;
    private final MethodHandle beginReadOnlyQuery;
    private final MethodHandle autoSaveQuery;
    private final MethodHandle releaseAutoSaveQuery;
    private final MethodHandle restoreAutoSaveQuery;
    // asked several times for each statement: the JIT compiler inlines a class where it does not inline a method handle
    private final Function<Object, Object> transactionState;
    private final MethodHandle preferQueryMode;
    private final MethodHandle lock;
    private final MethodHandle createQuery;
    private final MethodHandle cachedQueryQuery;
    private final MethodHandle createParameterList;
    private final MethodHandle setStringParameter;
    private final MethodHandle nativeSql;
    private final MethodHandle subqueries;
    private final MethodHandle user;
    private final MethodHandle database;
    private final MethodHandle hostSpec;
    private final ResultLimit resultLimit;
    private final StatementNames statementNames;
    private final MethodHandle boundValues;
    private final MethodHandle boundLists;
    private final Object stateOpen;
    private final Object stateFailed;
    private final Object modeSimple;

    private DriverShape(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
        Class<?> executor = lookup.lookupClass();
        ClassLoader loader = executor.getClassLoader();
        String core = executor.getName().replace(".v3.QueryExecutorImpl", "");
        Class<?> executorInterface = Class.forName(core + ".QueryExecutor", false, loader);
        flagOneShot = constant(executorInterface, "QUERY_ONESHOT");
        flagNoMetadata = constant(executorInterface, "QUERY_NO_METADATA");
        flagNoResults = constant(executorInterface, "QUERY_NO_RESULTS");
        flagSuppressBegin = constant(executorInterface, "QUERY_SUPPRESS_BEGIN");
        flagDescribeOnly = constant(executorInterface, "QUERY_DESCRIBE_ONLY");
        flagForwardCursor = constant(executorInterface, "QUERY_FORWARD_CURSOR");
        flagExecuteAsSimple = constant(executorInterface, "QUERY_EXECUTE_AS_SIMPLE");

        Method send = method(executor, "sendOneQuery", 5);
        sendOneQuery = lookup.unreflect(send)
                .asType(MethodType.methodType(
                        void.class, Object.class, Object.class, Object.class, int.class, int.class, int.class));
        pendingExecuteQueue = getter(lookup, executor, "pendingExecuteQueue", Deque.class);
        Class<?> request = Class.forName(core + ".v3.ExecuteRequest", false, loader);
        requestQuery = getter(lookup, request, "query", Object.class);
        requestIsSimple = getter(lookup, request, "asSimple", boolean.class);
        openPortals = getter(lookup, executor, "openPortalMap", Map.class);
        beginQuery = getter(lookup, executor, "beginTransactionQuery", Object.class);
        beginReadOnlyQuery = optionalGetter(lookup, executor, "beginReadOnlyTransactionQuery");
        autoSaveQuery = getter(lookup, executor, "autoSaveQuery", Object.class);
        releaseAutoSaveQuery = optionalGetter(lookup, executor, "releaseAutoSave");
        restoreAutoSaveQuery = getter(lookup, executor, "restoreToAutoSave", Object.class);

        transactionState = function(lookup, method(executor, "getTransactionState", 0));
        preferQueryMode = unary(lookup, method(executor, "getPreferQueryMode", 0), Object.class);
        user = unary(lookup, method(executor, "getUser", 0), Object.class);
        database = unary(lookup, method(executor, "getDatabase", 0), Object.class);
        hostSpec = unary(lookup, method(executor, "getHostSpec", 0), Object.class);
        lock = lockOf(lookup, executor);
        resultLimit = ResultLimit.of(lookup);
        statementNames = StatementNames.of(lookup);
        waitOnLock = lookup.unreflect(method(executor, "waitOnLock", 0))
                .asType(MethodType.methodType(void.class, Object.class));

        Class<?> states = Class.forName(core + ".TransactionState", true, loader);
        stateOpen = enumConstant(states, "OPEN");
        stateFailed = enumConstant(states, "FAILED");
        Class<?> modes = method(executor, "getPreferQueryMode", 0).getReturnType();
        modeSimple = enumConstant(Class.forName(modes.getName(), true, loader), "SIMPLE");

        Class<?> query = Class.forName(core + ".Query", false, loader);
        nativeSql = lookup.findVirtual(query, "getNativeSql", MethodType.methodType(String.class))
                .asType(MethodType.methodType(String.class, Object.class));
        Method subs = method(query, "getSubqueries", 0);
        subqueries = lookup.unreflect(subs).asType(MethodType.methodType(Object[].class, Object.class));
        Method parameters = method(query, "createParameterList", 0);
        createParameterList = lookup.unreflect(parameters).asType(MethodType.methodType(Object.class, Object.class));
        Class<?> parameterList = Class.forName(core + ".ParameterList", false, loader);
        boundValues = boundValues(lookup, parameterList);
        boundLists = sublists(lookup, core, loader);
        setStringParameter = lookup.unreflect(
                        parameterList.getMethod("setStringParameter", int.class, String.class, int.class))
                .asType(MethodType.methodType(void.class, Object.class, int.class, String.class, int.class));
        Method create = executor.getMethod("createQuery", String.class, boolean.class, boolean.class, String[].class);
        createQuery = lookup.unreflect(create)
                .asFixedArity()
                .asType(MethodType.methodType(
                        Object.class, Object.class, String.class, boolean.class, boolean.class, String[].class));
        Class<?> cached = Class.forName(core + ".CachedQuery", false, loader);
        cachedQueryQuery = getter(lookup, cached, "query", Object.class);
    }

    /**
     * Finds the members.
     *
     * @param lookup with full access to the executor's class, made in its own constructor
     * @throws ReflectiveOperationException when a member is missing: the driver has another shape; the message names it
     */
    public static DriverShape of(MethodHandles.Lookup lookup) throws ReflectiveOperationException {
        return new DriverShape(lookup);
    }

    private static int constant(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getField(name);
        return field.getInt(null);
    }

    private static Object enumConstant(Class<?> type, String name) throws NoSuchFieldException {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new NoSuchFieldException(type.getName() + "." + name);
    }

    private static Method method(Class<?> type, String name, int parameters) throws NoSuchMethodException {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Method method : c.getDeclaredMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == parameters && !method.isBridge()) {
                    return method;
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name + " with " + parameters + " parameters");
    }

    private static MethodHandle unary(MethodHandles.Lookup lookup, Method method, Class<?> result)
            throws IllegalAccessException {
        return lookup.unreflect(method).asType(MethodType.methodType(result, Object.class));
    }

    @SuppressWarnings("unchecked")
    private static Function<Object, Object> function(MethodHandles.Lookup lookup, Method method)
            throws ReflectiveOperationException {
        MethodHandle handle = lookup.unreflect(method);
        MethodType erased = MethodType.methodType(Object.class, Object.class);
        try {
            return (Function<Object, Object>) LambdaMetafactory.metafactory(
                            lookup,
                            "apply",
                            MethodType.methodType(Function.class),
                            erased,
                            handle,
                            MethodType.methodType(method.getReturnType(), lookup.lookupClass()))
                    .getTarget()
                    .invokeExact();
        } catch (Throwable e) {
            throw new ReflectiveOperationException(method.toString(), e);
        }
    }

    private static MethodHandle getter(MethodHandles.Lookup lookup, Class<?> type, String name, Class<?> result)
            throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        return lookup.unreflectGetter(field).asType(MethodType.methodType(result, Object.class));
    }

    /** Some 42.2 drivers lack these two queries. */
    private static MethodHandle optionalGetter(MethodHandles.Lookup lookup, Class<?> type, String name)
            throws ReflectiveOperationException {
        try {
            return getter(lookup, type, name, Object.class);
        } catch (NoSuchFieldException e) {
            return MethodHandles.dropArguments(MethodHandles.constant(Object.class, null), 0, Object.class);
        }
    }

    /** {@code ParameterList#getValues()}; null in drivers that have none. */
    private static MethodHandle sublists(MethodHandles.Lookup lookup, String core, ClassLoader loader)
            throws IllegalAccessException {
        try {
            Class<?> type = Class.forName(core + ".v3.V3ParameterList", false, loader);
            return lookup.unreflect(method(type, "getSubparams", 0))
                    .asType(MethodType.methodType(Object[].class, Object.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static MethodHandle boundValues(MethodHandles.Lookup lookup, Class<?> parameterList)
            throws IllegalAccessException {
        try {
            return lookup.findVirtual(parameterList, "getValues", MethodType.methodType(Object[].class))
                    .asType(MethodType.methodType(Object[].class, Object.class));
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** From 42.5 on a ReentrantLock; before, the methods of the executor are synchronized and no lock is needed. */
    private static MethodHandle lockOf(MethodHandles.Lookup lookup, Class<?> executor) throws IllegalAccessException {
        for (Class<?> c = executor; c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals("lock") && ReentrantLock.class.isAssignableFrom(field.getType())) {
                    return lookup.unreflectGetter(field)
                            .asType(MethodType.methodType(ReentrantLock.class, Object.class));
                }
            }
        }
        return null;
    }

    /** The driver's own lock on the connection; null where its methods are synchronized instead. */
    public ReentrantLock lock(Object executor) throws Throwable {
        return lock == null ? null : (ReentrantLock) lock.invokeExact(executor);
    }

    /**
     * Waits until no COPY is in progress on the connection, as each of the driver's methods does at its beginning. The
     * caller holds the {@link #lock}; it is given up while waiting.
     *
     * @throws java.sql.SQLException the driver's, when the thread is interrupted
     */
    public void waitForCopy(Object executor) throws Throwable {
        waitOnLock.invokeExact(executor);
    }

    /** What is bound to a parameter as text, the first is 1; null when that is not known. */
    String boundText(Object parameters, int number) {
        if (boundValues == null) {
            return null;
        }
        try {
            Object[] values = (Object[]) boundValues.invokeExact(parameters);
            return values != null && number <= values.length && values[number - 1] instanceof String text ? text : null;
        } catch (Throwable e) {
            return null; // a list that has no values of its own (CompositeParameterList throws)
        }
    }

    /** Whether an execution with these flags prepares nothing under a name ({@code QUERY_ONESHOT}). */
    boolean isOneShot(int flags) {
        return (flags & flagOneShot) != 0;
    }

    /** Null where the driver does not show them. */
    StatementNames statementNames() {
        return statementNames;
    }

    /** Null where the driver has no limit for results. */
    ResultLimit resultLimit() {
        return resultLimit;
    }

    /** The SQL of a query with {@code $1} placeholders. */
    public String nativeSql(Object query) throws Throwable {
        return (String) nativeSql.invokeExact(query);
    }

    /** The statements of a query that holds several; null when it holds one. */
    public Object[] subqueries(Object query) throws Throwable {
        return (Object[]) subqueries.invokeExact(query);
    }

    /** What is bound to each of the {@link #subqueries}; null when that is not known. */
    public Object[] sublists(Object parameters) {
        try {
            return boundLists == null ? null : (Object[]) boundLists.invokeExact(parameters);
        } catch (Throwable e) {
            return null; // a list of a kind that is not known
        }
    }

    public String user(Object executor) throws Throwable {
        return String.valueOf((Object) user.invokeExact(executor));
    }

    public String database(Object executor) throws Throwable {
        return String.valueOf((Object) database.invokeExact(executor));
    }

    /** {@code host:port} of the server. */
    public String host(Object executor) throws Throwable {
        return String.valueOf((Object) hostSpec.invokeExact(executor));
    }

    /** Whether a transaction block is open and usable. */
    public boolean inTransaction(Object executor) {
        return transactionState.apply(executor) == stateOpen;
    }

    /** Whether the transaction block has failed and waits for ROLLBACK. */
    public boolean inFailedTransaction(Object executor) {
        return transactionState.apply(executor) == stateFailed;
    }

    /** Whether no transaction block is open. */
    boolean isIdle(Object executor) {
        Object state = transactionState.apply(executor);
        return state != stateOpen && state != stateFailed;
    }

    /** Requests written and not answered yet; the executor's own queue. */
    Deque<?> pending(Object executor) throws Throwable {
        return (Deque<?>) pendingExecuteQueue.invokeExact(executor);
    }

    /** The query that a request of the queue sends. */
    Object queryOf(Object request) throws Throwable {
        return (Object) requestQuery.invokeExact(request);
    }

    /** Whether a request of the queue went out as a simple query. */
    boolean isSimple(Object request) throws Throwable {
        return (boolean) requestIsSimple.invokeExact(request);
    }

    /** References to portals and their names; the executor's own map. */
    Map<?, ?> portals(Object executor) throws Throwable {
        return (Map<?, ?>) openPortals.invokeExact(executor);
    }

    Object begin(Object executor) throws Throwable {
        return (Object) beginQuery.invokeExact(executor);
    }

    /** Null where the driver has none. */
    Object beginReadOnly(Object executor) throws Throwable {
        return (Object) beginReadOnlyQuery.invokeExact(executor);
    }

    Object autoSave(Object executor) throws Throwable {
        return (Object) autoSaveQuery.invokeExact(executor);
    }

    /** Null where the driver has none. */
    Object releaseAutoSave(Object executor) throws Throwable {
        return (Object) releaseAutoSaveQuery.invokeExact(executor);
    }

    Object restoreAutoSave(Object executor) throws Throwable {
        return (Object) restoreAutoSaveQuery.invokeExact(executor);
    }

    /** Whether the transaction is the statement's own (autocommit): the driver sends no BEGIN before it. */
    public boolean suppressesBegin(int flags) {
        return (flags & flagSuppressBegin) != 0;
    }

    /** Whether the statement is only described, not executed. */
    public boolean describesOnly(int flags) {
        return (flags & flagDescribeOnly) != 0;
    }

    /** Whether these flags alone make the driver send a simple query. */
    boolean executesAsSimple(int flags) {
        return (flags & flagExecuteAsSimple) != 0;
    }

    /** Whether the executor sends nothing but simple queries: {@code preferQueryMode=simple}. */
    boolean isModeSimple(Object executor) throws Throwable {
        return (Object) preferQueryMode.invokeExact(executor) == modeSimple;
    }

    /** Whether the driver may read the statement's rows through a named portal. */
    boolean mayOpenPortal(int flags) {
        return (flags & flagForwardCursor) != 0 && (flags & (flagNoResults | flagNoMetadata)) == 0;
    }

    /** Makes a query object of our own. */
    Object createQuery(Object executor, String sql) throws Throwable {
        Object cached = (Object) createQuery.invokeExact(executor, sql, true, true, new String[0]);
        return (Object) cachedQueryQuery.invokeExact(cached);
    }

    Object createParameters(Object query) throws Throwable {
        return (Object) createParameterList.invokeExact(query);
    }

    void setParameter(Object parameters, int index, String value) throws Throwable {
        setStringParameter.invokeExact(parameters, index, value, OID_TEXT);
    }

    /** Writes our query to the stream. No rows, no description, no BEGIN. */
    void send(Object executor, Object query, Object parameters, boolean oneShot) throws Throwable {
        int flags = flagNoMetadata | flagNoResults | flagSuppressBegin | (oneShot ? flagOneShot : 0);
        sendOneQuery.invokeExact(executor, query, parameters, 0, 0, flags);
    }
}
