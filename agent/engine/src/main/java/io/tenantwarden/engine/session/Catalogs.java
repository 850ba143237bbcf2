package io.tenantwarden.engine.session;

import io.tenantwarden.engine.config.ConnectionPattern;
import io.tenantwarden.engine.config.Pooler;
import io.tenantwarden.engine.inject.ValueLoss;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.NamedFunctions;
import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Relation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the server says of names: the first snapshot of each database, read when its first connection is opened, and single
 * names where a snapshot does not say what holds. Later snapshots are the {@link CatalogRefresher}'s. Thread-safe.
 */
public final class Catalogs {

    /**
     * What the application set as limits for its own statements must not end ours: local to the transaction in which the
     * first snapshot is read. Before version 17 there is no {@code transaction_timeout}.
     */
    private static final String NO_LIMITS =
            "/* tenant-warden */ select pg_catalog.set_config('statement_timeout', '0', true),"
                    + " pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true),"
                    + " case when pg_catalog.current_setting('transaction_timeout', true) is not null"
                    + " then pg_catalog.set_config('transaction_timeout', '0', true) end";

    private static final String LESSER =
            "/* tenant-warden */ select 1 from pg_catalog.pg_roles r, pg_catalog.pg_roles o"
                    + " where r.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name"
                    + " and o.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name"
                    + " and pg_catalog.pg_has_role(r.oid, o.oid, 'USAGE') and not o.rolsuper and not o.rolbypassrls";

    /** {@code query_canceled}, PostgreSQL manual appendix A: meant for the application's statement. */
    private static final String CANCELLED = "57014";

    private static final int IDENTIFY_AGAIN = 2;

    /** A shorter limit of the application's is not for the reading of a large catalog. */
    private static final int READING_MILLIS = 60_000;

    private final CatalogOptions options;
    private final List<String> tenantGucs;
    private final long refreshNanos;
    private final List<ConnectionPattern> excluded;
    private final Pooler pooler;
    private final OwnConnections own;
    private final CatalogRefresher refresher;
    private final Listener listener;
    private final Map<String, Database> databases = new ConcurrentHashMap<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Told what was found out. */
    public interface Listener {
        /**
         * The first connection of this role to this database.
         *
         * @param login the role that the driver connected as
         * @param role what its statements run as, unless they run in a bypass
         */
        void firstConnection(Database database, String login, RoleFacts role, String strategy, boolean pooled);

        /** It was asked what a login becomes with the role that its statements run as. */
        default void roleAssumed(Database database, String login, AssumedRole assumed) {
            // nobody has to know
        }

        /** {@code warden.pooler=none}, and the server is not the one that the driver was given. */
        void poolerSeen(Database database);

        /** Values do not reach the statements that they are for on this way; told at the first connection that shows it. */
        default void valuesLost(Database database, ValueLoss loss) {
            // nobody has to know
        }

        /** A physical connection is ready, the first of its role or a later one. */
        void opened(Session session);

        /** There is a new snapshot, on whose strength the findings may be others. */
        void catalogRead(Database database);

        /**
         * A statement touches protected tables. Called for the first execution of a statement on a connection, and again
         * when the snapshot is a new one.
         */
        void touched(Session session, List<CatalogTable> tables);

        /** The catalog could not be read, so that protected tables are not known. */
        void unavailable(Database database, SQLException cause);

        /** The catalog could be read. */
        void available(Database database);

        /** The catalog could not be read again: there is a snapshot, which says what held once. */
        void outdated(Database database, SQLException cause);
    }

    /**
     * @param options what makes a table a protected one
     * @param tenantGucs the settings whose value has the tenant in it, in lower case
     * @param refreshNanos {@code warden.catalog.refresh}
     * @param excluded {@code warden.datasource.exclude}
     * @param pooler {@code warden.pooler}
     * @param own opens connections that are Warden's own and take no part
     * @param refresher reads later snapshots
     */
    public Catalogs(
            CatalogOptions options,
            List<String> tenantGucs,
            long refreshNanos,
            List<ConnectionPattern> excluded,
            Pooler pooler,
            OwnConnections own,
            CatalogRefresher refresher,
            Listener listener) {
        this.options = options;
        this.tenantGucs = tenantGucs;
        this.refreshNanos = refreshNanos;
        this.excluded = excluded;
        this.pooler = pooler;
        this.own = own;
        this.refresher = refresher;
        this.listener = listener;
        refresher.listener(new CatalogRefresher.Listener() {
            @Override
            public void catalogRead(Database database) {
                listener.available(database);
                listener.catalogRead(database);
            }

            @Override
            public void outdated(Database database, SQLException cause) {
                listener.outdated(database, cause);
            }
        });
    }

