package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.config.ConnectionPattern;
import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.PlainStatements;
import io.tenantwarden.rls.RoleFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads catalogs: on the first physical connection of each database, and again when a snapshot is out of date, always on
 * the connection at hand and never inside the application's statement. Thread-safe.
 */
public final class Catalogs {

    private final CatalogOptions options;
    private final long refreshNanos;
    private final List<ConnectionPattern> excluded;
    private final FactsReader facts;
    private final Listener listener;
    private final Map<String, Database> databases = new ConcurrentHashMap<>();
    private final Map<String, RoleFacts> identities = new ConcurrentHashMap<>();
    private final Set<String> pooled = ConcurrentHashMap.newKeySet();

    /** Told what was found out. */
    public interface Listener {
        /** The first connection of this role to this database. */
        void firstConnection(Database database, RoleFacts role, String strategy, boolean pooled);

        /** A physical connection is ready, the first of its role or a later one. */
        void opened(Session session);

        /** There is a new snapshot, on whose strength the findings may be others. */
        void catalogRead(Database database);

        /**
         * A statement touches protected tables. Called for the first execution of a statement on a connection, and again
         * when the snapshot is a new one.
         */
        void touched(Session session, List<CatalogTable> tables);

        /** The catalog could not be read. */
        void unavailable(String database, SQLException cause);

        /** The catalog could be read, again or for the first time. */
        void available(String database);
    }

    /**
     * @param options what makes a table a protected one
     * @param refreshNanos {@code warden.catalog.refresh}
     * @param excluded {@code warden.datasource.exclude}
     * @param facts opens connections that are Warden's own and take no part
     */
    public Catalogs(
            CatalogOptions options,
            long refreshNanos,
            List<ConnectionPattern> excluded,
            FactsReader facts,
            Listener listener) {
        this.options = options;
        this.refreshNanos = refreshNanos;
        this.excluded = excluded;
        this.facts = facts;
        this.listener = listener;
    }

    /**
     * A physical connection is ready: makes its session take part, unless configuration excludes it.
     */
    public void open(Session session, Connection connection) throws Throwable {
        if (facts.isConnecting()) {
            return;
        }
        Properties properties = session.properties();
        String user = session.driver().user();
        String name = session.driver().database();
        String host = session.driver().host();
        if (isLeftAlone(user, host, name, properties)) {
            return;
        }
        Database database = databases.computeIfAbsent(host + "/" + name, key -> new Database(name, refreshNanos));
        String identity = host + "/" + name + "/" + user + "/" + properties.getProperty("currentSchema", "") + "/"
                + properties.getProperty("options", "");
        RoleFacts role = identities.get(identity);
        if (role != null && database.catalog() != null) {
            if (pooled.contains(identity)) {
                behindPooler(session);
            }
            session.open(connection, database, user, role);
            listener.opened(session);
            return;
        }
        session.open(connection, database, user, null);
        if (role == null) {
            role = facts(session, connection, identity, database);
            if (role != null && isPooled(connection, role)) {
                pooled.add(identity);
            }
        }
        if (role == null || pooled.contains(identity)) {
            // not known counts as a pooler: what is set for the session there is left to other clients
            behindPooler(session);
        }
        if (database.catalog() == null) {
            read(session, database);
        }
        if (role != null) {
            session.open(connection, database, user, role);
            if (database.catalog() != null && identities.putIfAbsent(identity, role) == null) {
                listener.firstConnection(database, role, session.driver().strategy(), pooled.contains(identity));
            }
            listener.opened(session);
        }
    }

    private static void behindPooler(Session session) {
        if (session.injector() != null) {
            session.injector().behindPooler();
        }
    }

