package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.AgentErrors;
import io.tenantwarden.bootstrap.Bridge;
import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.HasStatement;
import io.tenantwarden.bootstrap.TenantLoop;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.drivers.ClientRefusals;
import io.tenantwarden.engine.drivers.DriverEvents;
import io.tenantwarden.engine.drivers.DriverShapes;
import io.tenantwarden.engine.drivers.LateConnections;
import io.tenantwarden.engine.drivers.ResultRows;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.JdbcConnection;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.engine.inject.PipelinedTransport;
import io.tenantwarden.engine.policy.JdbcGate;
import io.tenantwarden.engine.policy.KnownStatement;
import io.tenantwarden.engine.policy.LeftValues;
import io.tenantwarden.engine.policy.MessageScopes;
import io.tenantwarden.engine.policy.MethodScopes;
import io.tenantwarden.engine.policy.PgjdbcGate;
import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.policy.RequestScopes;
import io.tenantwarden.engine.policy.ResultGate;
import io.tenantwarden.engine.policy.TenantLoops;
import io.tenantwarden.engine.report.Cost;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.report.SiteFinder;
import io.tenantwarden.engine.session.Checkouts;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.NewConnections;
import io.tenantwarden.engine.session.SeenDataSources;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.tenant.HibernateSource;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * The bridge's other end: finds the session that a hook speaks of and hands over to the part that decides. No decision is
 * taken here but what becomes of a bug of our own.
 */
public final class Engine implements Bridge {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final PgjdbcGate pgjdbcGate;
    private final JdbcGate jdbcGate;
    private final NewConnections newConnections;
    private final Checkouts checkouts;
    private final MethodScopes methods;
    private final TenantLoops loops;
    private final SeenDataSources dataSources;
    private final RequestScopes requests;
    private final MessageScopes messages;
    private final LeftValues left;
    private final Reporter reporter;
    private final Cost cost;
    private final DriverObjects objects;
    private final Coverage coverage;
    private final DriverShapes shapes;
    private final LateConnections late;
    private final ResultRows results;
    private final ClientRefusals clients;
    private final DriverEvents driverEvents;

    Engine(
            ModeSwitch mode,
            GucPlan plan,
            PgjdbcGate pgjdbcGate,
            JdbcGate jdbcGate,
            NewConnections newConnections,
            Checkouts checkouts,
            MethodScopes methods,
            TenantLoops loops,
            SeenDataSources dataSources,
            RequestScopes requests,
            MessageScopes messages,
            LeftValues left,
            Reporter reporter,
            SiteFinder sites,
            DriverObjects objects,
            Coverage coverage,
            ResultGate results) {
        this.mode = mode;
        this.plan = plan;
        this.pgjdbcGate = pgjdbcGate;
        this.jdbcGate = jdbcGate;
        this.newConnections = newConnections;
        this.checkouts = checkouts;
        this.methods = methods;
        this.loops = loops;
        this.dataSources = dataSources;
        this.requests = requests;
        this.messages = messages;
        this.left = left;
        this.reporter = reporter;
        this.cost = reporter.cost();
        this.objects = objects;
        this.coverage = coverage;
        this.shapes = new DriverShapes(reporter, mode, coverage);
        this.late = new LateConnections(objects, this::pickUp);
        this.results = new ResultRows(results, late, objects);
        this.clients = new ClientRefusals(objects, coverage);
        this.driverEvents = new DriverEvents(reporter, sites, coverage, shapes);
    }

    // ---- physical connections

    @Override
    public void executorCreated(Object executor, Object[] arguments, MethodHandles.Lookup lookup) throws Throwable {
        DriverShape shape = shapes.of(lookup);
        if (shape == null) {
            return;
        }
        PgjdbcConnection connection = new PgjdbcConnection(shape, executor);
        Injector injector = mode.mayInject() ? Injector.pipelined(connection, plan) : null;
        ((HasSession) executor).wardenSession(session(new Session(connection, injector, properties(arguments))));
    }

    private Session session(Session session) {
        session.injects(mode.injects());
        return session;
    }

    private static Properties properties(Object[] arguments) {
        for (Object argument : arguments) {
            if (argument instanceof Properties properties) {
                return properties;
            }
        }
        return new Properties();
    }

    @Override
    public void connectionOpened(Object connection) throws Throwable {
        ThreadState.current().connectionOpened();
        Session session = shapes.sessionOf(connection);
        if (session != null) {
            opened(session, connection);
        }
    }

