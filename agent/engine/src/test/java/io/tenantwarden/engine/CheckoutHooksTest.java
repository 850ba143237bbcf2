package io.tenantwarden.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.session.Checkouts;
import io.tenantwarden.engine.session.DriverObjects;
import java.lang.reflect.Proxy;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is asked for a scope when pools lie inside each other. */
class CheckoutHooksTest {

    private final DataSource pool = (DataSource) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, m, a) -> {
                return switch (m.getName()) {
                    case "hashCode" -> 1;
                    case "equals" -> proxy == a[0];
                    default -> "pool";
                };
            });
    private final ThreadState thread = ThreadState.current();
    private int asked;
    private final Checkouts checkouts = new Checkouts(
            t -> {
                asked++;
                return Scope.NONE;
            },
            text -> {},
            new DriverObjects());
    private final CheckoutHooks hooks = new CheckoutHooks(checkouts);

    @BeforeEach
    void covered() {
        checkouts.covered();
    }

    @Test
    void theOutermostAsks() {
        hooks.entered(pool);
        hooks.entered(pool);
        assertTrue(thread.isInCheckout());
        hooks.left(pool, null);
        assertTrue(thread.isInCheckout());
        hooks.left(pool, null);
        assertFalse(thread.isInCheckout());
        assertEquals(1, asked);
    }

    @Test
    void theNextOneAsksAgain() {
        for (int i = 0; i < 2; i++) {
            hooks.entered(pool);
            hooks.left(pool, null);
        }
        assertEquals(2, asked);
    }

    @Test
    void whatWardenItselfBorrowsIsNoCheckout() {
        thread.enterInternal();
        try {
            hooks.entered(pool);
            hooks.left(pool, null);
        } finally {
            thread.leaveInternal();
        }
        assertEquals(0, asked);
        assertFalse(thread.isInCheckout());
    }

    @Test
    void aClassThatIsNoDataSourceIsPassedOver() {
        hooks.entered("a base class of some pool");
        hooks.left("a base class of some pool", null);
        hooks.closing("no connection");
        assertEquals(0, asked);
    }
}
