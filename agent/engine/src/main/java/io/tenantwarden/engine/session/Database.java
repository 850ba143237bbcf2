package io.tenantwarden.engine.session;

import io.tenantwarden.rls.Catalog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of one database (server, port, name): the catalog snapshot that statements are compared with. Thread-safe.
 */
public final class Database {

    /** How many names that do not exist are remembered, so that not each use of one reads the catalog. */
    private static final int MAX_UNKNOWN = 1_000;

    /** When a name may be asked for again, and how long the pause before was. */
    private record Asked(long again, long pause) {}

    /** A catalog that could not be read, or that was just read, is read again no sooner than this. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** Policies that were locked are read again no later than this. */
    private static final long UNREAD_NANOS = 10_000_000_000L;

    private static final long FIRST_READING_SECONDS = 30;

    private final String name;
    private final long refreshNanos;
    private final ReentrantLock reading = new ReentrantLock();
    private final Map<String, Asked> knownAsUnknown = new ConcurrentHashMap<>();
    private volatile Catalog catalog;
    private volatile long readAt;
    private volatile boolean expired;
    private volatile boolean failed;
    private volatile long failedAt;

    /**
     * @param name {@code current_database()}
     * @param refreshNanos age at which the snapshot is read again
     */
    public Database(String name, long refreshNanos) {
        this.name = name;
        this.refreshNanos = refreshNanos;
    }

    public String name() {
        return name;
    }

    /** The snapshot; null when it could never be read. */
    public Catalog catalog() {
        return catalog;
    }

    /** A new snapshot was read. */
    public void update(Catalog snapshot) {
        catalog = snapshot;
        readAt = System.nanoTime();
        expired = false;
        failed = false;
    }

    /** It could not be read. */
    public void failed() {
        failedAt = System.nanoTime();
        failed = true;
    }

    /** Whether it could not be read a moment ago. */
    public boolean hasJustFailed() {
        return failed && System.nanoTime() - failedAt < PAUSE_NANOS;
    }

    /** Whether it was read a moment ago. */
    public boolean isJustRead() {
        return catalog != null && System.nanoTime() - readAt < PAUSE_NANOS;
    }

    /** The catalog was changed: the snapshot is out of date, and names that did not exist may exist now. */
    public void expire() {
        expired = true;
        knownAsUnknown.clear();
    }

    /** The snapshot may be out of date. Names that asked for this before do not ask again. */
    public void refresh() {
        expired = true;
    }

    /** Whether it should be read again. */
    public boolean isStale() {
        return expired || catalog == null || isTooOld();
    }

    private boolean isTooOld() {
        boolean complete = catalog.unreadPolicies().isEmpty();
        return System.nanoTime() - readAt > (complete ? refreshNanos : Math.min(refreshNanos, UNREAD_NANOS));
    }

    /**
     * A relation that the snapshot does not have was named: a temporary one, one that does not exist, or one that another
     * process has created since.
     *
     * @return whether the catalog should be read again for it: at once the first time, then after a pause that doubles
     */
    public boolean asksForRefresh(String relation) {
        if (knownAsUnknown.size() >= MAX_UNKNOWN) {
            knownAsUnknown.clear(); // names that are made up for each use must not close the door for real ones
        }
        long now = System.nanoTime();
        Asked before = knownAsUnknown.get(relation);
        if (before != null && now - before.again < 0) {
            return false;
        }
        long pause = before == null ? PAUSE_NANOS : Math.min(2 * before.pause, refreshNanos);
        knownAsUnknown.put(relation, new Asked(now + pause, pause));
        return true;
    }

    /**
     * Taken by the one connection that reads the catalog again; the others go on with the old snapshot, or wait for the
     * first one.
     *
     * @return whether the caller must read, and then call {@link #endReading}
     */
    public boolean beginReading() {
        if (catalog != null) {
            return reading.tryLock();
        }
        try {
            if (!reading.tryLock(FIRST_READING_SECONDS, TimeUnit.SECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        if (catalog != null) {
            reading.unlock();
            return false;
        }
        return true;
    }

    public void endReading() {
        reading.unlock();
    }
}
