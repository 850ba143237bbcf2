package io.tenantwarden.engine.drivers;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.engine.coverage.Coverage;
import io.tenantwarden.engine.coverage.UncoveredClients;
import io.tenantwarden.engine.policy.Refusals;
import io.tenantwarden.engine.session.DriverObjects;
import io.tenantwarden.engine.session.Mocks;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** Refuses what connects to PostgreSQL and is not covered, in {@code enforce}. Thread-safe. */
public final class ClientRefusals {

    private final DriverObjects objects;
    private final UncoveredClients clients;

    public ClientRefusals(DriverObjects objects, Coverage coverage) {
        this.objects = objects;
        this.clients = new UncoveredClients(coverage, this::isCovered);
    }

    private boolean isCovered(Connection connection) {
        try {
            return Mocks.isMock(connection) // a test's: no client
                    || objects.isPhysical(connection)
                    || objects.unwrap(connection) != null
                    || connection.unwrap(HasSession.class) != null;
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false; // it wraps none, or does not say
        }
    }

    /** A driver of any kind has connected: the refusal, after the connection was closed; null when it may be used. */
    public Throwable connected(
            Object driver, String url, Properties properties, Connection connection, boolean openedCovered) {
        UncoveredClients.Refused refused = clients.connected(driver, url, properties, connection, openedCovered);
        if (refused == null) {
            return null;
        }
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            // it is refused all the same, and nobody gets it
        }
        return Refusals.uncoveredClient(refused.product(), refused.url(), refused.site());
    }

    /** A client that is known not to be covered begins to work: the refusal; null when it may go on. */
    public Throwable used(String className, Object client, Object[] arguments) {
        UncoveredClients.Refused refused = clients.used(className, client, arguments);
        return refused == null ? null : Refusals.uncoveredClient(refused.product(), refused.url(), refused.site());
    }
}
