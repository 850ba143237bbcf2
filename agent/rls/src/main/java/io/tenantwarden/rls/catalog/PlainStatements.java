package io.tenantwarden.rls.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements of ours on a connection that is the application's: what its URL says of fetching is meant for its own. With
 * {@code defaultRowFetchSize} a query of ours would leave a portal open between its rows, and drivers were seen to fail in
 * a transaction with such a URL.
 */
public final class PlainStatements {

    private PlainStatements() {}

    /** {@code connection.prepareStatement(sql)}, all rows fetched at once. */
    public static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return fetchingAll(connection.prepareStatement(sql));
    }

    /** {@code connection.createStatement()}, all rows fetched at once. */
    public static Statement create(Connection connection) throws SQLException {
        return fetchingAll(connection.createStatement());
    }

    private static <S extends Statement> S fetchingAll(S statement) throws SQLException {
        try {
            statement.setFetchSize(0);
            return statement;
        } catch (SQLException | RuntimeException | Error e) {
            try (statement) {
                throw e;
            }
        }
    }
}
