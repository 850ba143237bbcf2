package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Reads the snapshots of catalogs again, on a thread and a connection of Warden's own: after a change of the catalog at once,
 * else at the age that configuration gives, as long as statements go by them. It takes a tenth of the time at most, however
 * often the catalog changes. Thread-safe.
 */
public final class CatalogRefresher {

    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAUSE_PER_DURATION = 10;

    private final OwnConnections connections;
    private final CatalogOptions options;
    private final long refreshNanos;
    private final Consumer<Throwable> bugs;
    private final Map<Database, Readings> databases = new ConcurrentHashMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread thread;
    private volatile Listener listener;

    /** Told of what was read; on the refresher's thread. */
    interface Listener {
        void catalogRead(Database database);

        /** It could not be read again; called at the first failure in a row. */
        void outdated(Database database, SQLException cause);
    }

    /** When one database was read, and is read next. Used by the refresher's thread alone. */
    private static final class Readings {
        private long notBefore = System.nanoTime();
        private long pause;
        private boolean failing;
    }

    /**
     * @param refreshNanos {@code warden.catalog.refresh}
     * @param guard wraps what runs on the thread: its SQL is not the application's
     * @param bugs told of errors of the agent itself
     */
    public CatalogRefresher(
            OwnConnections connections,
            CatalogOptions options,
            long refreshNanos,
            UnaryOperator<Runnable> guard,
            Consumer<Throwable> bugs) {
        this.connections = connections;
        this.options = options;
        this.refreshNanos = refreshNanos;
        this.bugs = bugs;
        // created while the agent starts: a thread inherits from its creator, and that must not be the application
        thread = new Thread(null, guard.apply(this::run), "tenant-warden-catalog", 0, false);
        thread.setContextClassLoader(null);
        thread.setDaemon(true);
    }

    void listener(Listener told) {
        listener = told;
    }

    /** Something is due, or becomes due at a time that the thread does not know of. */
    void wake(Database database) {
        databases.computeIfAbsent(database, key -> new Readings());
        if (!started.get() && started.compareAndSet(false, true)) {
            thread.start();
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        while (true) {
            long pause = Long.MAX_VALUE;
            for (Map.Entry<Database, Readings> each : databases.entrySet()) {
                pause = Math.min(pause, readWhenDue(each.getKey(), each.getValue()));
            }
            Thread.interrupted(); // an interrupt left pending would turn the pause into a busy loop
            if (pause > 0) {
                LockSupport.parkNanos(this, pause);
            }
        }
    }

    /** Returns how long to wait for the next one; as good as for ever when something else wakes the thread before. */
    private long readWhenDue(Database database, Readings readings) {
        if (database.catalog() == null) {
            return Long.MAX_VALUE; // a statement reads the first one
        }
        long now = System.nanoTime();
        long age = database.isUsed() ? database.untilTooOld() : Long.MAX_VALUE;
        long due = Math.max(readings.notBefore - now, database.isCurrent() ? age : 0);
        if (due > 0) {
            return due;
        }
        if (age <= 0) {
            database.expire(); // while it cannot be read, statements ask
        }
        if (database.pattern() == null) {
            // an opened connection wakes; until then there is nothing to read it with
            readings.notBefore = System.nanoTime() + refreshNanos;
            return refreshNanos;
        }
        try {
            read(database, readings);
        } catch (RuntimeException | Error bug) {
            readings.notBefore = System.nanoTime() + refreshNanos;
            bugs.accept(bug);
        }
        return 0;
    }

    private void read(Database database, Readings readings) {
        Session like = database.pattern();
        if (like == null) {
            return;
        }
        int begun = database.generation();
        long start = System.nanoTime();
        try {
            Catalog snapshot = connections.read(like, c -> Catalog.read(c, options));
            database.update(snapshot, begun);
            readings.failing = false;
            readings.pause = 0;
            long took = System.nanoTime() - start;
            readings.notBefore = System.nanoTime() + Math.max(SHORTEST_PAUSE_NANOS, PAUSE_PER_DURATION * took);
            listener.catalogRead(database);
        } catch (SQLException e) {
            readings.pause = Math.min(Math.max(SHORTEST_PAUSE_NANOS, 2 * readings.pause), refreshNanos);
            readings.notBefore = System.nanoTime() + readings.pause;
            boolean news = !readings.failing;
            readings.failing = true;
            if (news) {
                listener.outdated(database, e);
            }
        }
    }
}
