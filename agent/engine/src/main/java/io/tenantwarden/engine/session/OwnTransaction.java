package io.tenantwarden.engine.session;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The transaction that a question of Warden's own takes part in, on a connection of the application: closing it leaves the connection as it was
 * found. To be used in a {@code try} statement, under the session's lock; what closing throws does not hide what the question threw.
 */
final class OwnTransaction implements AutoCloseable {

    /**
     * What the application set as limits for its own statements must not end ours: local to the transaction in which the
     * first snapshot is read. Before version 17 there is no {@code transaction_timeout}.
     */
    private static final String NO_LIMITS =
            "/* tenant-warden */ select pg_catalog.set_config('statement_timeout', '0', true),"
                    + " pg_catalog.set_config('idle_in_transaction_session_timeout', '0', true),"
                    + " case when pg_catalog.current_setting('transaction_timeout', true) is not null"
                    + " then pg_catalog.set_config('transaction_timeout', '0', true) end";

    /** {@code query_canceled}, PostgreSQL manual appendix A. */
    private static final String CANCELLED = "57014";

    /** A shorter limit of the application's is not for the reading of a large catalog. */
    private static final int READING_MILLIS = 60_000;

    private final Ending ending;

    private interface Ending {
        void run() throws SQLException;
    }

    private OwnTransaction(Ending ending) {
        this.ending = ending;
    }

    /**
     * With autocommit off our question begins a transaction when none is open. It is rolled back, so that the application
     * finds the connection as it was and a failure of ours does not fail its transaction. Autocommit is not touched: a
     * thread that waits for this connection has looked at it already.
     */
    static OwnTransaction begin(Session session) {
        Connection connection = (Connection) session.connection();
        boolean idle = session.isIdle();
        return new OwnTransaction(() -> {
            if (idle && !session.isIdle() && !connection.isClosed()) {
                PlainStatements.rollback(connection);
            }
        });
    }

    /**
     * In a transaction of its own and without the application's limits, on a connection that nobody else has yet and that is in no transaction.
     *
     * @throws SQLException the driver's; the connection is as it was
     */
    static OwnTransaction withoutLimits(Connection connection) throws SQLException {
        boolean autocommit = connection.getAutoCommit();
        int timeout = connection.getNetworkTimeout();
        OwnTransaction transaction = new OwnTransaction(() -> {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(autocommit);
                connection.setNetworkTimeout(Runnable::run, timeout);
            }
        });
        try {
            connection.setNetworkTimeout(Runnable::run, timeout == 0 ? 0 : Math.max(timeout, READING_MILLIS));
            connection.setAutoCommit(false);
            try (Statement statement = PlainStatements.create(connection)) {
                statement.execute(NO_LIMITS);
            }
            return transaction;
        } catch (SQLException | RuntimeException | Error e) {
            try (transaction) {
                throw e;
            }
        }
    }

    /** @throws SQLException the driver's: what is left of the transaction is not known */
    @Override
    public void close() throws SQLException {
        ending.run();
    }

    /** Whether a question failed because of a cancel, which was meant for a statement of the application. */
    static boolean isCancel(SQLException e) {
        return CANCELLED.equals(e.getSQLState());
    }

    /** A question failed: it is noted for the application's statement, where that would have met the same. */
    static void failed(Session session, SQLException e) throws SQLException {
        if (!session.isIdle() || ((Connection) session.connection()).isClosed() || isCancel(e)) {
            // also where the transaction lives on: the driver's autosave may have gone back to a savepoint that is
            // older than what the application did last
            session.execution().noteOwnFailure(e);
        }
    }
}
