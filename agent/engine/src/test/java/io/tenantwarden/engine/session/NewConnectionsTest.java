package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tenantwarden.engine.config.ConnectionPattern;
import io.tenantwarden.engine.config.Pooler;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.testing.PostgresServer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class NewConnectionsTest {

    private static final long HOUR = 3_600_000_000_000L;

    private static String name;

    private final List<String> told = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Telling telling = new Telling();
    private final OwnConnections own = new OwnConnections();
    private final CatalogRefresher refresher =
            new CatalogRefresher(own, CatalogOptions.DEFAULT, HOUR, work -> work, bug -> {
                throw new AssertionError(bug);
            });
    private final Catalogs catalogs = new Catalogs(CatalogOptions.DEFAULT, HOUR, own, refresher, telling);

    /** Keeps what it was told, without what differs from run to run. */
    private final class Telling implements Catalogs.Listener, NewConnections.Listener {
        @Override
        public void firstConnection(Database database, String login, RoleFacts role, String strategy, boolean pooled) {
            told.add("first of " + login + " as " + role.currentUser() + (pooled ? ", pooled" : ""));
        }

        @Override
        public void poolerSeen(Database database) {
            told.add("pooler seen");
        }

        @Override
        public void opened(Session session) {
            told.add("opened");
        }

        @Override
        public void catalogRead(Database database) {
            told.add("read " + database.catalog().protectedCount());
        }

        @Override
        public void touched(Session session, List<CatalogTable> tables) {
            fail("no statement ran");
        }

        @Override
        public void unavailable(Database database, SQLException cause) {
            told.add("unavailable");
        }

        @Override
        public void available(Database database) {
            // catalogRead says it
        }

        @Override
        public void outdated(Database database, SQLException cause) {
            fail(cause);
        }
    }

    @BeforeAll
    static void prepare() throws SQLException {
        name = PostgresServer.get(18).createDatabase("opened");
        try (Connection c = PostgresServer.get(18).superuser(name);
                Statement s = c.createStatement()) {
            s.execute("create table invoice (id int, tenant_id text)");
            s.execute("create role opened_login login");
        }
    }

    @AfterEach
    void disconnect() throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = PostgresServer.get(18).connect(name, "opened_login");
        connections.add(connection);
        return connection;
    }

    private NewConnections with(Pooler pooler, String... excluded) {
        return new NewConnections(
                List.of("app.tenant_id"),
                List.of(excluded).stream().map(ConnectionPattern::new).toList(),
                pooler,
                own,
                catalogs,
                new ServerQuestions(CatalogOptions.DEFAULT),
                new ValueProbes((database, loss) -> {}),
                telling);
    }

    private Session open(NewConnections opening, Connection shown, Properties properties) throws Throwable {
        Session session = TestSession.of(connections.get(connections.size() - 1), driver -> null, properties);
        opening.open(session, shown);
        return session;
    }

    private Session open(NewConnections opening) throws Throwable {
        return open(opening, connect(), new Properties());
    }

    /** Says that it was given another process of the server than the one that answers. */
    private static Connection behindPooler(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                NewConnectionsTest.class.getClassLoader(),
                new Class<?>[] {Connection.class, PGConnection.class},
                (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(connection, arguments);
                        return method.getName().equals("getBackendPID") ? (Integer) result + 1 : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void theFirstOfItsRoleReadsTheCatalogAndIsTold() throws Throwable {
        NewConnections opening = with(Pooler.AUTO);
        Session first = open(opening);
        assertEquals(List.of("read 1", "first of opened_login as opened_login", "opened"), told);
        assertFalse(first.isPooled());
        assertTrue(first.isIdle());
        told.clear();
        Session second = open(opening);
        assertEquals(List.of("opened"), told);
        assertTrue(first.database() == second.database());
        assertEquals(List.of(second), catalogs.patterns());
    }

    @Test
    void anExcludedConnectionTakesNoPart() throws Throwable {
        assertNull(open(with(Pooler.AUTO, "opened_login@*")).database());
        assertNotNull(open(with(Pooler.AUTO, "metrics@*")).database());
    }

    @Test
    void aReplicationConnectionTakesNoPart() throws Throwable {
        Properties replication = new Properties();
        replication.setProperty("replication", "database");
        assertNull(open(with(Pooler.AUTO), connect(), replication).database());
        assertEquals(List.of(), told);
    }

    @Test
    void anotherProcessThanTheDriverWasGivenIsAPoolers() throws Throwable {
        assertTrue(open(with(Pooler.AUTO), behindPooler(connect()), new Properties())
                .isPooled());
        assertTrue(told.contains("first of opened_login as opened_login, pooled"), told::toString);
        assertFalse(told.contains("pooler seen"), told::toString);
    }

    @Test
    void aPoolerWhereConfigurationSaysNoneIsToldAndCounts() throws Throwable {
        assertTrue(open(with(Pooler.NONE), behindPooler(connect()), new Properties())
                .isPooled());
        assertTrue(told.contains("pooler seen"), told::toString);
    }

    @Test
    void configurationMaySayThatAPoolerStandsThere() throws Throwable {
        assertTrue(open(with(Pooler.SESSION)).isPooled());
    }

    @Test
    void aConnectionThatIsCutMeanwhileIsNotWaitedFor() throws Throwable {
        Connection cut = connect();
        Session session = TestSession.of(cut);
        cut.close();
        with(Pooler.AUTO).open(session, cut);
        assertEquals(List.of("unavailable"), told);
    }
}
