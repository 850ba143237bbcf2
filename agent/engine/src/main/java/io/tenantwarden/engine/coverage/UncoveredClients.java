package io.tenantwarden.engine.coverage;

import io.tenantwarden.engine.report.Site;
import java.sql.Connection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;

/**
 * Finds database clients that speak to PostgreSQL and do not lead to a connection that is covered. Drivers that wrap another
 * one do, and are not accused. Thread-safe.
 */
public final class UncoveredClients {

    private static final Map<String, Client> BY_CLASS = byClass();

    private final Coverage coverage;
    private final Predicate<Connection> isCovered;

    /** Whether a connection of this driver class ever led to a covered one: it wraps others, or pools them. */
    private final ClassValue<boolean[]> leads = new ClassValue<>() {
        @Override
        protected boolean[] computeValue(Class<?> type) {
            return new boolean[1];
        }
    };

    /**
     * @param coverage told of what is found
     * @param isCovered whether a connection is one of a driver that takes part, or one that wraps such a connection
     */
    public UncoveredClients(Coverage coverage, Predicate<Connection> isCovered) {
        this.coverage = coverage;
        this.isCovered = isCovered;
    }

    private static Map<String, Client> byClass() {
        Map<String, Client> clients = new HashMap<>();
        for (Client client : Client.ALL) {
            clients.put(client.className(), client);
        }
        return Map.copyOf(clients);
    }

    /**
     * What must be refused.
     *
     * @param product what people call the client
     * @param url its address without credentials
     * @param site the application's own frame
     */
    public record Refused(String product, String url, Site site) {}

    /**
     * A client that is known not to be covered begins to work.
     *
     * @param className the class of {@link Client#ALL} that is entered
     * @param object null in a constructor or a static method
     * @param arguments of the method
     * @return null when it may go on
     */
    public Refused used(String className, Object object, Object[] arguments) {
        Client client = BY_CLASS.get(className);
        if (client == null) {
            return null;
        }
        ClientAddress address = ClientAddress.of(client.scheme(), object, arguments);
        return refused(client.product(), address);
    }

    /**
     * A driver of any kind has opened a connection.
     *
     * @param driver the {@code java.sql.Driver}
     * @param openedCovered whether a connection that is covered was opened by this thread meanwhile
     * @return null when it may be used
     */
    public Refused connected(
            Object driver, String url, Properties properties, Connection connection, boolean openedCovered) {
        if (connection == null || url == null || !ClientUrl.namesPostgresql(url)) {
            return null;
        }
        boolean[] led = leads.get(driver.getClass());
        if (openedCovered || isCovered.test(connection)) {
            led[0] = true;
        }
        if (led[0]) {
            return null;
        }
        String user = properties == null ? "" : properties.getProperty("user", "");
        return refused(
                "the driver " + driver.getClass().getName(),
                new ClientAddress(user, ClientUrl.withoutCredentials(url)));
    }

    private Refused refused(String product, ClientAddress address) {
        Site site = coverage.uncoveredClient(product, address);
        return site == null ? null : new Refused(product, address.url(), site);
    }
}
