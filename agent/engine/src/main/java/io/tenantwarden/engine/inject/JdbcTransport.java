package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.sql.SqlStatement;
import java.lang.ref.WeakReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The portable way: every value is set in a statement of its own, through JDBC. Costs a round trip for the first statement of
 * a transaction, and in autocommit for every change of the scope. Guarded by the lock on the connection.
 */
public final class JdbcTransport implements Transport {

    private final JdbcConnection jdbc;
    private final WireState wire;
    // statements whose rows are fetched in portions, since the transaction began
    private final List<Reader> readers = new ArrayList<>();
    // those of them whose transaction may have ended with the execution at hand
    private List<Reader> ending = List.of();

    /** @param several whether it has more than one result, of which JDBC shows one at a time */
    private record Reader(WeakReference<Statement> statement, boolean several) {

        boolean isOf(Statement other) {
            Statement own = statement.get();
            return own == null || own == other;
        }
    }

    JdbcTransport(JdbcConnection connection, WireState wire) {
        this.jdbc = connection;
        this.wire = wire;
    }

    /** Ours was sent before. */
    @Override
    public void along(Assignment target, String role, boolean forSession, int flags) {
        // nothing goes along with the application's statement
    }

    /**
     * One statement of an execution is about to be sent.
     *
     * @param injector the one that this belongs to
     * @param target the values that it runs with; null when it is none of our business
     * @param reader the JDBC statement when it may read its rows in portions, else null
     */
    public void beforeSend(Injector injector, SqlStatement statement, Assignment target, Statement reader)
            throws Throwable {
        boolean inTransaction = !jdbc.connection().getAutoCommit() || !jdbc.isIdle();
        boolean portal = reader != null && inTransaction && reader.getFetchSize() > 0;
        if (reader != null && !readers.isEmpty()) {
            readers.removeIf(before -> before.isOf(reader)); // executing it again closes its results
        }
        if (portal) {
            readers.add(new Reader(new WeakReference<>(reader), statement.multi()));
        }
        injector.send(statement, target, inTransaction, portal, 0);
    }

    /** An execution has ended; the driver may have rolled back to a savepoint of its own when it failed (autosave). */
    public void ended(boolean failed) throws Throwable {
        if (failed) {
            wire.forget();
            ending = List.of();
        }
        jdbc.skipped(failed);
    }

    @Override
    public void transactionBegins() {
        readers.clear();
    }

    @Override
    public void transactionMayEnd() {
        ending = List.copyOf(readers);
    }

    /** In a transaction that has failed portals live on: ROLLBACK TO a savepoint brings them back. */
    @Override
    public void readyForQuery() throws Throwable {
        if (jdbc.isIdle()) {
            readers.clear();
        } else if (!ending.isEmpty()) {
            readers.removeAll(ending); // AND CHAIN: the next transaction has begun
        }
        ending = List.of();
    }

    /** Until its result set is closed, of several until the statement is: whether all rows were fetched JDBC does not say. */
    @Override
    public boolean hasOpenPortal() throws SQLException {
        for (Reader some : readers) {
            Statement reader = some.statement().get();
            if (reader != null && !reader.isClosed()) {
                if (some.several()) {
                    return true;
                }
                ResultSet rows = reader.getResultSet();
                if (rows != null && !rows.isClosed()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Ours is a statement of its own, whose failure is told at once. */
    @Override
    public boolean takeFailure() {
        return false;
    }
}
