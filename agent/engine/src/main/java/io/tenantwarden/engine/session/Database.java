package io.tenantwarden.engine.session;

import io.tenantwarden.rls.Catalog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of one database (server, port, name): the catalog snapshot that statements are compared with. Thread-safe.
 */
public final class Database {

    /** How many names that do not exist are remembered, so that not each use of one reads the catalog. */
    private static final int MAX_UNKNOWN = 1_000;

    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;

    /** When a name may be asked for again, and how long the pause before was. */
    private record Asked(long again, long pause) {}

    private final String name;
    private final long refreshNanos;
    private final ReentrantLock reading = new ReentrantLock();
    private final Map<String, Asked> knownAsUnknown = new ConcurrentHashMap<>();
    private volatile Catalog catalog;
    private volatile long readAt;
    private volatile boolean expired;

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
    }

    /** The snapshot is known to be out of date. */
    public void expire() {
        expired = true;
        knownAsUnknown.clear();
    }

    /** Whether it should be read again. */
    public boolean isStale() {
        return expired || catalog == null || System.nanoTime() - readAt > refreshNanos;
    }

    /**
     * A relation that the snapshot does not have was named: a temporary one, one that does not exist, or one that another
     * process has created since.
     *
     * @return whether the catalog should be read again for it: at once the first time, then after a pause that doubles
     */
    public boolean asksForRefresh(String relation) {
        long now = System.nanoTime();
        Asked before = knownAsUnknown.get(relation);
        if (before == null ? knownAsUnknown.size() >= MAX_UNKNOWN : now - before.again < 0) {
            return false;
        }
        long pause = before == null ? FIRST_PAUSE_NANOS : Math.min(2 * before.pause, refreshNanos);
        knownAsUnknown.put(relation, new Asked(now + pause, pause));
        return true;
    }

    /** Taken by the one connection that reads the catalog again; the others go on with the old snapshot. */
    public boolean beginReading() {
        return reading.tryLock();
    }

    public void endReading() {
        reading.unlock();
    }
}