    private void opened(Session session, Object connection) throws Throwable {
        objects.session(connection).wardenSession(session);
        try {
            newConnections.open(session, (Connection) connection);
            if (session.database() != null) {
                coverage.connectionCovered();
                checkouts.covered();
            }
        } catch (Throwable bug) {
            if (bug instanceof SQLException && ((Connection) connection).isClosed()) {
                return; // cut while it was set up: the driver says so at the first statement
            }
            session.uncovered();
            coverage.degrade();
            throw bug;
        }
    }

    @Override
    public void jdbcConnectionOpened(Object connection, Object[] arguments) throws Throwable {
        ThreadState.current().connectionOpened();
        jdbcConnection((Connection) connection, properties(arguments));
    }

    /** A connection that was opened before the agent came runs its first statement since. */
    private void pickUp(Connection connection) throws Throwable {
        jdbcConnection(connection, null);
    }

    private void jdbcConnection(Connection connection, Properties properties) throws Throwable {
        JdbcConnection driver = new JdbcConnection(connection, properties);
        shapes.fallsBack(driver);
        Injector injector = mode.mayInject() ? Injector.portable(driver, plan) : null;
        Session session = session(new Session(driver, injector, properties));
        opened(session, connection);
        objects.session(shapes.executorOf(connection)).wardenSession(session); // where tags of commands are read
    }

    @Override
    public Throwable connected(Object driver, String url, Object properties, Object connection, boolean openedCovered) {
        return clients.connected(driver, url, (Properties) properties, (Connection) connection, openedCovered);
    }

    @Override
    public Throwable clientUsed(String className, Object client, Object[] arguments) {
        return clients.used(className, client, arguments);
    }

    private static Session session(Object executor) {
        return (Session) ((HasSession) executor).wardenSession();
    }

    // ---- statements

    @Override
    public Throwable beforeExecute(Object executor, Object queries, Object parameters, int flags) throws Throwable {
        Session session = session(executor);
        if (session == null || session.isUncovered()) {
            return uncovered(session);
        }
        long begin = cost.begin();
        try {
            return pgjdbcGate.beforeExecute(session, queries, parameters, flags);
        } catch (Throwable bug) {
            // what the transaction holds may be another scope's: the statement must not run on it in inject either
            if (mustNotPass(session)) {
                count("beforeExecute", bug);
                return Refusals.bug("beforeExecute", bug, true);
            }
            throw bug;
        } finally {
            cost.end(begin);
        }
    }

    private Throwable uncovered(Session session) throws Throwable {
        Throwable refusal = shapes.refusal();
        if (refusal == null && session != null && session.isRoleConfigured()) {
            return Refusals.withoutRole(session.usualRole());
        }
        if (refusal == null && session != null) {
            session.enter();
        }
        return refusal;
    }

    @Override
    public void afterExecute(Object executor, Throwable thrown) {
        Session session = session(executor);
        if (session != null) {
            pgjdbcGate.afterExecute(session, thrown);
        }
    }

    @Override
    public Throwable beforeCopy(Object executor, String sql, boolean autocommit) throws Throwable {
        Session session = session(executor);
        return beforeRaw("beforeCopy", session, () -> pgjdbcGate.beforeCopy(session, sql, autocommit));
    }

    @Override
    public boolean decidesFastpath() {
        return plan.role() != null && mode.injects();
    }

    @Override
    public Throwable beforeFastpath(Object executor, boolean autocommit) throws Throwable {
        Session session = session(executor);
        return beforeRaw("beforeFastpath", session, () -> pgjdbcGate.beforeFastpath(session, autocommit));
    }

    private interface Decision {
        Throwable take() throws Throwable;
    }

    /** What passes neither {@link #beforeExecute} nor {@link #beforeSend}. */
    private Throwable beforeRaw(String hook, Session session, Decision decision) throws Throwable {
        if (session == null || session.isUncovered()) {
            return uncovered(session);
        }
        try {
            return decision.take();
        } catch (Throwable bug) {
            if (session.isRoleConfigured()) {
                count(hook, bug);
                return Refusals.bug(hook, bug, true);
            }
            throw bug;
        }
    }

    /** Whether a statement must not run after a bug of ours, in inject either: under another scope's values, or with all rights of the login. */
    private static boolean mustNotPass(Session session) {
        return session.injector() != null
                && (session.injector().isTouched() || session.injector().role().isConfigured());
    }

    @Override
    public Throwable beforeSend(Object executor, Object query, int flags) {
        Session session = session(executor);
        PipelinedTransport transport = transport(session);
        if (transport == null) {
            return null;
        }
        try {
            KnownStatement known =
                    query instanceof HasStatement holder ? (KnownStatement) holder.wardenStatement() : null;
            transport.beforeSend(session.wire(), query, known == null ? null : known.sql(), session.target(), flags);
            return null;
        } catch (IOException broken) {
            return broken; // the driver closes the connection
        } catch (Throwable bug) {
            // Bytes may be in the stream already. An IOException makes the driver close the connection, which is the
            // only state that is certain.
            count("beforeSend", bug);
            return new IOException("[warden] refused: injection failed, the connection is closed: " + bug, bug);
        }
    }

