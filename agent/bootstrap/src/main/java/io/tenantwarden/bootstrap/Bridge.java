package io.tenantwarden.bootstrap;

import java.lang.invoke.MethodHandles;

/**
 * What the engine does for the instrumented code; implemented in the agent's loader. Parameters are typed Object, because
 * neither {@code java.sql} nor the driver is visible from here. Called from any thread. Methods that return a Throwable
 * return the one exception that the application must see, or null; what they throw is a bug of the agent, and then nothing
 * was entered.
 */
public interface Bridge {

    /** A driver's query executor was made. */
    void executorCreated(Object executor, Object[] arguments, MethodHandles.Lookup lookup) throws Throwable;

    /** A physical connection is ready. */
    void connectionOpened(Object connection) throws Throwable;

    /**
     * A statement, or a batch, is about to be executed; nothing is written yet.
     *
     * @param queries one driver query or an array of them
     * @param flags the driver's execution flags
     * @return the refusal, null when it may run; {@link #afterExecute} follows only when null
     */
    Throwable beforeExecute(Object executor, Object queries, Object parameters, int flags) throws Throwable;

    /** What {@link #beforeExecute} let through has ended, normally or not. */
    void afterExecute(Object executor, Throwable thrown);

    /**
     * COPY is about to start; nothing is written yet.
     *
     * @return as {@link #beforeExecute}, and {@link #afterExecute} follows likewise, once it has started
     */
    Throwable beforeCopy(Object executor, String sql, boolean autocommit) throws Throwable;

    /** Whether calls of the fast path interface are decided on where the driver's inside is out of reach. */
    boolean decidesFastpath();

    /**
     * A function is about to be called by its number; nothing is written yet.
     *
     * @return as {@link #beforeExecute}, and {@link #afterExecute} follows likewise
     */
    Throwable beforeFastpath(Object executor, boolean autocommit) throws Throwable;

    /** A query is about to be written to the stream, after the driver's BEGIN if there is one. */
    Throwable beforeSend(Object executor, Object query, int flags);

    /**
     * A CommandComplete message was read.
     *
     * @param tag the command and how many rows it was: {@code UPDATE 0}
     */
    void statusReceived(Object executor, String tag) throws Throwable;

    /**
     * Rows of a result were read, and are about to be handed to the statement or result set that they are for.
     *
     * @param handler the driver's result handler
     * @param owner the statement or the result set
     * @param fields the driver's description of the columns
     * @param rows as the driver keeps them
     * @param more the driver's portal where more rows may follow; else null
     * @return whether they are held back: the driver throws the refusal then, once it has read everything
     */
    boolean rowsReceived(Object handler, Object owner, Object query, Object fields, Object rows, Object more)
            throws Throwable;

    /** Whether the status that was just read answers Warden's own statement and must not reach the application. */
    boolean swallowStatus(Object executor);

    /** A ReadyForQuery message was read. */
    void readyForQuery(Object executor) throws Throwable;

    /** A physical connection is ready whose driver is only reached through JDBC; with the arguments of its constructor. */
    void jdbcConnectionOpened(Object connection, Object[] arguments) throws Throwable;

    /** A driver's connection has prepared a statement. */
    void statementPrepared(Object connection, Object statement, String sql) throws Throwable;

    /** An SQL text was added to a statement's batch. */
    void batchAdded(Object statement, String sql) throws Throwable;

    /** A statement's batch was emptied. */
    void batchCleared(Object statement) throws Throwable;

    /**
     * A driver is about to execute something.
     *
     * @param owner the driver's statement, connection or copy manager
     * @param sql null when it was prepared, or is a batch
     * @param batch whether all that was added to the batch of the statement is executed
     * @param noBegin whether the driver sends no BEGIN before it, whatever autocommit says
     * @return a Throwable that refuses it; else what goes to {@link #afterStatement}, null when nothing does
     */
    Object beforeStatement(Object owner, String sql, boolean batch, boolean noBegin) throws Throwable;

    /** What {@link #beforeStatement} let through has ended. */
    void afterStatement(Object token, boolean failed) throws Throwable;

    /** A driver's copy manager was made for a connection. */
    void copyManagerCreated(Object manager, Object connection) throws Throwable;

    /**
     * A driver of any kind has connected.
     *
     * @param driver the {@code java.sql.Driver}
     * @param properties those given to it, may be null
     * @param connection null when the URL is none of its own
     * @param openedCovered whether this thread opened a connection that is covered meanwhile: the driver wraps another
     * @return the refusal; null when the connection may be used
     */
    Throwable connected(Object driver, String url, Object properties, Object connection, boolean openedCovered)
            throws Throwable;

    /**
     * A client that is known to speak to PostgreSQL without a driver that is covered begins to work.
     *
     * @param className the class that is entered
     * @param client null in a constructor or a static method
     * @return the refusal; null when it may go on
     */
    Throwable clientUsed(String className, Object client, Object[] arguments) throws Throwable;

    /** {@code getConnection} of a data source, or of a class that may be the base of one, begins on this thread. */
    void checkoutEntered(Object dataSource);

    /** It ended; the connection is null when it failed. */
    void checkoutLeft(Object dataSource, Object connection);

    /** {@code Connection.close} begins. */
    void connectionClosing(Object connection);

    /** A request reaches this thread; the result goes to {@link #requestLeft}. */
    Object requestEntered(Object request);

    void requestLeft(Object token);

    /** A listener is called with a message or a batch; the result goes to {@link #messageLeft}. */
    Object messageEntered(Object message);

    void messageLeft(Object token);

    /**
     * A value of a tenant source is about to be set or removed.
     *
     * @param place where, as the engine numbered it
     * @param key the key that is set; null when there is none, or all are meant
     */
    void sourceSetting(int place, Object key);

    /** It was. */
    void sourceSet(int place);

    /** A method that may run other code as another tenant is entered; the result goes to {@link #sourceHelperLeft}. */
    Object sourceHelperEntered();

    void sourceHelperLeft(Object token);

    /** Hibernate made a session factory, which knows the application's tenant resolver. */
    void sessionFactoryCreated(Object factory);

    /**
     * Spring Boot made a registry of health contributors; asked at the end of each of its constructors.
     *
     * @param constructed the class whose constructor ends: the registry may be of a subclass, and not complete
     */
    void healthRegistryCreated(Object registry, Class<?> constructed);

    /** A method named by configuration is entered; the result goes to {@link #methodLeft}. */
    Object methodEntered(int rule, Object target, Object[] arguments);

    void methodLeft(Object token);

    /**
     * A method is entered that configuration lets run once for each tenant.
     *
     * @return null when its body runs once, as it is
     */
    TenantLoop loopEntered(int rule, Object[] arguments);

    /** A data source, or a superclass's part of one, was constructed. */
    void dataSourceCreated(Object dataSource);

    /**
     * The agent itself failed.
     *
     * @param where the hook
     * @param bug what was thrown
     * @param statement whether a statement depends on it
     * @return the refusal when the statement must not run, else null
     */
    Throwable failed(String where, Throwable bug, boolean statement);
}