    /**
     * A physical connection is ready: makes its session take part, unless configuration excludes it.
     */
    public void open(Session session, Connection connection) throws Throwable {
        if (own.isConnecting()) {
            return;
        }
        String user = session.driver().user();
        String name = session.driver().database();
        String server = session.driver().host();
        if (isLeftAlone(user, server, name, session.properties())) {
            return;
        }
        Database database =
                databases.computeIfAbsent(server + "/" + name, key -> new Database(name, server, refreshNanos));
        session.open(connection, database, user);
        Identity identity = identify(session);
        for (int again = 0; identity == null && again < IDENTIFY_AGAIN && !connection.isClosed(); again++) {
            identity = identify(session); // a cancel that was meant for a statement before, for instance
        }
        boolean seen = identity == null || isPooled(connection, identity);
        boolean pooled = pooler.stands(seen);
        if (pooler.sharesSessions(seen) && session.wire() != null) {
            // not known counts as a pooler: what is set for the session there is left to other clients
            session.wire().behindPooler();
        } else if (!pooled && (pooler == Pooler.NONE || isDirect(connection, identity))) {
            session.direct();
        }
        if (pooled) {
            session.pooled();
        }
        if (pooler == Pooler.NONE && identity != null && seen) {
            listener.poolerSeen(database);
        }
        session.noteStartUpOptions(tenantGucs, pooled);
        database.opened(session);
        if (database.catalog() == null) {
            readFirst(session, true);
        }
        probe(session);
        if (session.isRoleConfigured() && session.loginFacts() != null) {
            if (!session.hasLoginRole()) {
                session.injector().role().isOfSession();
            }
            assume(session, connection);
        }
        RoleFacts role = session.roleFacts() == null ? session.loginFacts() : session.roleFacts();
        if (role != null
                && database.catalog() != null
                && known.add(server + "/" + name + "/" + user + "/" + role.currentUser())) {
            listener.firstConnection(database, user, role, session.driver().strategy(), session.isPooled());
        }
        if (!database.isCurrent()) {
            refresher.wake(database);
        }
        if (role != null) {
            listener.opened(session);
        }
    }

    /**
     * Asks whether values reach the statements that they are for: at the first connection of each login, and at each behind a pooler, because
     * a balancer may lead one astray and not another. Not in a transaction, where it is asked later.
     */
    public void probe(Session session) throws Throwable {
        Database database = session.database();
        Connection connection = (Connection) session.connection();
        boolean concerned = database != null
                && database.catalog() != null
                && !database.catalog().isEmpty();
        if (!concerned || !session.isUnprobed() || !session.isIdle() || !connection.getAutoCommit()) {
            return;
        }
        ValueLoss loss = database.loss(session.loginUser());
        boolean before = loss.isAny();
        try (Session.OwnWork work = session.ownWork()) {
            session.injector().probe(connection, loss, session.isPooled());
            session.probed();
        } catch (SQLException e) {
            failed(session, e);
        }
        if (loss.isAny()) {
            session.pooled();
        }
        if (loss.isAny() && !before) {
            listener.valuesLost(database, loss);
        }
    }

    /** Asks what the login becomes with the role that its statements run as; once for each login, and again when that may be another answer. */
    private void assume(Session session, Connection connection) throws Throwable {
        Database database = session.database();
        if (!database.isAssumedRoleOutdated(session.loginUser())) {
            noteFunctions(session);
            return;
        }
        int asked = database.generation();
        try (Session.OwnWork work = session.ownWork();
                Ending ending = ending(session, connection, session.isIdle())) {
            AssumedRole assumed = AssumedRole.read(
                    connection, session.loginFacts(), session.injector().role().current());
            database.assumedRole(session.loginUser(), assumed, asked);
            listener.roleAssumed(database, session.loginUser(), assumed);
            noteFunctions(session);
        } catch (SQLException e) {
            failed(session, e);
        }
    }

    /** As long as it is not known, functions may set a role. */
    private static void noteFunctions(Session session) {
        AssumedRole assumed = session.assumedRole();
        session.injector()
                .role()
                .distrust(assumed == null || !assumed.roleFunctions().isEmpty());
    }

