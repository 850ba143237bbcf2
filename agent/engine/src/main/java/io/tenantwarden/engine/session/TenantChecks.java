package io.tenantwarden.engine.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.tenant.TenantType;
import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks {@code warden.tenant.check} whether a tenant may be used, and remembers the answer, yes or no, for its time to live.
 * Thread-safe.
 *
 * <p>Asked on the connection at hand and only while no transaction is open on it: there the question is a transaction of
 * its own, so that it takes no lock and fixes no snapshot in the application's, and its failure fails nothing else. Inside
 * a transaction the last answer counts, even when it is older than its time to live; a tenant without one is remembered
 * and asked for at the next idle moment of any connection to that database. Until then it is {@link Answer#UNKNOWN}.
 */
public final class TenantChecks {

    private static final String COMMENT = "/* tenant-warden */ ";
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final int REMEMBERED = 10_000;
    private static final int MAX_WANTED = 100;

    /** A question that failed is asked again no sooner than this. */
    private static final long RETRY_NANOS = 1_000_000_000L;

    private final String sql;
    private final long ttlNanos;
    private final TenantType type;
    private final Listener listener;
    private final Map<Database, Known> databases = new ConcurrentHashMap<>();

    /** What is known of a tenant. */
    public enum Answer {
        /** It may be used. */
        ACTIVE,
        /** It may not. */
        INACTIVE,
        /** It could not be asked; never taken for a yes. */
        UNKNOWN
    }

    /** Told when a question failed. */
    public interface Listener {
        void failed(String database, SQLException cause);

        /** It was answered again. */
        void recovered(String database);
    }

    private record Verdict(Answer answer, long at) {}

    private static final class Known {
        private final Cache<String, Verdict> verdicts;
        private final Set<String> wanted = ConcurrentHashMap.newKeySet();
        private volatile boolean failed;
        private volatile long failedAt;

        Known(long ttlNanos) {
            // an answer past its time to live still counts inside a transaction; the application's pools are not used
            verdicts = Caffeine.newBuilder()
                    .maximumSize(REMEMBERED)
                    .expireAfterWrite(Duration.ofNanos(2 * ttlNanos))
                    .executor(Runnable::run)
                    .build();
        }
    }

    /**
     * @param sql with one {@code ?}, which is bound as text, uuid or bigint according to the type
     * @param ttl how long an answer counts
     * @param type of tenant ids
     */
    public TenantChecks(String sql, Duration ttl, TenantType type, Listener listener) {
        this.sql = COMMENT + sql;
        this.ttlNanos = ttl.toNanos();
        this.type = type;
        this.listener = listener;
    }

    /** Whether the tenant may be used on this session's database; the driver's lock is held, nothing is written yet. */
    public Answer of(Session session, String tenant) throws Throwable {
        Known known = known(session.database());
        Verdict verdict = known.verdicts.getIfPresent(tenant);
        if (verdict != null && System.nanoTime() - verdict.at < ttlNanos) {
            return verdict.answer;
        }
        if (session.isIdle()) {
            return ask(session, known, tenant);
        }
        if (known.wanted.size() < MAX_WANTED) {
            known.wanted.add(tenant);
        }
        return verdict == null ? Answer.UNKNOWN : verdict.answer;
    }

    /** Asks for one of the tenants that could not be asked for inside a transaction, when this is a moment for it. */
    public void askWanted(Session session) throws Throwable {
        Known known = known(session.database());
        if (known.wanted.isEmpty() || !session.isIdle()) {
            return;
        }
        Iterator<String> wanted = known.wanted.iterator();
        if (wanted.hasNext()) {
            String tenant = wanted.next();
            wanted.remove();
            ask(session, known, tenant);
        }
    }

    private Known known(Database database) {
        Known known = databases.get(database);
        return known != null ? known : databases.computeIfAbsent(database, key -> new Known(ttlNanos));
    }

    private Answer ask(Session session, Known known, String tenant) throws Throwable {
        if (known.failed && System.nanoTime() - known.failedAt < RETRY_NANOS) {
            return Answer.UNKNOWN;
        }
        try (OwnWork work = session.ownWork()) {
            if (session.injector() != null && session.injector().role().isSetForSession()) {
                OwnStatements.reset(session); // it is asked as the login, always
            }
            Answer answer = outsideTransaction(session.injector(), (Connection) session.connection(), tenant);
            known.verdicts.put(tenant, new Verdict(answer, System.nanoTime()));
            if (known.failed) {
                known.failed = false;
                listener.recovered(session.database().name());
            }
            return answer;
        } catch (SQLException e) {
            known.failedAt = System.nanoTime();
            known.failed = true;
            listener.failed(session.database().name(), e);
            return Answer.UNKNOWN;
        }
    }

    /**
     * Leaves no transaction behind. Switching autocommit while idle sends nothing; a read-only connection would send SET
     * then, so that there the driver's own transaction is rolled back instead.
     */
    private Answer outsideTransaction(Injector injector, Connection connection, String tenant) throws SQLException {
        if (connection.getAutoCommit()) {
            return query(injector, connection, tenant);
        }
        if (connection.isReadOnly()) {
            try {
                return query(injector, connection, tenant);
            } finally {
                connection.rollback();
            }
        }
        connection.setAutoCommit(true);
        try {
            return query(injector, connection, tenant);
        } finally {
            connection.setAutoCommit(false);
        }
    }

    /** Another tenant's values may stand for the session ({@code warden.hold}), and must not answer for this one. */
    private static void asNobody(Injector injector, Connection connection) throws SQLException {
        if (injector != null && injector.standsForScope()) {
            injector.separate().setNobody(connection);
        }
    }

    private Answer query(Injector injector, Connection connection, String tenant) throws SQLException {
        asNobody(injector, connection);
        try (PreparedStatement statement = PlainStatements.prepare(connection, sql)) {
            statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            switch (type) {
                case TEXT -> statement.setString(1, tenant);
                case UUID -> statement.setObject(1, UUID.fromString(tenant));
                case LONG -> statement.setLong(1, Long.parseLong(tenant));
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Answer.ACTIVE : Answer.INACTIVE;
            }
        }
    }
}
