package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.config.ModeSwitch;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.engine.inject.ValueLoss;
import io.tenantwarden.engine.report.Cover;
import io.tenantwarden.engine.report.HealthState;
import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Catalogs;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.engine.session.NewConnections;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.engine.session.ValueProbes;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells what the first connection of each role to each database found out: what is covered; what is wrong is the preflight's. */
public final class FirstConnections implements Catalogs.Listener, NewConnections.Listener, ValueProbes.Listener {

    private static final String OUTDATED = "catalog-outdated";
    private static final String POLICIES_UNREAD = "policies-unread";
    private static final int MAX_TABLES = 10;
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Reporter reporter;
    private final GucPlan plan;
    private final ModeSwitch mode;
    private final Set<Database> unavailable = ConcurrentHashMap.newKeySet();
    private final Map<Database, List<Connected>> roles = new ConcurrentHashMap<>();
    private final Preflight preflight;
    private final AssumedRoles assumedRoles;
    private final Runnable firstStatement;
    private volatile boolean touchedBefore;

    /** A role that connected, and how. */
    private record Connected(String login, String role, String strategy, boolean pooled) {}

    /** @param firstStatement told when a statement touches a protected table for the first time */
    public FirstConnections(
            Reporter reporter, GucPlan plan, ModeSwitch mode, Preflight preflight, Runnable firstStatement) {
        this.reporter = reporter;
        this.plan = plan;
        this.mode = mode;
        this.preflight = preflight;
        this.assumedRoles = new AssumedRoles(reporter);
        this.firstStatement = firstStatement;
    }

    @Override
    public void roleAssumed(Database database, String login, AssumedRole assumed) {
        assumedRoles.told(database, login, assumed);
    }

    @Override
    public void firstConnection(Database database, String login, RoleFacts role, String strategy, boolean pooled) {
        Connected connected = new Connected(login, role.currentUser(), strategy, pooled);
        roles.computeIfAbsent(database, key -> new CopyOnWriteArrayList<>()).add(connected);
        cover(database, connected);
        preflight.firstConnection(database, role);
    }

    private void cover(Database database, Connected connected) {
        Catalog catalog = database.catalog();
        List<Cover.GucUse> gucs = new ArrayList<>();
        for (String name : plan.policyNames()) {
            gucs.add(new Cover.GucUse(name, catalog.policiesMentioning(name)));
        }
        reporter.cover(new Cover(
                database.name(),
                database.server(),
                role(database, connected),
                !mode.injects() ? "none" : connected.strategy(),
                catalog.protectedCount(),
                catalog.rlsCount(),
                catalog.forceCount(),
                gucs,
                List.copyOf(catalog.gucsInPolicies()),
                catalog.unreadPolicies().size(),
                connected.pooled(),
                leftOpen(database, connected)));
    }

    /** {@code postgres->app_user} where statements run as another role than the login's. */
    private String role(Database database, Connected connected) {
        AssumedRole assumed = database.assumedRole(connected.login());
        return assumed == null || assumed.role().equals(connected.login())
                ? connected.role()
                : connected.login() + "->" + assumed.role();
    }

    private static String leftOpen(Database database, Connected connected) {
        AssumedRole assumed = database.assumedRole(connected.login());
        StringBuilder open = new StringBuilder();
        if (assumed != null) {
            assumed.leftOpen()
                    .forEach((kind, count) -> open.append(open.isEmpty() ? "" : ",")
                            .append(kind)
                            .append(':')
                            .append(count));
        }
        return open.toString();
    }

    /** Says again how each role is covered: in another mode it is another way. */
    public void modeChanged() {
        roles.forEach((database, all) -> {
            if (database.catalog() != null) {
                all.forEach(connected -> cover(database, connected));
            }
        });
    }

    /** Seconds since each catalog was read, by {@code database at server}; without those that could not be read yet. */
    public Map<String, Long> catalogAges() {
        Map<String, Long> ages = new HashMap<>();
        for (Database database : roles.keySet()) {
            ages.put(
                    database.name() + " at " + database.server(), database.age().toSeconds());
        }
        return ages;
    }

    @Override
    public void poolerSeen(Database database) {
        reporter.finding(new Finding(
                "pooler-seen",
                Level.WARN,
                object(database),
                "warden.pooler=none, but the server process is another one than the driver was given: something stands"
                        + " between, and it counts as a pooler in transaction mode",
                "set warden.pooler=session where each client keeps its session of the server until it disconnects, else take"
                        + " warden.pooler out"));
    }

