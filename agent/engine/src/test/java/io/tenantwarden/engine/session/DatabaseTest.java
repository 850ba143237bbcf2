package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private static Catalog catalog;

    private final Database database = new Database("app", "db1:5432", TimeUnit.HOURS.toNanos(1));

    @BeforeAll
    static void read() throws Exception {
        try (Connection c = PostgresServer.get(18).superuser("postgres")) {
            catalog = Catalog.read(c, new CatalogOptions(List.of("tenant_id"), List.of(), List.of()));
        }
    }

    @Test
    void aSnapshotIsCurrentUntilTheCatalogChanges() {
        assertFalse(database.isCurrent());
        assertNull(database.catalog());
        database.update(catalog, database.generation());
        assertSame(catalog, database.catalog());
        assertTrue(database.isCurrent());
        int before = database.generation();
        database.expire();
        assertFalse(database.isCurrent());
        assertNotEquals(before, database.generation());
    }

    /** The change may have been made after the reading had passed it. */
    @Test
    void aChangeWhileTheCatalogIsReadLeavesItOutdated() {
        int begun = database.generation();
        database.expire();
        database.update(catalog, begun);
        assertSame(catalog, database.catalog());
        assertFalse(database.isCurrent());
    }

    @Test
    void aSnapshotThatNobodyUsesIsNotReadAgain() {
        database.update(catalog, database.generation());
        assertFalse(database.isUsed());
        assertTrue(database.use());
        assertFalse(database.use(), "only the first use after a reading makes it due");
        assertTrue(database.isUsed());
        assertTrue(database.untilTooOld() > TimeUnit.MINUTES.toNanos(59));
        database.update(catalog, database.generation());
        assertFalse(database.isUsed());
    }

    @Test
    void aNameThatDoesNotExistIsAskedForAgainAfterPauses() {
        assertTrue(database.mayHaveAppeared("t"));
        assertFalse(database.mayHaveAppeared("t"));
        database.expire();
        assertTrue(database.mayHaveAppeared("t"));
    }

    @Test
    void namesMadeUpForEachUseDoNotCloseTheDoorForARealOne() {
        for (int i = 0; i < 5_000; i++) {
            database.mayHaveAppeared("made_up_" + i);
        }
        assertTrue(database.mayHaveAppeared("real"));
    }

    @Test
    void aFailureIsNotRepeatedAtOnceAndConcernsThisDatabaseOnly() {
        assertFalse(database.hasJustFailed());
        database.failed();
        assertTrue(database.hasJustFailed());
        assertFalse(new Database("other", "db1:5432", 1).hasJustFailed());
        database.update(catalog, database.generation());
        assertFalse(database.hasJustFailed());
    }

    /** In enforce a statement without a catalog is refused: connections opened at once must wait for the first reading. */
    @Test
    void whoHasNoCatalogWaitsForTheFirstReading() throws Exception {
        assertTrue(database.beginFirstReading());
        AtomicReference<Boolean> second = new AtomicReference<>();
        AtomicReference<Catalog> seen = new AtomicReference<>();
        Thread other = new Thread(() -> {
            second.set(database.beginFirstReading());
            seen.set(database.catalog());
        });
        other.start();
        while (other.getState() != Thread.State.TIMED_WAITING && other.isAlive()) {
            Thread.onSpinWait();
        }
        database.update(catalog, database.generation());
        database.endReading();
        other.join();
        assertFalse(second.get());
        assertSame(catalog, seen.get());
        assertFalse(database.beginFirstReading(), "later ones are the refresher's");
    }

    @Test
    void anInterruptedThreadDoesNotWait() throws Exception {
        assertTrue(database.beginFirstReading());
        AtomicReference<Boolean> second = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread other = new Thread(() -> {
            Thread.currentThread().interrupt();
            second.set(database.beginFirstReading());
            interrupted.set(Thread.interrupted());
        });
        other.start();
        other.join();
        assertFalse(second.get());
        assertTrue(interrupted.get());
        database.endReading();
    }
}
