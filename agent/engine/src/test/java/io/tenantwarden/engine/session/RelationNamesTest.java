package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class RelationNamesTest {

    private static final List<String> PATH = List.of("pg_catalog", "app");

    private final RelationNames names = new RelationNames();

    @Test
    void thePathIsUnknownAfterEachChangeAndAtTheEndOfItsTransaction() {
        assertNull(names.path());
        names.path(PATH);
        assertEquals(PATH, names.path());
        names.pathChanges();
        assertNull(names.path());
        names.path(PATH);
        assertFalse(names.transactionEnded());
        assertNull(names.path(), "SET LOCAL has ended, or SET was rolled back");
        names.path(PATH);
        assertFalse(names.transactionEnded());
        assertEquals(PATH, names.path(), "nothing was set in this one");
    }

    @Test
    void aRollbackToASavepointBringsThePathOfBeforeBack() {
        names.path(PATH);
        names.rolledBackToSavepoint();
        assertEquals(PATH, names.path());
        names.pathChanges();
        names.path(List.of("pg_catalog", "other"));
        names.rolledBackToSavepoint();
        assertNull(names.path());
    }

    @Test
    void aChangedCatalogIsTheTransactionsOwnUntilItEnds() {
        names.catalogChanges();
        assertTrue(names.isCatalogChanged());
        names.rolledBackToSavepoint();
        assertTrue(names.isCatalogChanged());
        assertTrue(names.transactionEnded());
        assertFalse(names.isCatalogChanged());
        assertFalse(names.transactionEnded());
    }

    @Test
    void whateverMayChangeANameMovesTheEpoch() {
        int epoch = names.epoch();
        for (Runnable change : List.<Runnable>of(
                names::pathChanges,
                names::catalogChanges,
                names::temporaryChanges,
                names::rolledBackToSavepoint,
                names::transactionEnded)) {
            change.run();
            assertNotEquals(epoch, names.epoch());
            epoch = names.epoch();
        }
        names.transactionEnded();
        assertEquals(epoch, names.epoch(), "a transaction that changed nothing");
    }
}