    private static PipelinedTransport transport(Session session) {
        return session == null || session.wire() == null ? null : session.wire().pipelined();
    }

    @Override
    public void statusReceived(Object executor, String tag) throws Throwable {
        Session session = (Session) objects.session(executor).wardenSession();
        PipelinedTransport transport = transport(session);
        if (transport != null) {
            transport.statusReceived();
        }
        results.completed(session, tag);
    }

    @Override
    public boolean rowsReceived(Object handler, Object owner, Object query, Object fields, Object rows, Object more)
            throws Throwable {
        return results.received(handler, owner, query, fields, rows, more);
    }

    @Override
    public boolean swallowStatus(Object executor) {
        PipelinedTransport transport = transport(session(executor));
        return transport != null && transport.swallowStatus();
    }

    @Override
    public void readyForQuery(Object executor) throws Throwable {
        Session session = session(executor);
        if (session != null) {
            session.readyForQuery();
        }
    }

    // ---- statements, where the driver's inside is out of reach

    @Override
    public void statementPrepared(Object connection, Object statement, String sql) throws Throwable {
        Session session = late.session((Connection) connection);
        if (session != null && statement != null) {
            jdbcGate.prepared(session, objects.statement(statement), sql);
        }
    }

    @Override
    public void batchAdded(Object statement, String sql) throws Throwable {
        Session session = late.sessionOfOwner(statement);
        if (session != null) {
            jdbcGate.batched(session, objects.statement(statement), sql);
        }
    }

    @Override
    public void batchCleared(Object statement) {
        jdbcGate.unbatched(objects.statement(statement));
    }

    @Override
    public Object beforeStatement(Object owner, String sql, boolean batch, boolean noBegin) throws Throwable {
        Session session = late.sessionOfOwner(owner);
        if (session == null) {
            return null; // it belongs to a connection that is being opened, or is closed
        }
        if (session.isUncovered()) {
            Throwable refusal = uncovered(session);
            return refusal == null ? session : refusal;
        }
        long begin = cost.begin();
        try {
            Throwable refusal = null;
            HasStatement holder = owner instanceof Statement ? objects.statement(owner) : null;
            if (sql == null && holder != null && holder.wardenStatement() == null && !(owner instanceof HasStatement)) {
                refusal = late.learn(
                        (Statement) owner,
                        text -> jdbcGate.prepared(session, holder, text),
                        text -> jdbcGate.batched(session, holder, text));
            }
            refusal = refusal != null ? refusal : jdbcGate.before(session, owner, holder, sql, batch, noBegin);
            return refusal == null ? session : refusal;
        } catch (Throwable bug) {
            if (mustNotPass(session)) {
                count("beforeStatement", bug);
                return Refusals.bug("beforeStatement", bug, true);
            }
            throw bug;
        } finally {
            cost.end(begin);
        }
    }

    @Override
    public void afterStatement(Object token, boolean failed) throws Throwable {
        jdbcGate.after((Session) token, failed);
    }

    @Override
    public void copyManagerCreated(Object manager, Object connection) throws Throwable {
        if (connection instanceof Connection physical) {
            objects.session(manager).wardenSession(late.session(physical));
        }
    }

    // ---- checkout

    @Override
    public void checkoutEntered(Object dataSource) {
        if (!(dataSource instanceof DataSource)) {
            return;
        }
        ThreadState thread = ThreadState.current();
        try {
            if (!thread.isInCheckout() && !thread.isInternal()) {
                checkouts.entering(dataSource);
            }
        } finally {
            thread.enterCheckout();
        }
    }

    @Override
    public void checkoutLeft(Object dataSource, Object connection) {
        if (!(dataSource instanceof DataSource)) {
            return;
        }
        ThreadState thread = ThreadState.current();
        if (!thread.leaveCheckout() || thread.isInternal()) {
            return;
        }
        if (connection instanceof Connection logical) {
            checkouts.borrowed(dataSource, logical);
        } else {
            checkouts.failed();
        }
    }

    @Override
    public void connectionClosing(Object connection) {
        if (connection instanceof Connection logical) {
            checkouts.closing(logical);
        }
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
        count(where, bug);
        return statement && mode.refuses() ? Refusals.bug(where, bug, false) : null;
    }

    private void count(String where, Throwable bug) {
        if (AgentErrors.increment() == 1) {
            reporter.error("an error of the agent itself in " + where + " (told once, all are counted)", bug);
        }
    }
}
