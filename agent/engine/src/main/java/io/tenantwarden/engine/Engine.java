package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.Bridge;
import io.tenantwarden.bootstrap.TenantLoop;
import io.tenantwarden.engine.drivers.ClientRefusals;
import io.tenantwarden.engine.drivers.DriverEvents;
import io.tenantwarden.engine.drivers.ResultRows;
import io.tenantwarden.engine.policy.LeftValues;
import io.tenantwarden.engine.policy.MessageScopes;
import io.tenantwarden.engine.policy.MethodScopes;
import io.tenantwarden.engine.policy.RequestScopes;
import io.tenantwarden.engine.policy.TenantLoops;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.SeenDataSources;
import io.tenantwarden.engine.tenant.HibernateSource;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.util.Properties;

/** The bridge's other end: hands each hook over to the part that it is for. Thread-safe. */
public final class Engine implements Bridge {

    private final ConnectionHooks connections;
    private final ExecutorHooks executors;
    private final StatementHooks statements;
    private final ResultRows results;
    private final CheckoutHooks checkouts;
    private final RequestScopes requests;
    private final MessageScopes messages;
    private final MethodScopes methods;
    private final TenantLoops loops;
    private final LeftValues left;
    private final SeenDataSources dataSources;
    private final ClientRefusals clients;
    private final DriverEvents driverEvents;
    private final Reporter reporter;
    private final OwnErrors errors;

    Engine(
            ConnectionHooks connections,
            ExecutorHooks executors,
            StatementHooks statements,
            ResultRows results,
            CheckoutHooks checkouts,
            RequestScopes requests,
            MessageScopes messages,
            MethodScopes methods,
            TenantLoops loops,
            LeftValues left,
            SeenDataSources dataSources,
            ClientRefusals clients,
            DriverEvents driverEvents,
            Reporter reporter,
            OwnErrors errors) {
        this.connections = connections;
        this.executors = executors;
        this.statements = statements;
        this.results = results;
        this.checkouts = checkouts;
        this.requests = requests;
        this.messages = messages;
        this.methods = methods;
        this.loops = loops;
        this.left = left;
        this.dataSources = dataSources;
        this.clients = clients;
        this.driverEvents = driverEvents;
        this.reporter = reporter;
        this.errors = errors;
    }

    // ---- physical connections

    @Override
    public void executorCreated(Object executor, Object[] arguments, MethodHandles.Lookup lookup) throws Throwable {
        connections.executorCreated(executor, arguments, lookup);
    }

    @Override
    public void connectionOpened(Object connection) throws Throwable {
        connections.connectionOpened(connection);
    }

    @Override
    public void jdbcConnectionOpened(Object connection, Object[] arguments) throws Throwable {
        connections.jdbcConnectionOpened(connection, arguments);
    }

    @Override
    public Throwable connected(Object driver, String url, Object properties, Object connection, boolean openedCovered) {
        return clients.connected(driver, url, (Properties) properties, (Connection) connection, openedCovered);
    }

    @Override
    public Throwable clientUsed(String className, Object client, Object[] arguments) {
        return clients.used(className, client, arguments);
    }

    // ---- statements

    @Override
    public Throwable beforeExecute(Object executor, Object queries, Object parameters, int flags) throws Throwable {
        return executors.beforeExecute(executor, queries, parameters, flags);
    }

    @Override
    public void afterExecute(Object executor, Throwable thrown) {
        executors.afterExecute(executor, thrown);
    }

    @Override
    public Throwable beforeCopy(Object executor, String sql, boolean autocommit) throws Throwable {
        return executors.beforeCopy(executor, sql, autocommit);
    }

    @Override
    public boolean decidesFastpath() {
        return statements.decideFastpath();
    }

    @Override
    public Throwable beforeFastpath(Object executor, boolean autocommit) throws Throwable {
        return executors.beforeFastpath(executor, autocommit);
    }

    @Override
    public Throwable beforeSend(Object executor, Object query, int flags) {
        return executors.beforeSend(executor, query, flags);
    }

    @Override
    public void statusReceived(Object executor, String tag) throws Throwable {
        executors.statusReceived(executor, tag);
    }

    @Override
    public boolean rowsReceived(Object handler, Object owner, Object query, Object fields, Object rows, Object more)
            throws Throwable {
        return results.received(handler, owner, query, fields, rows, more);
    }

    @Override
    public boolean swallowStatus(Object executor) {
        return executors.swallowStatus(executor);
    }

    @Override
    public void readyForQuery(Object executor) throws Throwable {
        executors.readyForQuery(executor);
    }

    // ---- statements, where the driver's inside is out of reach

    @Override
    public void statementPrepared(Object connection, Object statement, String sql) throws Throwable {
        statements.prepared(connection, statement, sql);
    }

    @Override
    public void batchAdded(Object statement, String sql) throws Throwable {
        statements.batchAdded(statement, sql);
    }

    @Override
    public void batchCleared(Object statement) {
        statements.batchCleared(statement);
    }

    @Override
    public Object beforeStatement(Object owner, String sql, boolean batch, boolean noBegin) throws Throwable {
        return statements.before(owner, sql, batch, noBegin);
    }

    @Override
    public void afterStatement(Object token, boolean failed) throws Throwable {
        statements.after(token, failed);
    }

    @Override
    public void copyManagerCreated(Object manager, Object connection) throws Throwable {
        statements.copyManagerCreated(manager, connection);
    }

    // ---- checkout

    @Override
    public void checkoutEntered(Object dataSource) {
        checkouts.entered(dataSource);
    }

    @Override
    public void checkoutLeft(Object dataSource, Object connection) {
        checkouts.left(dataSource, connection);
    }

    @Override
    public void connectionClosing(Object connection) {
        checkouts.closing(connection);
    }

    // ---- scopes

    @Override
    public Object requestEntered(Object request) {
        return requests.enter(request);
    }

    @Override
    public void requestLeft(Object token) {
        requests.leave(token);
    }

    @Override
    public Object messageEntered(Object message) {
        return messages.enter(message);
    }

    @Override
    public void messageLeft(Object token) {
        messages.leave(token);
    }

    @Override
    public void sourceSetting(int place, Object key) {
        left.setting(place, key);
    }

    @Override
    public void sourceSet(int place) {
        left.set(place);
    }

    @Override
    public Object sourceHelperEntered() {
        return left.helperEntered();
    }

    @Override
    public void sourceHelperLeft(Object token) {
        left.helperLeft(token);
    }

    @Override
    public void sessionFactoryCreated(Object factory) {
        HibernateSource.factoryCreated(factory);
    }

    @Override
    public void healthRegistryCreated(Object registry, Class<?> constructed) {
        if (registry.getClass() == constructed) {
            reporter.healthRegistryCreated(registry);
        }
    }

    @Override
    public Object methodEntered(int rule, Object target, Object[] arguments) {
        return methods.enter(rule, arguments);
    }

    @Override
    public void methodLeft(Object token) {
        methods.leave(token);
    }

    @Override
    public TenantLoop loopEntered(int rule, Object[] arguments) {
        return loops.enter(rule, arguments);
    }

    @Override
    public void dataSourceCreated(Object dataSource) {
        dataSources.created(dataSource);
    }

    /** What happens to drivers' classes while they are loaded. */
    public DriverEvents driverEvents() {
        return driverEvents;
    }

    // ---- bugs of our own

    @Override
    public Throwable failed(String where, Throwable bug, boolean statement) {
        return errors.failed(where, bug, statement);
    }
}
