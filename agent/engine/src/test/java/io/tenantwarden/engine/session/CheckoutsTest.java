package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.DriverShape;
import io.tenantwarden.engine.inject.PgjdbcConnection;
import io.tenantwarden.testing.PostgresServer;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.QueryExecutor;
import org.postgresql.jdbc.PgConnection;

/** A pool's proxies around one physical connection. */
class CheckoutsTest {

    private static final Scope A = Scope.tenant("a");

    /** A connection of a pool. */
    private interface Logical extends Connection {}

    /** A connection of another driver. */
    private interface Foreign extends Connection {}

    private final List<String> debug = new ArrayList<>();
    private final Object dataSource = new Object();
    private Scope scope = A;
    private final Checkouts checkouts = new Checkouts(() -> scope, debug::add, new DriverObjects());
    private Connection physical;
    private Session session;

    @BeforeEach
    void connect() throws Throwable {
        physical = PostgresServer.get(18).superuser("postgres");
        QueryExecutor executor = physical.unwrap(PgConnection.class).getQueryExecutor();
        DriverShape shape = DriverShape.of(MethodHandles.privateLookupIn(executor.getClass(), MethodHandles.lookup()));
        session = new Session(new PgjdbcConnection(shape, executor), null, new Properties());
        checkouts.covered();
        session.open(physical, new Database("postgres", "db1:5432", 1), "postgres");
    }

    @AfterEach
    void disconnect() throws SQLException {
        physical.close();
    }

    private Connection logical() {
        HasSession holder = new HasSession() {
            @Override
            public Object wardenSession() {
                return session;
            }

            @Override
            public void wardenSession(Object other) {
                throw new UnsupportedOperationException();
            }
        };
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Logical.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "isWrapperFor" -> arguments[0] == HasSession.class;
                        case "unwrap" -> holder;
                        case "toString" -> "logical";
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private void borrow(Connection logical) {
        checkouts.borrowed(dataSource, logical);
    }

    @Test
    void theScopeIsCapturedUntilClose() {
        Connection logical = logical();
        borrow(logical);
        scope = Scope.NONE;
        assertEquals(A, session.checkout().captured());
        checkouts.closing(logical);
        assertEquals(Scope.NONE, session.checkout().captured());
    }

    /** Pitfall 42: whatever a borrower left behind is overwritten, with nothing too. */
    @Test
    void everyBorrowOverwrites() {
        borrow(logical());
        scope = Scope.NONE;
        borrow(logical());
        assertEquals(Scope.NONE, session.checkout().captured());
    }

    @Test
    void aLateCloseOfAnEarlierBorrowerEndsNothing() {
        Connection first = logical();
        borrow(first);
        checkouts.closing(first);
        Connection second = logical();
        scope = Scope.tenant("b");
        borrow(second);
        checkouts.closing(first);
        assertEquals(Scope.tenant("b"), session.checkout().captured());
    }

    @Test
    void aBypassIsConfinedToItsMethod() {
        scope = Scope.bypass("x");
        borrow(logical());
        assertEquals(Scope.NONE, session.checkout().captured());
    }

    @Test
    void aForeignConnectionIsLeftAlone() {
        Connection foreign = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Foreign.class}, (proxy, method, arguments) -> {
                    throw new SQLException("not a wrapper");
                });
        borrow(foreign);
        checkouts.closing(foreign);
        assertEquals(Scope.NONE, session.checkout().captured());
        assertTrue(debug.get(0).startsWith("cannot unwrap"), debug::toString);
    }
}
