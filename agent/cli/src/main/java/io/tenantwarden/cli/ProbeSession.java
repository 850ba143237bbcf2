package io.tenantwarden.cli;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Runs statements in one transaction, each in a savepoint that is rolled back whatever happens. For one thread. */
final class ProbeSession implements AutoCloseable {

    private static final String DIVISION_BY_ZERO = "22012";

    private final Connection connection;

    /**
     * What a statement did.
     *
     * @param row the first column of its first row; null when it returned none
     * @param count how many rows it changed
     * @param error what the server said; null when it accepted the statement
     */
    record Attempt(String row, int count, SQLException error) {

        boolean touchedARow() {
            return row != null || count > 0 || isState(DIVISION_BY_ZERO);
        }

        boolean isState(String state) {
            return error != null && state.equals(error.getSQLState());
        }

        /** The server stopped it: a lock or a time limit. */
        boolean wasStopped() {
            return isState("57014") || isState("55P03");
        }

        /** A policy's WITH CHECK refused the row; by the server's function, since messages are translated. */
        boolean refusedByPolicy() {
            ServerErrorMessage server = server();
            return isState("42501") && server != null && "ExecWithCheckOptions".equals(server.getRoutine());
        }

        /** A constraint of this table refused the row. The server checks policies before it checks constraints. */
        String constraintOf(ProbeTable table) {
            ServerErrorMessage server = server();
            if (server == null
                    || error.getSQLState() == null
                    || !error.getSQLState().startsWith("23")
                    || server.getTable() == null
                    || !(table.parent() || server.getTable().equals(table.relation()))) {
                return null;
            }
            if (isState("23502")) {
                return server.getColumn() == null ? null : "NOT NULL of " + server.getColumn();
            }
            return server.getConstraint();
        }

        String message() {
            ServerErrorMessage server = server();
            return WardenCli.oneLine(
                    server == null || server.getMessage() == null ? error.getMessage() : server.getMessage());
        }

        private ServerErrorMessage server() {
            return error instanceof PSQLException e ? e.getServerErrorMessage() : null;
        }
    }

    /** Begins the transaction. Limits keep a probe from standing in the way of the application. */
    ProbeSession(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        set(Map.of("statement_timeout", "10s", "lock_timeout", "2s"));
    }

    Connection connection() {
        return connection;
    }

    /** Whether the transaction may write; a standby may not. */
    boolean readOnly() throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet rs = s.executeQuery("/* tenant-warden */ SHOW transaction_read_only")) {
            rs.next();
            return rs.getString(1).equals("on");
        }
    }

    /**
     * Runs one statement, with these settings, and takes everything back.
     *
     * @param settings by name, in force for this statement alone
     * @throws SQLException when the connection is lost
     */
    Attempt attempt(Map<String, String> settings, String sql, String... values) throws SQLException {
        return attempt(settings, sql, values, Map.of(), null);
    }

    /**
     * The same, followed by a query with other settings that sees what the statement did. Its row is the answer. Not asked
     * when the statement changed nothing: what it would show was there before.
     */
    Attempt attempt(
            Map<String, String> settings,
            String sql,
            String[] values,
            Map<String, String> settingsAfter,
            String queryAfter,
            String... valuesAfter)
            throws SQLException {
        execute("/* tenant-warden */ SAVEPOINT warden");
        try {
            set(settings);
            Attempt attempt = run(sql, values);
            if (attempt.error == null && attempt.count > 0 && queryAfter != null) {
                set(settingsAfter);
                Attempt after = run(queryAfter, valuesAfter);
                attempt = new Attempt(after.row, attempt.count, null);
            }
            return attempt;
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            return new Attempt(null, 0, e);
        } finally {
            if (!connection.isClosed()) {
                execute("/* tenant-warden */ ROLLBACK TO SAVEPOINT warden");
            }
        }
    }

    private Attempt run(String sql, String[] values) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("/* tenant-warden */ " + sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setString(i + 1, values[i]);
            }
            if (!s.execute()) {
                return new Attempt(null, s.getUpdateCount(), null);
            }
            try (ResultSet rs = s.getResultSet()) {
                return new Attempt(rs.next() ? String.valueOf(rs.getString(1)) : null, 0, null);
            }
        }
    }

    private void set(Map<String, String> settings) throws SQLException {
        for (Map.Entry<String, String> setting : new LinkedHashMap<>(settings).entrySet()) {
            try (PreparedStatement s =
                    connection.prepareStatement("/* tenant-warden */ SELECT pg_catalog.set_config(?, ?, true)")) {
                s.setString(1, setting.getKey());
                s.setString(2, setting.getValue());
                s.executeQuery().close();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute(sql);
        }
    }

    /** Rolls everything back. */
    @Override
    public void close() throws SQLException {
        if (!connection.isClosed()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
