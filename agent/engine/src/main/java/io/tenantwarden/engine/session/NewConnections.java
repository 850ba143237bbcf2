package io.tenantwarden.engine.session;

import io.tenantwarden.engine.config.ConnectionPattern;
import io.tenantwarden.engine.config.Pooler;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What happens once for each physical connection, before the application has it: whether it takes part, who it is, whether a pooler stands between,
 * what its login becomes with {@code warden.role}. Thread-safe.
 */
public final class NewConnections {

    private static final int IDENTIFY_AGAIN = 2;

    private final List<String> tenantGucs;
    private final List<ConnectionPattern> excluded;
    private final Pooler pooler;
    private final OwnConnections own;
    private final Catalogs catalogs;
    private final ServerQuestions questions;
    private final ValueProbes probes;
    private final Listener listener;
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

        /** A physical connection is ready, the first of its role or a later one. */
        void opened(Session session);
    }

    /**
     * @param tenantGucs the settings whose value has the tenant in it, in lower case
     * @param excluded {@code warden.datasource.exclude}
     * @param pooler {@code warden.pooler}
     * @param own opens connections that are Warden's own and take no part
     */
    public NewConnections(
            List<String> tenantGucs,
            List<ConnectionPattern> excluded,
            Pooler pooler,
            OwnConnections own,
            Catalogs catalogs,
            ServerQuestions questions,
            ValueProbes probes,
            Listener listener) {
        this.tenantGucs = tenantGucs;
        this.excluded = excluded;
        this.pooler = pooler;
        this.own = own;
        this.catalogs = catalogs;
        this.questions = questions;
        this.probes = probes;
        this.listener = listener;
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
        Database database = catalogs.database(server, name);
        session.open(connection, database, user);
        Identity identity = questions.identify(session);
        for (int again = 0; identity == null && again < IDENTIFY_AGAIN && !connection.isClosed(); again++) {
            identity = questions.identify(session); // a cancel that was meant for a statement before, for instance
        }
        boolean pooled = notePooler(session, connection, identity);
        if (StartUpOptions.haveValue(session.properties(), tenantGucs)) {
            session.applicationValue().startsWithValue(!pooled);
        }
        catalogs.opened(session);
        probes.probe(session);
        if (session.role().isConfigured() && session.role().ownFacts() != null) {
            if (!session.role().isLogin()) {
                session.injector().role().isOfSession();
            }
            assume(session, connection);
        }
        RoleFacts role = session.role().facts() == null
                ? session.role().ownFacts()
                : session.role().facts();
        if (role != null
                && database.catalog() != null
                && known.add(server + "/" + name + "/" + user + "/" + role.currentUser())) {
            listener.firstConnection(database, user, role, session.driver().strategy(), session.isPooled());
        }
        if (!database.isCurrent()) {
            catalogs.refresh(database);
        }
        if (role != null) {
            listener.opened(session);
        }
    }

    /** @param identity null when the server could not be asked */
    private boolean notePooler(Session session, Connection connection, Identity identity) {
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
            listener.poolerSeen(session.database());
        }
        return pooled;
    }

    /** Asks what the login becomes with the role that its statements run as; once for each login, and again when that may be another answer. */
    private void assume(Session session, Connection connection) throws Throwable {
        Database database = session.database();
        if (!database.isAssumedRoleOutdated(session.role().login())) {
            noteFunctions(session);
            return;
        }
        int asked = database.generation();
        try (OwnWork work = session.ownWork();
                OwnTransaction transaction = OwnTransaction.begin(session)) {
            AssumedRole assumed = AssumedRole.read(
                    connection,
                    session.role().ownFacts(),
                    session.injector().role().current());
            database.assumedRole(session.role().login(), assumed, asked);
            listener.roleAssumed(database, session.role().login(), assumed);
            noteFunctions(session);
        } catch (SQLException e) {
            OwnTransaction.failed(session, e);
        }
    }

    /** As long as it is not known, functions may set a role. */
    private static void noteFunctions(Session session) {
        AssumedRole assumed = session.role().assumed();
        session.injector()
                .role()
                .distrust(assumed == null || !assumed.roleFunctions().isEmpty());
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
}
