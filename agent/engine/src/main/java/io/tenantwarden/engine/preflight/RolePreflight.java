package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Audit;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * What the rules found for one role in one database, and which tables its statements have touched so far. Thread-safe: any
 * thread touches, one runs the rules.
 */
final class RolePreflight {

    private static final String OPEN_PARTITION = "WD035";

    private final Database database;
    private final String role;
    private final BiConsumer<RolePreflight, Finding> tell;
    private final BiConsumer<RolePreflight, Finding> resolved;
    private final Set<String> touched = ConcurrentHashMap.newKeySet();
    private final Map<List<String>, Finding> told = new ConcurrentHashMap<>();
    private volatile Audit audit;
    // Weak: the session of a closed connection, and the class loader of its driver, must not be kept alive.
    private volatile WeakReference<Session> pattern = new WeakReference<>(null);
    private volatile boolean asked = true;
    private volatile long askedAt = System.nanoTime();
    // Only the thread that reads uses these.
    private boolean complete;
    private boolean failed;
    private int readings;
    private long notBefore = System.nanoTime();

    /**
     * @param role the role's name
     * @param tell told of what is wrong, each time that it is found
     * @param resolved told of what was wrong and is not any more
     */
    RolePreflight(
            Database database,
            String role,
            BiConsumer<RolePreflight, Finding> tell,
            BiConsumer<RolePreflight, Finding> resolved) {
        this.database = database;
        this.role = role;
        this.tell = tell;
        this.resolved = resolved;
    }

    Database database() {
        return database;
    }

    String role() {
        return role;
    }

    // ---- findings

    /** The rules have run: tells what is wrong with the role, the database and the tables touched so far. */
    void update(Audit next) {
        audit = next; // before the tables are looked at: whoever touches one from now on tells it himself
        Map<List<String>, Finding> all = new HashMap<>();
        for (Finding finding : next.findings()) {
            all.put(key(finding), finding);
        }
        told.forEach((key, finding) -> {
            if (!all.containsKey(key) && told.remove(key, finding)) {
                resolved.accept(this, finding);
            }
        });
        next.general().forEach(this::tell);
        for (String table : touched) {
            next.about(table).forEach(this::tell);
        }
    }

    /** A statement touches a table. */
    void touched(CatalogTable table) {
        String name = table.qualifiedName();
        if (touched.contains(name) || !touched.add(name)) {
            return;
        }
        Audit current = audit;
        if (current != null) { // else the first one is being made on another thread, and tells of what is in touched
            current.about(name).forEach(this::tell);
        }
        if (table.parent() != null && !table.rls() && table.policies().isEmpty()) {
            tell(new Finding(
                    OPEN_PARTITION,
                    Finding.Level.WARN,
                    name,
                    "a statement names the partition or child " + name + " of " + table.parent()
                            + " itself: the policies of the parent do not hold for it, every tenant's rows are read",
                    "-- name " + table.parent() + " in the statement; or give " + name
                            + " policies of its own, as the command"
                            + " line's doctor and ddl write them: row-level security without a policy would let this statement"
                            + " see nothing"));
        }
    }

    private void tell(Finding finding) {
        told.put(key(finding), finding);
        tell.accept(this, finding);
    }

    private static List<String> key(Finding finding) {
        return List.of(finding.rule(), finding.object());
    }

    // ---- when the facts are read

    /** A connection of the role is ready. Returns whether a reading waits for it. */
    boolean opened(Session session) {
        pattern = new WeakReference<>(session);
        return asked;
    }

    /** The facts are to be read. */
    void ask() {
        if (!asked) {
            askedAt = System.nanoTime();
            asked = true;
        }
    }

    /**
     * Nanoseconds until the reading that was asked for is due; {@link Long#MAX_VALUE} when none was, or no connection is
     * there that shows how to make one.
     *
     * @param quietAt when the application will have opened no connection for a while
     * @param longestWait what to wait for that at most
     */
    long remaining(long quietAt, long longestWait) {
        if (!asked || pattern.get() == null) {
            return Long.MAX_VALUE;
        }
        long now = System.nanoTime();
        return Math.max(notBefore - now, Math.min(quietAt - now, askedAt + longestWait - now));
    }

    /** A reading begins. Returns a session of the application to connect like; null when there is none. */
    Session begin() {
        asked = false; // what changes from now on asks again
        return pattern.get();
    }

    /** A reading has ended: the next is due after a pause that doubles. */
    void end(long firstPause, long longestPause) {
        long pause = readings < 20 ? firstPause << readings : longestPause;
        readings++;
        notBefore = System.nanoTime() + Math.min(pause, longestPause);
    }

    /** All rules have run. */
    void complete(Audit next) {
        complete = true;
        failed = false;
        update(next);
    }

    /** Whether all rules have ever run. */
    boolean isComplete() {
        return complete;
    }

    /** A reading failed. Returns whether the one before did not. */
    boolean failed() {
        boolean news = !failed;
        failed = true;
        return news;
    }
}
