package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Runs the queries of a reading. Used by one thread. */
final class AuditQueries {

    /** Separates names within one string; no sane name holds it. */
    static final String SEPARATOR = "\u0001";

    private final Connection connection;

    interface Row {
        void read(ResultSet rs) throws SQLException;
    }

    AuditQueries(Connection connection) {
        this.connection = connection;
    }

    /** Runs a query with these values for its parameters. */
    void run(String sql, Row row, String... values) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setString(i + 1, values[i]);
            }
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    row.read(rs);
                }
            }
        }
    }
}
