package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The databases that the application is connected to, and their snapshots: the first one is read when the first connection of a database is opened,
 * later ones are the {@link CatalogRefresher}'s. Thread-safe.
 */
public final class Catalogs {

    private final CatalogOptions options;
    private final long refreshNanos;
    private final OwnConnections own;
    private final CatalogRefresher refresher;
    private final Listener listener;
    private final Map<String, Database> databases = new ConcurrentHashMap<>();

    /** Told what was found out. */
    public interface Listener {
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
     * @param refreshNanos {@code warden.catalog.refresh}
     * @param own for the first snapshot, where the application has limited what a query may return
     * @param refresher reads later snapshots
     */
    public Catalogs(
            CatalogOptions options,
            long refreshNanos,
            OwnConnections own,
            CatalogRefresher refresher,
            Listener listener) {
        this.options = options;
        this.refreshNanos = refreshNanos;
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

    /** What is known of a database; the same object for all connections to it. */
    Database database(String server, String name) {
        return databases.computeIfAbsent(server + "/" + name, key -> new Database(name, server, refreshNanos));
    }

    /** A new connection, which nobody else can use yet, belongs to a database: it reads the first snapshot when there is none. */
    void opened(Session session) throws Throwable {
        session.database().opened(session);
        if (session.database().catalog() == null) {
            readFirst(session, true);
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
            if (!OwnTransaction.isCancel(e)) {
                // after a cancel, which was meant for a statement of the application, the next one reads at once
                database.failed();
            }
            listener.unavailable(database, e);
            OwnTransaction.failed(session, e);
        } finally {
            database.endReading();
        }
    }

    private Catalog read(Session session, boolean opening) throws Throwable {
        Connection connection = (Connection) session.connection();
        try (OwnWork work = session.ownWork();
                OwnTransaction transaction = opening && session.isIdle()
                        ? OwnTransaction.withoutLimits(connection)
                        : OwnTransaction.begin(session)) {
            return Catalog.read(connection, options);
        }
    }
}
