package io.tenantwarden.rls.catalog;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Statements of ours on a connection that is the application's: what its URL says of fetching and of time is meant for its own. With
 * {@code defaultRowFetchSize} a query of ours would leave a portal open between its rows, and drivers were seen to fail in
 * a transaction with such a URL; {@code queryTimeout} would cancel ours, and the transaction with it. They are never prepared
 * under a name: a name that vanished (DEALLOCATE ALL in a function, a pooler's DISCARD) would fail a transaction that works without us.
 */
public final class PlainStatements {

    /** {@code PGStatement#setPrepareThreshold}: 0 means without a name. Null where a driver has no such method. */
    private static final ClassValue<MethodHandle> PREPARE_THRESHOLD = new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> type) {
            try {
                return MethodHandles.publicLookup()
                        .unreflect(type.getMethod("setPrepareThreshold", int.class))
                        .asType(MethodType.methodType(void.class, Object.class, int.class));
            } catch (ReflectiveOperationException e) {
                return null;
            }
        }
    };

    private PlainStatements() {}

    /** {@code connection.prepareStatement(sql)}, all rows fetched at once, without a name and a limit of time. */
    public static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        return plain(connection.prepareStatement(sql));
    }

    /** {@code connection.createStatement()}, as {@link #prepare}: drivers give names to texts that are executed often, too. */
    public static Statement create(Connection connection) throws SQLException {
        return plain(connection.createStatement());
    }

    /** {@code connection.commit()}; the driver's own COMMIT has a name. */
    public static void commit(Connection connection) throws SQLException {
        execute(connection, "/* tenant-warden */ COMMIT");
    }

    /** {@code connection.rollback()}; see {@link #commit}. */
    public static void rollback(Connection connection) throws SQLException {
        execute(connection, "/* tenant-warden */ ROLLBACK");
    }

    /** Begins a transaction, on a connection in autocommit. */
    public static void begin(Connection connection) throws SQLException {
        execute(connection, "/* tenant-warden */ BEGIN");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = create(connection)) {
            statement.execute(sql);
        }
    }

    private static <S extends Statement> S plain(S statement) throws SQLException {
        try {
            statement.setFetchSize(0);
            statement.setQueryTimeout(0);
            MethodHandle threshold = PREPARE_THRESHOLD.get(statement.getClass());
            if (threshold != null) {
                threshold.invokeExact((Object) statement, 0);
            }
            return statement;
        } catch (Throwable e) {
            try (statement) {
                throw e instanceof SQLException own ? own : new SQLException(e);
            }
        }
    }
}
