package io.tenantwarden.engine.coverage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Clients are known by name only: what they were given is read by the names of members. */
class ClientAddressTest {

    private static final String SCHEME = "acme:postgresql:";

    /** As R2DBC's: the host is in an object of its own. */
    @SuppressWarnings("unused")
    private static final class ServerConfiguration {
        private final String host = "db";

        private int getPort() {
            return 5432;
        }
    }

    @SuppressWarnings("unused")
    private static final class ClientConfiguration {
        private final ServerConfiguration server = new ServerConfiguration();
        private final String database = "app";
        private final Object username = List.of("not a text");
        private final String password = "secret";
    }

    @SuppressWarnings("unused")
    private static final class Factory {
        private final ClientConfiguration configuration = new ClientConfiguration();
    }

    @SuppressWarnings("unused")
    private static final class Source {
        String getServerName() {
            return "db";
        }

        int getPortNumber() {
            return 1;
        }

        String getDatabaseName() {
            throw new IllegalStateException("does not say");
        }

        String getUser() {
            return "u";
        }
    }

    @Test
    void readsWhatAFactoryWasMadeWith() {
        assertEquals(
                new ClientAddress("", SCHEME + "//db:5432/app"),
                ClientAddress.of(SCHEME, new Factory(), new Object[0]));
    }

    @Test
    void readsArguments() {
        assertEquals(
                new ClientAddress("", SCHEME + "//db:5432/app"),
                ClientAddress.of(SCHEME, null, new Object[] {null, 7, new ClientConfiguration()}));
        Properties properties = new Properties();
        properties.setProperty("user", "u");
        assertEquals(
                new ClientAddress("u", SCHEME + "//db/app"),
                ClientAddress.of(SCHEME, null, new Object[] {SCHEME + "//u:p@db/app?x=y", properties}));
        assertEquals(
                new ClientAddress("", SCHEME + "//db:5/"),
                ClientAddress.of(SCHEME, null, new Object[] {InetSocketAddress.createUnresolved("db", 5)}));
    }

    @Test
    void readsTheObjectItself() {
        assertEquals(new ClientAddress("u", SCHEME + "//db:1/"), ClientAddress.of(SCHEME, new Source(), new Object[0]));
    }

    @Test
    void whatSaysNothingIsTheSchemeAlone() {
        assertEquals(new ClientAddress("", SCHEME), ClientAddress.of(SCHEME, null, new Object[] {"x", 1}));
    }
}