    @Override
    public void valuesLost(Database database, ValueLoss loss) {
        String autocommit = loss.isForSession()
                ? "in autocommit, statements of a scope on protected tables are refused; in a transaction they run"
                : "in autocommit, the value is set for the session before the statement and taken back after it, which was seen to"
                        + " hold; where a pooler is seen, such statements are refused";
        reporter.finding(new Finding(
                "pooler-loses-values",
                Level.ERROR,
                object(database),
                (loss.isInGroup()
                                ? "a value that is set for a transaction does not reach the statement that it goes along with"
                                : "a value that is set does not reach the statements that follow")
                        + ": something between parts them, as pgpool-II does. "
                        + (loss.isInTransaction()
                                ? "It is lost in transactions, too: statements of a scope on protected tables are refused"
                                : "So " + autocommit),
                loss.isInTransaction()
                        ? "connect to the server itself, or through a pooler that keeps a transaction on one server"
                        : "connect to the server itself or through PgBouncer, or let what works for a tenant run in transactions"
                                + " (docs/poolers.md)"));
    }

    @Override
    public void opened(Session session) {
        preflight.opened(session);
    }

    @Override
    public void catalogRead(Database database) {
        roles.getOrDefault(database, List.of()).forEach(connected -> cover(database, connected));
        reporter.resolved(OUTDATED, object(database));
        List<String> unread = database.catalog().unreadPolicies();
        if (unread.isEmpty()) {
            reporter.resolved(POLICIES_UNREAD, object(database));
        } else {
            reporter.finding(new Finding(
                    POLICIES_UNREAD,
                    Level.WARN,
                    object(database),
                    "the policies of " + String.join(", ", unread.subList(0, Math.min(unread.size(), MAX_TABLES)))
                            + (unread.size() > MAX_TABLES ? " and " + (unread.size() - MAX_TABLES) + " more" : "")
                            + " could not be read, because another session has these tables, or tables that the policies"
                            + " read, locked (ACCESS EXCLUSIVE). The tables are protected all the same; which settings"
                            + " the policies read, and what the rules from WD007 on find, is not known until then",
                    "nothing, if it is a migration: they are read again within seconds, at a statement outside a"
                            + " transaction. Else look in pg_locks for who holds the lock"));
        }
        preflight.catalogRead(database);
    }

    @Override
    public void touched(Session session, List<CatalogTable> tables) {
        if (!touchedBefore) {
            touchedBefore = true;
            firstStatement.run();
        }
        preflight.touched(session, tables);
    }

    @Override
    public void unavailable(Database database, SQLException cause) {
        unavailable.add(database);
        reporter.finding(new Finding(
                "catalog-unavailable",
                Level.ERROR,
                object(database),
                "the catalog could not be read (SQLState " + cause.getSQLState() + ": " + cause.getMessage()
                        + (LOCK_NOT_AVAILABLE.equals(cause.getSQLState())
                                ? "; another session has a table locked that a policy or its function reads"
                                : "")
                        + "), so that protected tables are not known",
                mode.refuses()
                        ? "statements are refused until it can be read; it is tried again at the next statement"
                        : "it is tried again at the next statement; let the role connect and read pg_catalog, which"
                                + " every role may by default"));
    }

    @Override
    public void available(Database database) {
        unavailable.remove(database);
    }

    @Override
    public void outdated(Database database, SQLException cause) {
        reporter.finding(new Finding(
                OUTDATED,
                Level.WARN,
                object(database),
                "the catalog could not be read again (SQLState " + cause.getSQLState() + ": " + cause.getMessage()
                        + "). What is protected is known all the same: statements ask the server for their tables one by"
                        + " one, which costs a round trip for each kind of statement. The rules of the preflight are not"
                        + " checked again meanwhile",
                "give the role one more connection than its pools use: Warden opens one for a moment; it is tried again,"
                        + " after pauses that double up to warden.catalog.refresh"));
    }

    private static String object(Database database) {
        return "database " + database.name() + " on " + database.server();
    }

    public HealthState health() {
        if (!mode.injects()) {
            return HealthState.AUDIT;
        }
        return unavailable.isEmpty() ? HealthState.PROTECTING : HealthState.DEGRADED;
    }
}
