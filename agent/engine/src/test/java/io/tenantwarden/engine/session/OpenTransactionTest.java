package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tenantwarden.engine.session.OpenTransaction.Event;
import org.junit.jupiter.api.Test;

class OpenTransactionTest {

    private final OpenTransaction transaction = new OpenTransaction();

    private Event open() {
        return transaction.answered(false, false, true);
    }

    private Event idle() {
        return transaction.answered(false, false, false);
    }

    @Test
    void theTenantIsTheFirstOneUntilTheTransactionEnds() {
        transaction.touches("a", null);
        assertEquals(Event.GOES_ON, open());
        transaction.touches("b", null);
        assertEquals("a", transaction.tenant());
        assertEquals(Event.COMMITTED, idle());
        assertNull(transaction.tenant());
    }

    @Test
    void rollbacksAreToldApart() {
        transaction.rollsBack();
        transaction.ends();
        assertEquals(Event.ROLLED_BACK, idle());
        transaction.rollsBack();
        assertEquals(Event.WENT_BACK, open(), "ROLLBACK TO");
        assertEquals(Event.GOES_ON, open());
    }

    /** The next one has begun, though the server says "in a transaction" as before. */
    @Test
    void aChainedTransactionIsAnother() {
        transaction.touches("a", null);
        transaction.ends();
        assertEquals(Event.COMMITTED, open());
        assertNull(transaction.tenant());
        transaction.touches("b", null);
        transaction.rollsBack();
        transaction.ends();
        assertEquals(Event.ROLLED_BACK, open());
        assertNull(transaction.tenant());
    }

    @Test
    void aCommitThatTheServerSkippedEndsNothing() {
        transaction.touches("a", null);
        transaction.ends();
        assertEquals(Event.FAILED, transaction.answered(true, true, false));
        assertEquals("a", transaction.tenant());
        assertEquals(Event.ROLLED_BACK, idle());
        assertNull(transaction.tenant());
    }

    /** Autosave: the driver has gone back to its savepoint by itself. */
    @Test
    void whatFailedAndGoesOnWentBack() {
        assertEquals(Event.WENT_BACK, transaction.answered(true, false, true));
        assertEquals(Event.FAILED, transaction.answered(false, true, false));
        assertEquals(Event.WENT_BACK, open());
        assertEquals(Event.GOES_ON, open());
    }

    @Test
    void whatWasNotSentHasChangedNothing() {
        transaction.executionBegins(false);
        transaction.rollsBack();
        transaction.ends();
        transaction.notSent();
        assertEquals(Event.GOES_ON, open());
        transaction.touches("a", null);
        transaction.executionBegins(false);
        assertEquals("a", transaction.tenant());
        transaction.executionBegins(true);
        assertNull(transaction.tenant(), "no transaction is open: it is of a statement that was never sent");
    }

    @Test
    void whatIsNotKnownIsAskedOnceAndForgottenWithTheTransaction() {
        Object change = new Object();
        transaction.unverified(change);
        assertEquals(Event.GOES_ON, open());
        assertSame(change, transaction.takeUnverified());
        assertNull(transaction.takeUnverified());
        transaction.unverified(change);
        transaction.rollsBack();
        assertEquals(Event.WENT_BACK, open());
        assertNull(transaction.takeUnverified());
        transaction.unverified(change);
        idle();
        assertNull(transaction.takeUnverified());
    }
}
