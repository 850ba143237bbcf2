package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.drivers.DriverShapes;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.JdbcConnection;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.engine.session.Checkouts;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.NewConnections;
import io.tenantwarden.engine.session.Session;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** The hooks around the beginning of a physical connection: it gets its session, which then takes part or counts as not covered. Thread-safe. */
final class ConnectionHooks {

    private final ModeSwitch mode;
    private final GucPlan plan;
    private final DriverShapes shapes;
    private final DriverObjects objects;
    private final NewConnections newConnections;
    private final Coverage coverage;
    private final Checkouts checkouts;

    ConnectionHooks(
            ModeSwitch mode,
            GucPlan plan,
            DriverShapes shapes,
            DriverObjects objects,
            NewConnections newConnections,
            Coverage coverage,
            Checkouts checkouts) {
        this.mode = mode;
        this.plan = plan;
        this.shapes = shapes;
        this.objects = objects;
        this.newConnections = newConnections;
        this.coverage = coverage;
        this.checkouts = checkouts;
    }

    void executorCreated(Object executor, Object[] arguments, MethodHandles.Lookup lookup) throws Throwable {
        DriverShape shape = shapes.of(lookup);
        if (shape == null) {
            return;
        }
        PgjdbcConnection connection = new PgjdbcConnection(shape, executor);
        Injector injector = mode.mayInject() ? Injector.pipelined(connection, plan) : null;
        ((HasSession) executor).wardenSession(session(new Session(connection, injector, properties(arguments))));
    }

    void connectionOpened(Object connection) throws Throwable {
        ThreadState.current().connectionOpened();
        Session session = shapes.sessionOf(connection);
        if (session != null) {
            opened(session, connection);
        }
    }

    void jdbcConnectionOpened(Object connection, Object[] arguments) throws Throwable {
        ThreadState.current().connectionOpened();
        jdbcConnection((Connection) connection, properties(arguments));
    }

    /** A connection that was opened before the agent came runs its first statement since. */
    void pickUp(Connection connection) throws Throwable {
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

    private Session session(Session session) {
        session.injects(mode.injects());
        return session;
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

    private static Properties properties(Object[] arguments) {
        for (Object argument : arguments) {
            if (argument instanceof Properties properties) {
                return properties;
            }
        }
        return new Properties();
    }
}
