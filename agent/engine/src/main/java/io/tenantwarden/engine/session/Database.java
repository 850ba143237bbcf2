package io.tenantwarden.engine.session;

import io.tenantwarden.engine.inject.ValueLoss;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * What is known of one database (server, port, name): the catalog snapshot that statements are compared with, and whether
 * it still says what holds. Thread-safe.
 *
 * <p>A snapshot that is out of date is read again by {@link CatalogRefresher}, which nobody waits for; until then statements
 * ask the server for the names that they have ({@link Catalog#readNamed}).
 */
public final class Database {

    /** What was worked out of a snapshot, by what it was worked out for. */
    private record Derived(Catalog of, Map<Object, Object> values) {}

    /** How many names that do not exist are remembered, so that not each use of one asks the server. */
    private static final int MAX_UNKNOWN = 1_000;

    /** When a name may be asked for again, and how long the pause before was. */
    private record Asked(long again, long pause) {}

    private record Assumed(AssumedRole role, int generation, long at) {}

    /** A catalog that could not be read is read again no sooner than this; a name that does not exist likewise. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Policies that were locked are read again no later than this. */
    private static final long UNREAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long FIRST_READING_SECONDS = 30;

    private final String name;
    private final String server;
    private final long refreshNanos;
    private final ReentrantLock reading = new ReentrantLock();
    private final Map<String, Asked> absent = new ConcurrentHashMap<>();
    private final Map<String, RoleFacts> roles = new ConcurrentHashMap<>();
    private final Map<String, Boolean> lesser = new ConcurrentHashMap<>();
    private final Map<String, ValueLoss> losses = new ConcurrentHashMap<>();
    private final Map<String, Assumed> assumedRoles = new ConcurrentHashMap<>();
    // Weak: the session of a closed connection, and the class loader of its driver, must not be kept alive.
    private volatile WeakReference<Session> pattern = new WeakReference<>(null);
    private volatile Derived derived = new Derived(null, Map.of());
    private volatile Catalog catalog;
    private volatile long readAt;
    private volatile boolean used;
    private volatile boolean current;
    private volatile boolean failed;
    private volatile long failedAt;
    // guarded by this; read without it, as an opaque number that moves
    private volatile int generation;

    /**
     * @param name {@code current_database()}
     * @param server {@code host:port}
     * @param refreshNanos age at which the snapshot is read again
     */
    public Database(String name, String server, long refreshNanos) {
        this.name = name;
        this.server = server;
        this.refreshNanos = refreshNanos;
    }

    public String name() {
        return name;
    }

    /** {@code host:port}; of several hosts in the URL all, where the driver does not say which one it is. */
    public String server() {
        return server;
    }

    /**
     * What follows from a snapshot and is expensive to find out: kept until there is another one.
     *
     * @param of the snapshot
     * @param key what it is found out for
     */
    public Object derived(Catalog of, Object key, Supplier<Object> find) {
        Derived known = derived;
        if (known.of != of) {
            known = new Derived(of, new ConcurrentHashMap<>());
            derived = known;
        }
        return known.values.computeIfAbsent(key, k -> find.get());
    }

    /** The snapshot; null when it could never be read. */
    public Catalog catalog() {
        return catalog;
    }

    /** A number that moves whenever a name may mean another relation, or another kind of relation, than before. */
    public int generation() {
        return generation;
    }

    /**
     * A new snapshot was read.
     *
     * @param begun {@link #generation} when the reading began
     */
    public synchronized void update(Catalog snapshot, int begun) {
        catalog = snapshot;
        readAt = System.nanoTime();
        used = false;
        failed = false;
        current = generation == begun; // else the catalog was changed meanwhile
    }

    /** On which ways values do not reach statements of this login. */
    ValueLoss loss(String login) {
        return losses.computeIfAbsent(login, key -> new ValueLoss());
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

    /** The catalog was changed, or is too old: the snapshot is out of date. */
    public synchronized void expire() {
        current = false;
        generation++;
        absent.clear();
        roles.clear();
        lesser.clear();
    }

    /** Whether the snapshot is known to be out of date in nothing. */
    public boolean isCurrent() {
        return current;
    }

    /**
     * A statement goes by the snapshot, so that it is worth being read again.
     *
     * @return whether it is the first since the snapshot was read
     */
    public boolean use() {
        if (used) {
            return false;
        }
        used = true;
        return true;
    }

    /** Whether a statement has gone by the snapshot since it was read. */
    public boolean isUsed() {
        return used;
    }

    /** Time since the snapshot was read; there must be one. */
    public Duration age() {
        return Duration.ofNanos(System.nanoTime() - readAt);
    }

    /** Nanoseconds until the snapshot is to be read again because of its age; there must be one. */
    public long untilTooOld() {
        boolean complete = catalog.unreadPolicies().isEmpty();
        return readAt + (complete ? refreshNanos : Math.min(refreshNanos, UNREAD_NANOS)) - System.nanoTime();
    }

    /**
     * A relation that does not exist was named: whether the server should be asked for it again, where it need not be known
     * for certain. The pauses double.
     */
    public boolean mayHaveAppeared(String relation) {
        if (absent.size() >= MAX_UNKNOWN) {
            absent.clear(); // names that are made up for each use must not close the door for real ones
        }
        long now = System.nanoTime();
        Asked before = absent.get(relation);
        if (before != null && now - before.again < 0) {
            return false;
        }
        long pause = before == null ? PAUSE_NANOS : Math.min(2 * before.pause, refreshNanos);
        absent.put(relation, new Asked(now + pause, pause));
        return true;
    }

    /** What is known of a role; null when nothing is, or no longer. */
    RoleFacts role(String login, String role) {
        return roles.get(login + "\0" + role);
    }

    void role(RoleFacts facts) {
        roles.put(facts.sessionUser() + "\0" + facts.currentUser(), facts);
    }

    /** Whether one role may do less than another; null when it was not asked since the catalog was changed. */
    Boolean isLesser(String than, String role) {
        return lesser.get(than + "\0" + role);
    }

    void lesser(String than, String role, boolean is) {
        if (lesser.size() >= MAX_UNKNOWN) {
            lesser.clear();
        }
        lesser.put(than + "\0" + role, is);
    }

    /** What a login becomes with {@code warden.role}; null when it was not asked yet. */
    public AssumedRole assumedRole(String login) {
        Assumed assumed = assumedRoles.get(login);
        return assumed == null ? null : assumed.role;
    }

    /** Whether that is to be asked again: never asked, too old, or the catalog was changed. */
    boolean isAssumedRoleOutdated(String login) {
        Assumed assumed = assumedRoles.get(login);
        return assumed == null
                || assumed.generation != generation
                || !assumed.role.isUsable()
                || System.nanoTime() - assumed.at > refreshNanos;
    }

    /** @param asked {@link #generation} when it was asked */
    void assumedRole(String login, AssumedRole role, int asked) {
        assumedRoles.put(login, new Assumed(role, asked, System.nanoTime()));
    }

    /** A connection of the application shows how to make one. */
    void opened(Session session) {
        if (session.isCopyable()) {
            pattern = new WeakReference<>(session);
        }
    }

    /** A connection of the application is in use: it shows the same where the latest one is gone. */
    void borrowed(Session session) {
        Session latest = pattern.get();
        if (latest == null || latest.connection() == null) {
            opened(session);
        }
    }

    /** The application's latest connection; null when it is gone. */
    Session pattern() {
        return pattern.get();
    }

    /**
     * Taken by the one connection that reads the first snapshot; the others wait for it.
     *
     * @return whether the caller must read, and then call {@link #endReading}
     */
    public boolean beginFirstReading() {
        try {
            if (catalog != null || !reading.tryLock(FIRST_READING_SECONDS, TimeUnit.SECONDS)) {
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
