package io.tenantwarden.cli;

import io.tenantwarden.rls.sql.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One read-only transaction that is rolled back whatever happens; each question in it in a savepoint of its own. For one
 * thread.
 */
final class ExplainSession implements AutoCloseable {

    private static final String SECONDS = "30s";

    /** What {@code ALTER ROLE ... SET} and {@code ALTER DATABASE ... SET} give a session of that role, the nearer one last. */
    private static final String DEFAULTS = """
            /* tenant-warden */
            SELECT c.setting FROM pg_catalog.pg_db_role_setting s
             CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting)
             WHERE (s.setdatabase OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR s.setdatabase OPERATOR(pg_catalog.=) (
                      SELECT d.oid FROM pg_catalog.pg_database d
                       WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
               AND (s.setrole OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR s.setrole OPERATOR(pg_catalog.=) (
                      SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname OPERATOR(pg_catalog.=) ?))
             ORDER BY s.setrole OPERATOR(pg_catalog.<>) 0::pg_catalog.oid,
                      s.setdatabase OPERATOR(pg_catalog.<>) 0::pg_catalog.oid
            """;

    private final Connection connection;

    /**
     * What became of a statement.
     *
     * @param plan null when the server did not accept it
     * @param error what the server said; null
     */
    record Run(ExplainPlan plan, SQLException error) {

        boolean isState(String state) {
            return error != null && state.equals(error.getSQLState());
        }

        /** How many rows it found; null when it was not executed. */
        Long rows() {
            return plan == null || !plan.analyzed() ? null : Long.valueOf(plan.rows());
        }
    }

    interface Question<T> {
        T ask() throws SQLException;
    }

    /**
     * Begins the transaction.
     *
     * @throws SQLException when the server does not want one
     */
    ExplainSession(Connection connection) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        execute("SET TRANSACTION READ ONLY");
        set(Map.of(
                "statement_timeout", SECONDS,
                "lock_timeout", "2s",
                "standard_conforming_strings", "on",
                "max_parallel_workers_per_gather", "0",
                "jit", "off"));
    }

    Connection connection() {
        return connection;
    }

    /** Asks, and takes everything back that was set meanwhile. */
    <T> T within(Question<T> question) throws SQLException {
        execute("SAVEPOINT explain");
        try {
            return question.ask();
        } finally {
            if (!connection.isClosed()) {
                execute("ROLLBACK TO SAVEPOINT explain");
                execute("RELEASE SAVEPOINT explain");
            }
        }
    }

    /** Becomes this role, as far as {@link #within} goes, with what a session of its own would begin with. */
    void become(String role) throws SQLException {
        Map<String, String> defaults = new LinkedHashMap<>();
        try (PreparedStatement s = connection.prepareStatement(DEFAULTS)) {
            s.setString(1, role);
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    String setting = rs.getString(1);
                    String name = setting.substring(0, setting.indexOf('='));
                    if (name.indexOf('.') > 0 || name.equals("row_security") || name.equals("search_path")) {
                        defaults.put(name, setting.substring(setting.indexOf('=') + 1));
                    }
                }
            }
        }
        execute("SET LOCAL ROLE " + Identifiers.quote(role));
        for (Map.Entry<String, String> d : defaults.entrySet()) {
            if (d.getKey().equals("search_path")) {
                execute("SET LOCAL search_path = " + d.getValue());
            } else {
                set(Map.of(d.getKey(), d.getValue()));
            }
        }
    }

    /** Sets for the transaction. */
    void set(Map<String, String> settings) throws SQLException {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            try (PreparedStatement s =
                    connection.prepareStatement("/* tenant-warden */ SELECT pg_catalog.set_config(?, ?, true)")) {
                s.setString(1, setting.getKey());
                s.setString(2, setting.getValue());
                s.executeQuery().close();
            }
        }
    }

    /** The values that hold now; null stands for one that is not set. */
    Map<String, String> values(Collection<String> names) throws SQLException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : names) {
            values.put(name, value("SELECT pg_catalog.current_setting(?, true)", name));
        }
        return values;
    }

    /** The first column of the first row; null when there is none. */
    String value(String sql, String... parameters) throws SQLException {
        List<List<String>> rows = rows(sql, parameters);
        return rows.isEmpty() ? null : rows.get(0).get(0);
    }

    /** All rows, as text. */
    List<List<String>> rows(String sql, String... parameters) throws SQLException {
        try (PreparedStatement s = connection.prepareStatement("/* tenant-warden */ " + sql)) {
            for (int i = 0; i < parameters.length; i++) {
                s.setString(i + 1, parameters[i]);
            }
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet rs = s.executeQuery()) {
                int columns = rs.getMetaData().getColumnCount();
                while (rs.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(rs.getString(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    /**
     * One row of a query that the text of a policy is part of, which may hold question marks.
     *
     * @return null when the server does not accept it
     * @throws SQLException when the connection is lost
     */
    List<String> attempt(String sql) throws SQLException {
        try {
            return within(() -> {
                try (Statement s = connection.createStatement();
                        ResultSet rs = s.executeQuery("/* tenant-warden */ " + sql)) {
                    List<String> row = new ArrayList<>();
                    rs.next();
                    for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
                        row.add(rs.getString(i));
                    }
                    return row;
                }
            });
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            return null;
        }
    }

    /**
     * Explains a statement.
     *
     * @param analyze whether it is executed as well; what it would write is refused by the server
     * @param byRows whether rows are read one by one, so that the filter counts them all
     * @throws SQLException when the connection is lost
     */
    Run explain(String sql, boolean analyze, boolean byRows) throws SQLException {
        return explain(sql, analyze, byRows ? List.of("indexscan", "indexonlyscan", "bitmapscan") : List.of());
    }

    /** The same without these ways of the planner. */
    Run explain(String sql, boolean analyze, List<String> without) throws SQLException {
        String options = analyze ? "ANALYZE, TIMING OFF, SUMMARY OFF, " : "";
        String explain = "/* tenant-warden */ EXPLAIN (" + options + "VERBOSE, FORMAT JSON) ";
        try {
            return within(() -> {
                for (String way : without) {
                    set(Map.of("enable_" + way, "off"));
                }
                StringBuilder json = new StringBuilder();
                try (Statement s = connection.createStatement();
                        ResultSet rs = s.executeQuery(explain + sql)) {
                    while (rs.next()) {
                        json.append(rs.getString(1)).append('\n');
                    }
                }
                return new Run(ExplainPlan.of(json.toString()), null);
            });
        } catch (SQLException e) {
            if (SqlErrors.isConnectionLost(e)) {
                throw e;
            }
            return new Run(null, SqlErrors.positionAfter(explain, e));
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("/* tenant-warden */ " + sql);
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
