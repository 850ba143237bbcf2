package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.Identity;
import io.tenantwarden.rls.catalog.NamedFunctions;
import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Relation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What a statement has to ask the server before it runs, on its own connection: who the connection is, what single names mean to it, what a role may,
 * whether a setting has a value. Each is one round trip, for where no snapshot says what holds; none leaves a transaction behind. A question that
 * failed is noted in the {@link Execution} where the application's statement would have met the same. Thread-safe; to be called under the session's
 * lock.
 */
public final class ServerQuestions {

    private static final String LESSER =
            "/* tenant-warden */ select 1 from pg_catalog.pg_roles r, pg_catalog.pg_roles o"
                    + " where r.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name"
                    + " and o.rolname OPERATOR(pg_catalog.=) ?::pg_catalog.name"
                    + " and pg_catalog.pg_has_role(r.oid, o.oid, 'USAGE') and not o.rolsuper and not o.rolbypassrls";

    private final CatalogOptions options;

    /** @param options what makes a table a protected one */
    public ServerQuestions(CatalogOptions options) {
        this.options = options;
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
        try (OwnWork work = session.ownWork()) {
            Connection connection = (Connection) session.connection();
            Identity identity = Identity.read(connection);
            RoleFacts role = database.role(identity.sessionUser(), identity.currentUser());
            if (role == null) {
                role = RoleFacts.read(connection);
                database.role(role);
            }
            session.role().identified(role, identity);
            return identity;
        } catch (SQLException e) {
            OwnTransaction.failed(session, e);
            return null;
        }
    }

    /**
     * Whether a role may do less than the one that statements run as now: the latter is a member of it, and policies filter it.
     *
     * @return false also when it could not be asked
     */
    public boolean isLesser(Session session, String role) throws Throwable {
        Boolean known = session.database().isLesser(session.role().name(), role);
        if (known != null || session.driver().inFailedTransaction()) {
            return known != null && known;
        }
        try (OwnWork work = session.ownWork();
                OwnTransaction transaction = OwnTransaction.begin(session);
                PreparedStatement statement = PlainStatements.prepare((Connection) session.connection(), LESSER)) {
            statement.setString(1, session.role().name());
            statement.setString(2, role);
            try (ResultSet rows = statement.executeQuery()) {
                boolean lesser = rows.next();
                session.database().lesser(session.role().name(), role, lesser);
                return lesser;
            }
        } catch (SQLException e) {
            OwnTransaction.failed(session, e);
            return false;
        }
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
        try (OwnWork work = session.ownWork();
                OwnTransaction transaction = OwnTransaction.begin(session)) {
            return question.ask((Connection) session.connection());
        } catch (SQLException e) {
            OwnTransaction.failed(session, e);
            return null;
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
        try (OwnWork work = session.ownWork();
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
}
