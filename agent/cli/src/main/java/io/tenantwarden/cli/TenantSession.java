package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PlainStatements;
import io.tenantwarden.rls.catalog.PolicySql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A connection whose transactions run in the scope of one tenant. Every setting is local to its transaction, so nothing is
 * left on the connection, with a pooler neither. For one thread.
 */
final class TenantSession implements AutoCloseable {

    private static final int HAS_TRANSACTION_TIMEOUT = 170000;

    private final Connection connection;
    private final Map<String, String> settings = new LinkedHashMap<>();

    /**
     * @param scope what the application sets for the tenant, by name
     * @param tenant the id itself
     */
    TenantSession(Connection connection, Map<String, String> scope, String tenant) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        settings.put("row_security", "on");
        // limits that roles and databases have are meant for the application's own short statements
        settings.put("statement_timeout", "0");
        // compiling pays for analyses, not for reading rows
        settings.put("jit", "off");
        settings.put("idle_in_transaction_session_timeout", "0");
        if (connection.getMetaData().getDatabaseMajorVersion() * 10_000 >= HAS_TRANSACTION_TIMEOUT) {
            settings.put("transaction_timeout", "0");
        }
        settings.putAll(scope);
        settings.put(TenantRowsOptions.SETTING, tenant);
    }

    /** The same with one more setting. */
    TenantSession with(String name, String value) {
        settings.put(name, value);
        return this;
    }

    Connection connection() {
        return connection;
    }

    /** Begins a transaction that writes nothing and sees one state of the database. */
    void beginReading() throws SQLException {
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        set();
    }

    /**
     * The same on the state that another transaction sees.
     *
     * @param snapshot as {@code pg_export_snapshot} names it
     */
    void beginReading(String snapshot) throws SQLException {
        execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        execute("SET TRANSACTION SNAPSHOT '" + snapshot.replace("'", "''") + "'");
        set();
    }

    /** Begins a transaction that writes. */
    void beginWriting() throws SQLException {
        execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE");
        set();
    }

    private void set() throws SQLException {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            query("SELECT pg_catalog.set_config(?, ?, true)", setting.getKey(), setting.getValue());
        }
    }

    /** Runs a statement; how many rows it changed. */
    long execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("/* tenant-warden */ " + sql);
            return Math.max(0, s.getLargeUpdateCount());
        }
    }

    /** The first column of the first row; null when there is none. */
    String query(String sql, String... values) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, "/* tenant-warden */ " + sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setString(i + 1, values[i]);
            }
            try (ResultSet rs = s.executeQuery()) {
                return rs.next() ? rs.getString(1) : null;
            }
        }
    }

    long count(String sql) throws SQLException {
        return Long.parseLong(query(sql));
    }

    /** Whether the tenant id is a value of this type. */
    boolean isOfType(String type) throws SQLException {
        try {
            query("SELECT " + PolicySql.value(TenantRowsOptions.SETTING, type));
            return true;
        } catch (SQLException e) {
            if (e.getSQLState() != null && e.getSQLState().startsWith("22")) {
                return false;
            }
            throw e;
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        if (!connection.isClosed()) {
            connection.rollback();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
