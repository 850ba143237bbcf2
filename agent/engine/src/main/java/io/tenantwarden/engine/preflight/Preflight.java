package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.FactsReader;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Audit;
import io.tenantwarden.rls.audit.AuditOptions;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The doctor's rules in the agent: for each role that really connected, what is wrong with the role and the database, and
 * with a table once a statement has touched it. Thread-safe.
 *
 * <p>The rules that need only role and catalog run at the first connection. The others need a reading that no statement
 * has to wait for: it is done by a daemon thread, on a connection of its own ({@link FactsReader}), once the application
 * has stopped opening connections, so that ours never takes the place of one of its own. A new catalog snapshot has it done
 * again, after a pause that doubles up to {@code warden.catalog.refresh}.
 */
public final class Preflight {

    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Reporter reporter;
    private final FactsReader reader;
    private final AuditOptions options;
    private final List<String> tenantColumns;
    private final long refreshNanos;
    private final Set<String> bypassRoles;
    private final Consumer<Throwable> bugs;
    private final Map<Database, Map<String, RolePreflight>> known = new ConcurrentHashMap<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread thread;
    private volatile long lastOpened = System.nanoTime();

    /**
     * @param tenantColumns {@code warden.tenant.columns}
     * @param refreshNanos the longest pause between two readings for one role
     * @param bypassRoles {@code warden.bypass.roles}: these bypass policies on purpose
     * @param guard wraps what runs on the thread: its SQL is not the application's
     * @param bugs told of errors of the agent itself
     */
    public Preflight(
            Reporter reporter,
            FactsReader reader,
            AuditOptions options,
            List<String> tenantColumns,
            long refreshNanos,
            Set<String> bypassRoles,
            UnaryOperator<Runnable> guard,
            Consumer<Throwable> bugs) {
        this.reporter = reporter;
        this.reader = reader;
        this.options = options;
        this.tenantColumns = List.copyOf(tenantColumns);
        this.refreshNanos = refreshNanos;
        this.bypassRoles = bypassRoles;
        this.bugs = bugs;
        // created while the agent starts: a thread inherits from its creator, and that must not be the application
        thread = new Thread(null, guard.apply(this::run), "tenant-warden-preflight", 0, false);
        thread.setContextClassLoader(null);
        thread.setDaemon(true);
    }

    /** The first connection of a role: runs what needs no reading. */
    void firstConnection(Database database, RoleFacts role) {
        RolePreflight preflight = known.computeIfAbsent(database, key -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        role.currentUser(), name -> new RolePreflight(database, name, this::tell, this::resolved));
        preflight.update(Audit.ofCatalog(role, database.catalog(), options, tenantColumns));
    }

    /** A physical connection is ready: the first of its role, or one that may serve as a pattern later. */
    void opened(Session session) {
        lastOpened = System.nanoTime();
        RolePreflight preflight = of(session);
        if (preflight != null && session.isCopyable() && preflight.opened(session)) {
            wake();
        }
    }

    /** There is a new snapshot of the catalog. */
    void catalogRead(Database database) {
        Map<String, RolePreflight> roles = known.get(database);
        if (roles != null) {
            roles.values().forEach(RolePreflight::ask);
            wake();
        }
    }

    /** A statement touches these tables; for tables that one has touched before this costs a look-up each. */
    void touched(Session session, List<CatalogTable> tables) {
        RolePreflight preflight = of(session);
        if (preflight == null) {
            return;
        }
        for (int i = 0; i < tables.size(); i++) {
            preflight.touched(tables.get(i));
        }
    }

    private RolePreflight of(Session session) {
        Map<String, RolePreflight> roles = known.get(session.database());
        return roles == null ? null : roles.get(session.role().usual());
    }

    // ---- telling

    private void tell(RolePreflight of, Finding finding) {
        if (bypassRoles.contains(of.role()) && finding.object().equals(of.role())) {
            return; // listed, so that it bypasses policies on purpose
        }
        reporter.finding(of.database().name(), of.database().server(), of.role(), finding);
    }

    private void resolved(RolePreflight of, Finding finding) {
        reporter.resolved(of.database().name(), of.database().server(), of.role(), finding);
    }

    // ---- the thread

    private void wake() {
        if (started.compareAndSet(false, true)) {
            thread.start();
        }
        LockSupport.unpark(thread);
    }

    private void run() {
        while (true) {
            long pause = runDue();
            Thread.interrupted(); // an interrupt left pending would turn the pause into a busy loop
            if (pause > 0) {
                LockSupport.parkNanos(this, pause);
            }
        }
    }

    /** Returns how long to wait for the next one; as good as for ever when there is none. */
    private long runDue() {
        long next = Long.MAX_VALUE;
        for (Map<String, RolePreflight> roles : known.values()) {
            for (RolePreflight preflight : roles.values()) {
                long remaining = preflight.remaining(lastOpened + QUIET_NANOS, LONGEST_WAIT_NANOS);
                if (remaining <= 0) {
                    read(preflight);
                } else {
                    next = Math.min(next, remaining);
                }
            }
        }
        return next;
    }

    private void read(RolePreflight preflight) {
        try {
            Session like = preflight.begin();
            Catalog catalog = preflight.database().catalog();
            // with policies unread the rules would find what is not there; the snapshot that has them asks again
            if (like != null
                    && catalog != null
                    && !catalog.isEmpty()
                    && catalog.unreadPolicies().isEmpty()) {
                read(preflight, like, catalog);
            }
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        } finally {
            preflight.end(FIRST_PAUSE_NANOS, refreshNanos);
        }
    }

    private void read(RolePreflight preflight, Session like, Catalog catalog) {
        try {
            preflight.complete(Audit.of(reader.read(like, catalog), options));
        } catch (SQLException e) {
            if (!preflight.isComplete()) {
                preflight.update(Audit.ofCatalog(like.role().usualFacts(), catalog, options, tenantColumns));
            }
            if (preflight.failed()) {
                reporter.warn("the preflight of role " + preflight.role() + " in database "
                        + preflight.database().name() + " on "
                        + preflight.database().server() + " could not be read (SQLState " + e.getSQLState() + ": "
                        + e.getMessage() + "): "
                        + (preflight.isComplete()
                                ? "its findings stay those of the last reading"
                                : "only rules WD001 to WD006 and WD041 were checked")
                        + ". Nothing else suffers. It needs one more connection of this role for a moment, and SELECT on"
                        + " pg_catalog; it is tried again after the next reading of the catalog, and the command doctor"
                        + " checks the same rules");
            }
        }
    }
}
