package io.tenantwarden.engine.session;

import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.Injector;
import io.tenantwarden.engine.inject.SeparateInjection;
import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.sql.SqlStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Runs injections that cannot go along with the application's statement, on the application's connection and unseen by its
 * bookkeeping. To be called under the lock of the session. Stateless.
 */
public final class OwnStatements {

    private OwnStatements() {}

    /**
     * Makes the values hold for the statement that comes next.
     *
     * @throws SQLException the driver's; they do not hold then
     */
    public static void set(Session session, Assignment target) throws SQLException {
        Injector injector = session.injector();
        try (OwnWork work = session.ownWork()) {
            injector.separate()
                    .set(
                            (Connection) session.connection(),
                            target,
                            session.execution().isAutocommit(),
                            session.applicationValue().wasSetForSession());
        }
    }

    /**
     * Makes hold what COMMIT needs.
     *
     * @throws SQLException the driver's; it does not hold then
     */
    public static void setAtCommit(Session session, SqlStatement commit, Assignment target) throws SQLException {
        try (OwnWork work = session.ownWork()) {
            session.injector().separate().setAtCommit((Connection) session.connection(), commit, target);
        }
    }

    /**
     * Whether the open transaction, or the one that the driver begins with this question, keeps its first snapshot to its end.
     *
     * @throws SQLException the driver's
     */
    public static boolean keepsSnapshot(Session session) throws SQLException {
        try (OwnWork work = session.ownWork()) {
            return SeparateInjection.keepsSnapshot((Connection) session.connection());
        }
    }

    /**
     * Asks the server for the value of a setting.
     *
     * @return null when the session never saw it
     * @throws SQLException the driver's
     */
    public static String read(Session session, String setting) throws SQLException {
        try (OwnWork work = session.ownWork();
                PreparedStatement statement = PlainStatements.prepare(
                        (Connection) session.connection(),
                        "/* tenant-warden */ select pg_catalog.current_setting(?, true)")) {
            statement.setString(1, setting);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /**
     * Takes what was set for the session away again. When that fails the connection is closed: what it would show to its next
     * user is not known. To be called while no transaction is open.
     *
     * @throws SQLException the driver's
     */
    public static void reset(Session session) throws SQLException {
        Connection connection = (Connection) session.connection();
        try (OwnWork work = session.ownWork()) {
            boolean complete = false;
            try {
                outsideTransaction(session.wire(), connection);
                complete = true;
            } finally {
                if (!complete) {
                    connection.abort(Runnable::run);
                }
            }
        }
    }

    /**
     * A rollback would bring the values back, so that the driver's own transaction is committed. Autocommit is not switched: a
     * thread that waits for this connection has looked at it already, and its statement would be sent without a BEGIN.
     */
    private static void outsideTransaction(Injector injector, Connection connection) throws SQLException {
        injector.separate().reset(connection);
        if (!connection.getAutoCommit()) {
            PlainStatements.commit(connection);
        }
    }
}