    /** A statement touches protected tables, which it or its snapshot did not do before. */
    public void touched(Session session, List<CatalogTable> tables) {
        listener.touched(session, tables);
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

    private RoleFacts facts(Session session, Connection connection, String identity, Database database) {
        ThreadState thread = ThreadState.current();
        thread.enterInternal();
        session.enterQuiet();
        try {
            return RoleFacts.read(connection);
        } catch (SQLException e) {
            listener.unavailable(database.name(), e);
            return null;
        } finally {
            session.leaveQuiet();
            thread.leaveInternal();
        }
    }

    /** Behind a pooler the key of the backend that the driver was given is not the backend's (PIPELINED facts). */
    private static boolean isPooled(Connection connection, RoleFacts role) {
        try {
            Object pid = connection.getClass().getMethod("getBackendPID").invoke(connection);
            return pid instanceof Integer known && known != role.backendPid();
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /**
     * Looks the tables of a statement up, reading the catalog again first when that is due.
     *
     * @param certain whether a name that the snapshot does not have must be resolved before the statement runs
     * @return the catalog to go by; null when there is none
     */
    public Catalog current(Session session, boolean certain) throws Throwable {
        Database database = session.database();
        boolean urgent = database.catalog() == null || (certain && session.isCatalogChangeUnread());
        // the age is looked at last: inside a transaction it does not count, and asking the clock costs as much as the
        // rest
        if (session.isIdle() ? urgent || database.isStale() : urgent && session.isInTransaction()) {
            read(session, database);
        }
        return session.catalog();
    }

    /**
     * A statement names relations that the snapshot does not have.
     *
     * @param now whether they must be resolved before the statement runs
     * @return whether there is a new snapshot
     */
    public boolean lookFor(List<String> unknown, Session session, boolean now) throws Throwable {
        Database database = session.database();
        if (!now && database.isJustRead()) {
            return false; // names made up for each use cost no more than one reading in a while; each asks again later
        }
        boolean asks = session.isCatalogChangeUnread();
        for (String relation : unknown) {
            asks |= database.asksForRefresh(relation);
        }
        if (!asks || session.driver().inFailedTransaction()) {
            return false;
        }
        if (session.isInTransaction() && !now) {
            database.refresh();
            return false;
        }
        Catalog before = session.catalog();
        read(session, database);
        return session.catalog() != before;
    }

    /**
     * Asks the server whether one of these settings has a value, other than the one it has outside every scope.
     *
     * @param settings name and value outside every scope, in turn
     * @return true also when the server could not answer, which {@link Session#ownFailure} says: the statement must not run
     */
    public boolean isAnySet(Session session, List<String> settings) {
        StringBuilder sql = new StringBuilder("/* tenant-warden */ select false");
        for (int i = 0; i < settings.size(); i += 2) {
            sql.append(" or coalesce(pg_catalog.current_setting(?, true), '') not in ('', ?)");
        }
        ThreadState thread = ThreadState.current();
        thread.enterInternal();
        session.enterQuiet();
        try (PreparedStatement statement = PlainStatements.prepare((Connection) session.connection(), sql.toString())) {
            for (int i = 0; i < settings.size(); i++) {
                statement.setString(i + 1, settings.get(i));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        } catch (SQLException e) {
            session.noteOwnFailure(e);
            return true;
        } finally {
            session.leaveQuiet();
            thread.leaveInternal();
        }
    }

    private void read(Session session, Database database) throws Throwable {
        if (database.hasJustFailed() || !database.beginReading()) {
            return;
        }
        ThreadState thread = ThreadState.current();
        thread.enterInternal();
        session.enterQuiet();
        try {
            read((Connection) session.connection(), session, database);
            session.noteCatalogRead();
            listener.available(database.name());
        } catch (SQLException e) {
            database.failed();
            listener.unavailable(database.name(), e);
            if (!session.isIdle() || ((Connection) session.connection()).isClosed()) {
                // also where the transaction lives on: the driver's autosave may have gone back to a savepoint that is
                // older
                // than what the application did last
                session.noteOwnFailure(e);
            }
        } finally {
            session.leaveQuiet();
            thread.leaveInternal();
            database.endReading();
        }
    }

    /**
     * With autocommit off the reading begins a transaction when none is open. It is rolled back, so that the application
     * finds the connection as it was and a failure of ours does not fail its transaction. Autocommit is not touched: a
     * thread that waits for this connection has looked at it already.
     */
    private void read(Connection connection, Session session, Database database) throws Throwable {
        boolean idle = !session.isInTransaction();
        try {
            Catalog snapshot = Catalog.read(connection, options);
            if (session.isCatalogChanging() && !idle) {
                session.uncommittedCatalog(snapshot);
            } else {
                database.update(snapshot);
                listener.catalogRead(database);
            }
        } finally {
            if (idle && !connection.getAutoCommit()) {
                connection.rollback();
            }
        }
    }
}
