package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.HasSession;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Objects of classes that got no field, because they were loaded before the agent. */
class DriverObjectsTest {

    private final DriverObjects objects = new DriverObjects();

    /** Two of these are equal, and yet are two. */
    private record Equal(String text) {}

    /** A connection of a driver whose class has no field. */
    interface Late extends Connection {}

    private static Late connection() {
        return (Late) Proxy.newProxyInstance(
                DriverObjectsTest.class.getClassLoader(), new Class<?>[] {Late.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("isWrapperFor")) {
                        return ((Class<?>) arguments[0]).isInstance(proxy);
                    }
                    throw new SQLException(method.getName());
                });
    }

    @Test
    void keepsByIdentity() {
        Equal one = new Equal(new String("x"));
        Equal two = new Equal(new String("x"));
        objects.statement(one).wardenStatement("of one");
        assertNull(objects.statement(two).wardenStatement());
        assertEquals("of one", objects.statement(one).wardenStatement());
        objects.session(one).wardenSession("session");
        assertEquals("of one", objects.statement(one).wardenStatement());
        assertEquals("session", objects.session(one).wardenSession());
    }

    @Test
    void whatHasAFieldIsItsOwnKeeper() {
        HasSession own = new HasSession() {
            @Override
            public Object wardenSession() {
                return "own";
            }

            @Override
            public void wardenSession(Object session) {
                throw new AssertionError();
            }
        };
        assertSame(own, objects.session(own));
        assertEquals(0, objects.size());
    }

    @Test
    void findsTheConnectionBehindThatOfAPool() throws SQLException {
        Late physical = connection();
        assertFalse(objects.isPhysical(physical));
        assertNull(objects.unwrap(physical));
        HasSession keeper = objects.session(physical);
        assertTrue(objects.isPhysical(physical));
        assertSame(keeper, objects.unwrap(physical));
        Connection pooled = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) ->
                        method.getName().equals("unwrap") ? physical : ((Class<?>) arguments[0]).isInstance(physical));
        assertFalse(objects.isPhysical(pooled));
        assertSame(keeper, objects.unwrap(pooled));
        assertNotSame(keeper, objects.session(connection()));
    }

    @Test
    void forgetsWhatIsCollected() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            objects.statement(new Object()).wardenStatement(i);
        }
        long end = System.nanoTime() + 60_000_000_000L;
        while (objects.size() > 1 && System.nanoTime() < end) {
            System.gc();
            objects.statement("asked, so that what is gone is looked for").wardenStatement("x");
        }
        assertEquals(1, objects.size());
    }
}