    /**
     * Whether a role may do less than the one that statements run as now: the latter is a member of it, and policies filter it.
     *
     * @return false also when it could not be asked
     */
    public boolean isLesser(Session session, String role) throws Throwable {
        Boolean known = session.database().isLesser(session.role(), role);
        if (known != null || session.driver().inFailedTransaction()) {
            return known != null && known;
        }
        Connection connection = (Connection) session.connection();
        boolean idle = session.isIdle();
        try (Session.OwnWork work = session.ownWork();
                Ending ending = ending(session, connection, idle);
                PreparedStatement statement = PlainStatements.prepare(connection, LESSER)) {
            statement.setString(1, session.role());
            statement.setString(2, role);
            try (ResultSet rows = statement.executeQuery()) {
                boolean lesser = rows.next();
                session.database().lesser(session.role(), role, lesser);
                return lesser;
            }
        } catch (SQLException e) {
            failed(session, e);
            return false;
        }
    }

    /** A statement touches protected tables, which it or its snapshot did not do before. */
    public void touched(Session session, List<CatalogTable> tables) {
        listener.touched(session, tables);
    }

    /**
     * An open connection of each database that shows how to make another, those with most protected tables first. Empty
     * before the application has opened its first connection.
     */
    List<Session> patterns() {
        return databases.values().stream()
                .sorted(Comparator.comparingInt((Database database) -> database.catalog() == null
                                ? 0
                                : -database.catalog().protectedCount())
                        .thenComparing(database -> database.server() + "/" + database.name()))
                .map(Database::pattern)
                .filter(Objects::nonNull)
                .toList();
    }

    private boolean isLeftAlone(String user, String host, String name, Properties properties) {
        // A replication connection speaks another language; PgBouncer's console is no database.
        if (properties.getProperty("replication") != null || name.equals("pgbouncer")) {
            return true;
        }
        for (ConnectionPattern pattern : excluded) {
            if (pattern.matches(user, "jdbc:postgresql://" + host + "/" + name)) {
                return true;
            }
        }
        return false;
    }

    /** Behind a pooler the key of the backend that the driver was given is not the backend's. */
    private static boolean isPooled(Connection connection, Identity identity) {
        Integer pid = backendPid(connection);
        return pid != null && pid != identity.backendPid();
    }

    /** Where the driver does not say which backend it was given it is neither pooled nor direct. */
    private static boolean isDirect(Connection connection, Identity identity) {
        Integer pid = backendPid(connection);
        return pid != null && pid == identity.backendPid();
    }

