package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.bootstrap.Scope;
import org.junit.jupiter.api.Test;

class WireStateTest {

    private static final Assignment A = new Assignment(Scope.tenant("a"), new String[] {"a"});
    private static final Assignment B = new Assignment(Scope.tenant("b"), new String[] {"b"});
    private static final Assignment NONE = new Assignment(Scope.NONE, new String[] {""});
    private static final Assignment BYPASS = new Assignment(Scope.bypass("x"), new String[] {""});

    private final WireState wire = new WireState();

    @Test
    void nothingHoldsBeforeTheFirstInjection() {
        assertFalse(wire.holds(A));
        assertFalse(wire.holds(NONE));
        assertFalse(wire.isTouched());
    }

    @Test
    void whatWasInjectedHoldsByValueNotByScope() {
        wire.injected(A);
        assertTrue(wire.holds(A));
        assertTrue(wire.holds(new Assignment(Scope.tenant("a"), new String[] {"a"})));
        assertFalse(wire.holds(B));
        wire.injected(NONE);
        assertTrue(wire.holds(BYPASS));
    }

    @Test
    void unknownIsNeverTreatedAsSet() {
        wire.injected(A);
        wire.forget();
        assertFalse(wire.holds(A));
        assertTrue(wire.isTouched());
        assertSame(A, wire.lastTenant());
        wire.injected(A);
        wire.applicationSets(true);
        assertFalse(wire.holds(A));
    }

    @Test
    void theApplicationsValueIsToldFromOurs() {
        wire.applicationSets(true);
        assertFalse(wire.isOurs());
        wire.injected(A);
        assertTrue(wire.isOurs());
        wire.applicationSets(true);
        assertFalse(wire.isOurs());
        wire.forget(); // a rollback may have brought ours back
        assertTrue(wire.isOurs());
        wire.reset();
        assertFalse(wire.isOurs());
        wire.forget();
        assertFalse(wire.isOurs());
    }

    @Test
    void theTenantOfTheTransactionBeforeIsForgotten() {
        wire.injected(A);
        wire.injected(BYPASS);
        assertSame(A, wire.lastTenant());
        wire.transactionMayHaveEnded();
        assertNull(wire.lastTenant());
        assertTrue(wire.isTouched(), "it may not have ended either");
    }

    @Test
    void resetForgetsTheTransaction() {
        wire.injected(A);
        wire.opensPortal(A);
        wire.opensSqlCursor(A, "c", true);
        wire.forget();
        wire.reset();
        assertFalse(wire.isTouched());
        assertNull(wire.lastTenant());
        assertEquals(0, wire.sqlCursors());
        assertFalse(wire.hasHoldableCursor());
        assertTrue(wire.portalsBelongTo(B));
    }

    @Test
    void portalsBelongToTheValuesTheyWereOpenedWith() {
        assertTrue(wire.portalsBelongTo(A));
        wire.opensPortal(A);
        assertTrue(wire.portalsBelongTo(A));
        assertFalse(wire.portalsBelongTo(B));
        assertFalse(wire.portalsBelongTo(NONE));
    }

    @Test
    void aCursorIsClosedOnceItsCloseHasSucceeded() {
        wire.opensSqlCursor(A, "c", false);
        wire.opensSqlCursor(A, "c", false);
        wire.closesSqlCursor();
        assertEquals(2, wire.sqlCursors());
        wire.succeeded();
        assertEquals(1, wire.sqlCursors());
        wire.closesSqlCursor();
        wire.failed();
        wire.succeeded();
        assertEquals(1, wire.sqlCursors(), "a CLOSE that failed closed nothing");
        wire.closesSqlCursor();
        wire.closesSqlCursor();
        wire.succeeded();
        assertEquals(0, wire.sqlCursors());
    }

    @Test
    void closeAllLeavesNone() {
        wire.opensSqlCursor(A, "c", true);
        wire.opensSqlCursor(A, "c", false);
        assertTrue(wire.hasHoldableCursor());
        wire.closesAllSqlCursors();
        wire.succeeded();
        assertEquals(0, wire.sqlCursors());
        assertFalse(wire.hasHoldableCursor());
    }
}
