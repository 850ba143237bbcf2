package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.session.ApplicationValue.Reach;
import org.junit.jupiter.api.Test;

/** As long as PostgreSQL keeps what the application has set, and no longer: manual, section SET. */
class ApplicationValueTest {

    private final ApplicationValue value = new ApplicationValue();

    private void set(Reach reach, boolean named) {
        value.executionBegins();
        value.set(reach, named);
        value.executionEnds(true);
    }

    @Test
    void aLocalValueEndsWithItsTransaction() {
        assertFalse(value.mayBeThere());
        set(Reach.TRANSACTION, true);
        assertTrue(value.mayBeThere());
        assertFalse(value.wasSetForSession());
        value.transactionEnded(false);
        assertFalse(value.mayBeThere());
    }

    @Test
    void aValueOfTheSessionStaysUnlessItsTransactionIsRolledBack() {
        set(Reach.SESSION, true);
        value.transactionEnded(false);
        assertTrue(value.mayBeThere());
        set(Reach.NONE, true);
        value.transactionEnded(true);
        assertTrue(value.mayBeThere(), "the RESET was rolled back");
        set(Reach.NONE, true);
        value.transactionEnded(false);
        assertFalse(value.mayBeThere());
        set(Reach.SESSION, true);
        value.transactionEnded(true);
        assertFalse(value.mayBeThere(), "the SET was rolled back");
        assertTrue(value.wasSetForSession());
    }

    @Test
    void whatWasNeverSentChangesNothing() {
        value.executionBegins();
        value.set(Reach.SESSION, true);
        assertTrue(value.isBeingSet());
        assertTrue(value.isBeingSetByName());
        value.executionEnds(false);
        assertFalse(value.mayBeThere());
        assertFalse(value.isBeingSet());
    }

    @Test
    void aNameThatIsComputedCanBeLookedUpAtOnce() {
        value.executionBegins();
        value.set(Reach.TRANSACTION, false);
        assertTrue(value.isBeingSet());
        assertFalse(value.isBeingSetByName());
        value.executionEnds(true);
    }

    @Test
    void theServersWordCountsUntilSomethingMayHaveChangedIt() {
        set(Reach.TRANSACTION, true);
        assertFalse(value.isVerified());
        value.verified(true);
        assertTrue(value.isVerified());
        value.mayHaveGone();
        assertFalse(value.isVerified());
        value.verified(true);
        set(Reach.TRANSACTION, true);
        assertFalse(value.isVerified());
        value.verified(false);
        assertFalse(value.mayBeThere());
    }

    @Test
    void aRollbackToASavepointAssumesTheMostWhereTheServerIsAsked() {
        set(Reach.TRANSACTION, true);
        value.verified(true);
        value.wentBack(false);
        assertFalse(value.mayBeThere());
        assertFalse(value.isVerified());
        set(Reach.TRANSACTION, true);
        value.wentBack(true);
        assertTrue(value.mayBeThere());
        value.transactionEnded(true);
        assertFalse(value.mayBeThere());
    }

    /** RESET goes back to it, and DISCARD ALL: manual, section RESET. */
    @Test
    void aValueOfTheStartUpOptionsIsWhatResetGoesBackTo() {
        value.startsWithValue(true);
        assertTrue(value.mayBeThere());
        assertTrue(value.isVerified());
        assertTrue(value.wasSetForSession());
        set(Reach.NONE, true);
        assertTrue(value.mayBeThere());
        assertFalse(value.isVerified());
        value.transactionEnded(true);
        assertTrue(value.mayBeThere());

        ApplicationValue behindPooler = new ApplicationValue();
        behindPooler.startsWithValue(false);
        assertTrue(behindPooler.mayBeThere());
        assertFalse(behindPooler.isVerified(), "a pooler may have dropped it");
    }

    @Test
    void whatIsSetInsideAScopeIsNotTheApplicationsOwn() {
        value.startsWithValue(true);
        value.replaced();
        assertFalse(value.mayBeThere());
        assertFalse(value.isVerified());
        assertFalse(value.wasSetForSession());
        assertEquals("NONE", Reach.NONE.name());
    }
}