    private static Integer backendPid(Connection connection) {
        try {
            return connection.getClass().getMethod("getBackendPID").invoke(connection) instanceof Integer given
                    ? given
                    : null;
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /**
     * Asks the server who the connection is now and where it looks for names. Nothing is asked in a failed transaction.
     *
     * @return null when it could not be asked: then neither is known
     */
    public Identity identify(Session session) throws Throwable {
        if (session.driver().inFailedTransaction()) {
            return null;
        }
        Database database = session.database();
        try (Session.OwnWork work = session.ownWork()) {
            Connection connection = (Connection) session.connection();
            Identity identity = Identity.read(connection);
            RoleFacts role = database.role(identity.sessionUser(), identity.currentUser());
            if (role == null) {
                role = RoleFacts.read(connection);
                database.role(role);
            }
            session.identified(role, identity);
            return identity;
        } catch (SQLException e) {
            failed(session, e);
            return null;
        }
    }

    /**
     * The first snapshot of the session's database: read by this statement when no connection has read it yet.
     *
     * @return null when it cannot be read
     */
    public Catalog first(Session session) throws Throwable {
        Database database = session.database();
        if (session.isIdle() || session.isInTransaction()) {
            readFirst(session, false);
        }
        return database.catalog();
    }

    /** A statement goes by the snapshot. */
    public void used(Database database) {
        if (database.use()) {
            refresher.wake(database);
        }
    }

    /** The snapshot does not say what holds: it is read again soon, which nobody waits for. */
    public void refresh(Database database) {
        refresher.wake(database);
    }

    /**
     * Asks the server for the relations of these names, as this connection sees them now.
     *
     * @return null when it could not be asked; {@link Execution#ownFailure} then says whether the application's statement
     *     cannot run either
     */
    public Catalog named(Session session, List<Relation> names) throws Throwable {
        return ask(session, connection -> Catalog.readNamed(connection, options, names));
    }

    /**
     * Asks the server for the functions of these names, and those that they call, as they are now.
     *
     * @return as {@link #named}
     */
    public NamedFunctions functions(Session session, Catalog catalog, Set<String> names) throws Throwable {
        if (names.isEmpty()) {
            return null;
        }
        return ask(session, connection -> NamedFunctions.read(connection, catalog, names));
    }

    private interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    private static <T> T ask(Session session, Question<T> question) throws Throwable {
        boolean idle = session.isIdle();
        Connection connection = (Connection) session.connection();
        try (Session.OwnWork work = session.ownWork();
                Ending ending = ending(session, connection, idle)) {
            return question.ask(connection);
        } catch (SQLException e) {
            failed(session, e);
            return null;
        }
    }

    /** What is put back when ours is done; what it throws does not hide what ours threw. */
    private interface Ending extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }

    /**
     * With autocommit off our question begins a transaction when none is open. It is rolled back, so that the application
     * finds the connection as it was and a failure of ours does not fail its transaction. Autocommit is not touched: a
     * thread that waits for this connection has looked at it already.
     */
    private static Ending ending(Session session, Connection connection, boolean idle) {
        return () -> {
            if (idle && !session.isIdle() && !connection.isClosed()) {
                PlainStatements.rollback(connection);
            }
        };
    }

    private static void failed(Session session, SQLException e) throws Throwable {
        if (!session.isIdle() || ((Connection) session.connection()).isClosed() || CANCELLED.equals(e.getSQLState())) {
            // also where the transaction lives on: the driver's autosave may have gone back to a savepoint that is
            // older than what the application did last
            session.execution().noteOwnFailure(e);
        }
    }

    /**
     * Asks the server whether one of these settings has a value, other than the one it has outside every scope.
     *
     * @param settings name and value outside every scope, in turn
     * @return true also when the server could not answer, which {@link Execution#ownFailure} says: the statement must not run
     */
    public boolean isAnySet(Session session, List<String> settings) {
        StringBuilder sql = new StringBuilder("/* tenant-warden */ select false");
        for (int i = 0; i < settings.size(); i += 2) {
            sql.append(" or coalesce(pg_catalog.current_setting(?, true), '') not in ('', ?)");
        }
        try (Session.OwnWork work = session.ownWork();
                PreparedStatement statement =
                        PlainStatements.prepare((Connection) session.connection(), sql.toString())) {
            for (int i = 0; i < settings.size(); i++) {
                statement.setString(i + 1, settings.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        } catch (SQLException e) {
            session.execution().noteOwnFailure(e);
            return true;
        }
    }

    // ---- the first snapshot

    /** @param opening whether nobody else can use the connection yet */
    private void readFirst(Session session, boolean opening) throws Throwable {
        Database database = session.database();
        if (database.hasJustFailed() || !database.beginFirstReading()) {
            return;
        }
        int begun = database.generation();
        try {
            Catalog snapshot = session.hasResultLimit()
                    ? own.read(session, c -> Catalog.read(c, options))
                    : read(session, opening);
            // what an open transaction has changed is nobody else's yet: it is read again when the transaction ends
            database.update(snapshot, session.names().isCatalogChanged() ? begun - 1 : begun);
            listener.available(database);
            listener.catalogRead(database);
        } catch (SQLException e) {
            if (!CANCELLED.equals(e.getSQLState())) {
                database.failed(); // a cancel was meant for a statement of the application: the next one reads at once
            }
            listener.unavailable(database, e);
            failed(session, e);
        } finally {
            database.endReading();
        }
    }

    private Catalog read(Session session, boolean opening) throws Throwable {
        boolean idle = session.isIdle();
        Connection connection = (Connection) session.connection();
        try (Session.OwnWork work = session.ownWork();
                Ending ending = opening && idle ? withoutLimits(connection) : ending(session, connection, idle)) {
            return Catalog.read(connection, options);
        }
    }

    /** In a transaction of its own, on a connection that nobody else has yet. */
    private static Ending withoutLimits(Connection connection) throws SQLException {
        boolean autocommit = connection.getAutoCommit();
        int timeout = connection.getNetworkTimeout();
        Ending ending = () -> {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(autocommit);
                connection.setNetworkTimeout(Runnable::run, timeout);
            }
        };
        try {
            connection.setNetworkTimeout(Runnable::run, timeout == 0 ? 0 : Math.max(timeout, READING_MILLIS));
            connection.setAutoCommit(false);
            try (Statement statement = PlainStatements.create(connection)) {
                statement.execute(NO_LIMITS);
            }
            return ending;
        } catch (SQLException | RuntimeException | Error e) {
            try (ending) {
                throw e;
            }
        }
    }
}
