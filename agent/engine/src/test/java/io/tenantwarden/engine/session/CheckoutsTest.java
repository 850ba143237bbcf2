package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.HasSession;
import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.testing.PostgresServer;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool's proxies around one physical connection. */
class CheckoutsTest {

    private static final Scope A = Scope.tenant("a");

    /** A connection of a pool. */
    private interface Logical extends Connection {}

    /** A connection of another driver. */
    private interface Foreign extends Connection {}

    private final DriverObjects objects = new DriverObjects();
    private final List<String> debug = new ArrayList<>();
    private final Object dataSource = new Object();
    private final List<Scope> asked = new ArrayList<>();
    private Scope scope = A;
    private KeptAnswer answer;
    private final Checkouts checkouts = new Checkouts(this::ask, debug::add, objects);
    private Connection physical;
    private Session session;

    @BeforeEach
    void connect() throws Throwable {
        physical = PostgresServer.get(18).superuser("postgres");
        session = TestSession.of(physical);
        checkouts.covered();
        session.open(physical, new Database("postgres", "db1:5432", 1), "postgres");
    }

    @AfterEach
    void disconnect() throws SQLException {
        ThreadState.current().source().kept(null);
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

    private Scope ask(ThreadState thread) {
        asked.add(scope);
        thread.source().asked(answer);
        return scope;
    }

    private void borrow(Connection logical) {
        checkouts.entering(dataSource);
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

    /** Whatever a borrower left behind is overwritten, with nothing too. */
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

    /** A source that takes a connection of the same pool would wait for the one that is being held. */
    @Test
    void theSourceIsAskedOnceAndBeforeTheConnectionIsHeld() {
        checkouts.entering(dataSource);
        assertEquals(List.of(A), asked);
        scope = Scope.tenant("b");
        checkouts.borrowed(dataSource, logical());
        assertEquals(List.of(A), asked);
        assertEquals(A, session.checkout().captured());
    }

    @Test
    void aFailedBorrowLeavesNothingToTheNext() {
        checkouts.entering(dataSource);
        checkouts.failed();
        scope = Scope.tenant("b");
        checkouts.borrowed(dataSource, logical());
        assertEquals(Scope.tenant("b"), session.checkout().captured());
    }

    @Test
    void theAnswerOfASourceThatRunsSqlIsKeptUntilClose() throws Exception {
        ThreadState thread = ThreadState.current();
        answer = new KeptAnswer("a", Map.of(), thread);
        Connection logical = logical();
        borrow(logical);
        assertSame(answer, session.checkout().kept());
        assertSame(answer, KeptAnswer.newest(thread));
        assertTrue(answer.isCurrent(thread));
        checkouts.closing(logical);
        assertNull(session.checkout().kept());
        assertNull(KeptAnswer.newest(thread));
    }

    @Test
    void aSettingThatIsSeenMakesTheKeptAnswerOld() {
        ThreadState thread = ThreadState.current();
        answer = new KeptAnswer("a", Map.of(), thread);
        borrow(logical());
        thread.source().set(null);
        assertFalse(answer.isCurrent(thread));
    }

    /** The next borrower of the same physical connection must not get the answer of the one before. */
    @Test
    void aConnectionThatWasNotClosedKeepsNoAnswerForTheNext() {
        answer = new KeptAnswer("a", Map.of(), ThreadState.current());
        borrow(logical());
        answer = null;
        borrow(logical());
        assertNull(session.checkout().kept());
        assertNull(KeptAnswer.newest(ThreadState.current()));
    }

    /** What such a data source gives was opened for the call: a pool's own thread must not ask for a tenant there. */
    @Test
    void whoeverOpensAPhysicalConnectionIsNotAskedAgain() {
        objects.session(physical).wardenSession(session);
        checkouts.entering(dataSource);
        checkouts.borrowed(dataSource, physical);
        assertEquals(Scope.NONE, session.checkout().captured());
        asked.clear();
        checkouts.entering(dataSource);
        assertEquals(List.of(), asked);
    }

    @Test
    void aForeignConnectionIsLeftAlone() {
        Connection foreign = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Foreign.class}, (proxy, method, arguments) -> {
                    throw new SQLException("not a wrapper");
                });
        borrow(foreign);
        checkouts.closing(foreign);
        asked.clear();
        checkouts.entering(dataSource);
        assertEquals(List.of(), asked, "another database's data source needs no tenant");
        borrow(logical());
        assertEquals(List.of(A), asked);
        assertTrue(debug.get(0).startsWith("cannot unwrap"), debug::toString);
    }
}
