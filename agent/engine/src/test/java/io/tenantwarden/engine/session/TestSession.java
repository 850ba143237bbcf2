package io.tenantwarden.engine.session;

import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.util.Properties;
import java.util.function.Function;
import org.postgresql.core.QueryExecutor;
import org.postgresql.jdbc.PgConnection;

/** The session of a real connection, as advice would have made it; without the agent, so that nothing but the test calls it. */
public final class TestSession {

    private TestSession() {}

    /** Of a connection that has not been opened for the agent yet. Nothing is sent on it. */
    public static Session of(Connection connection) throws Throwable {
        return of(connection, driver -> null, new Properties());
    }

    public static Session of(
            Connection connection, Function<PgjdbcConnection, Injector> injector, Properties properties)
            throws Throwable {
        PgjdbcConnection driver = driver(connection);
        return new Session(driver, injector.apply(driver), properties);
    }

    /** Of a connection that takes part. */
    public static Session opened(Connection connection, Database database, String user) throws Throwable {
        Session session = of(connection);
        session.open(connection, database, user);
        return session;
    }

    private static PgjdbcConnection driver(Connection connection) throws Throwable {
        QueryExecutor executor = connection.unwrap(PgConnection.class).getQueryExecutor();
        return new PgjdbcConnection(
                DriverShape.of(MethodHandles.privateLookupIn(executor.getClass(), MethodHandles.lookup())), executor);
    }
}
