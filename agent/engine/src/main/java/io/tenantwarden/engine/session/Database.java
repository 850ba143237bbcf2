package io.tenantwarden.engine.session;

import io.tenantwarden.rls.Catalog;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is known of one database (server, port, name): the catalog snapshot that statements are compared with. Thread-safe.
 */
public final class Database {

    /** How many names that do not exist are remembered, so that each asks for the catalog once. */
    private static final int MAX_UNKNOWN = 1_000;

    private final String name;
    private final long refreshNanos;
    private final ReentrantLock reading = new ReentrantLock();
    private final Set<String> knownAsUnknown = ConcurrentHashMap.newKeySet();
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
     * A relation that the snapshot does not have was named.
     *
     * @return whether the catalog should be read again for it: once for each name until the next change
     */
    public boolean asksForRefresh(String relation) {
        if (knownAsUnknown.size() >= MAX_UNKNOWN) {
            return false;
        }
        return knownAsUnknown.add(relation);
    }

    /** Taken by the one connection that reads the catalog again; the others go on with the old snapshot. */
    public boolean beginReading() {
        return reading.tryLock();
    }

    public void endReading() {
        reading.unlock();
    }
}
