package io.tenantwarden.engine.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private static Catalog catalog;

    private final Database database = new Database("app", TimeUnit.HOURS.toNanos(1));

    @BeforeAll
    static void read() throws Exception {
        try (Connection c = PostgresServer.get(18).superuser("postgres")) {
            catalog = Catalog.read(c, new CatalogOptions(List.of("tenant_id"), List.of(), List.of()));
        }
    }

    @Test
    void isStaleUntilItIsReadAndWhenItIsExpired() {
        assertTrue(database.isStale());
        assertNull(database.catalog());
        database.update(catalog);
        assertSame(catalog, database.catalog());
        assertFalse(database.isStale());
        assertTrue(database.isJustRead());
        database.expire();
        assertTrue(database.isStale());
        database.update(catalog);
        database.refresh();
        assertTrue(database.isStale());
        Database old = new Database("old", -1);
        old.update(catalog);
        assertTrue(old.isStale());
    }

    @Test
    void aNameAsksOnceUntilTheCatalogChanges() {
        assertTrue(database.asksForRefresh("t"));
        assertFalse(database.asksForRefresh("t"));
        database.refresh();
        assertFalse(database.asksForRefresh("t"), "a temporary table in every transaction costs one reading, not many");
        database.expire();
        assertTrue(database.asksForRefresh("t"));
    }

    @Test
    void namesMadeUpForEachUseDoNotCloseTheDoorForARealOne() {
        for (int i = 0; i < 5_000; i++) {
            database.asksForRefresh("made_up_" + i);
        }
        assertTrue(database.asksForRefresh("real"));
    }

    @Test
    void aFailureIsNotRepeatedAtOnceAndConcernsThisDatabaseOnly() {
        assertFalse(database.hasJustFailed());
        database.failed();
        assertTrue(database.hasJustFailed());
        assertFalse(new Database("other", 1).hasJustFailed());
        database.update(catalog);
        assertFalse(database.hasJustFailed());
    }

    @Test
    void onlyOneReadsAndTheOthersGoOnWithTheOldOne() throws Exception {
        database.update(catalog);
        assertTrue(database.beginReading());
        AtomicReference<Boolean> second = new AtomicReference<>();
        Thread other = new Thread(() -> second.set(database.beginReading()));
        other.start();
        other.join();
        assertFalse(second.get());
        database.endReading();
    }

    /** In enforce a statement without a catalog is refused: connections opened at once must wait for the first reading. */
    @Test
    void whoHasNoCatalogWaitsForTheFirstReading() throws Exception {
        assertTrue(database.beginReading());
        AtomicReference<Boolean> second = new AtomicReference<>();
        AtomicReference<Catalog> seen = new AtomicReference<>();
        Thread other = new Thread(() -> {
            second.set(database.beginReading());
            seen.set(database.catalog());
        });
        other.start();
        while (other.getState() != Thread.State.TIMED_WAITING && other.isAlive()) {
            Thread.onSpinWait();
        }
        database.update(catalog);
        database.endReading();
        other.join();
        assertFalse(second.get());
        assertSame(catalog, seen.get());
        assertTrue(database.beginReading());
        database.endReading();
    }

    @Test
    void anInterruptedThreadDoesNotWait() throws Exception {
        assertTrue(database.beginReading());
        AtomicReference<Boolean> second = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread other = new Thread(() -> {
            Thread.currentThread().interrupt();
            second.set(database.beginReading());
            interrupted.set(Thread.interrupted());
        });
        other.start();
        other.join();
        assertFalse(second.get());
        assertTrue(interrupted.get());
        database.endReading();
    }
}
