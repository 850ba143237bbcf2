package io.tenantwarden.tests.sites;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.dbcp2.DelegatingConnection;
import org.apache.commons.dbcp2.DelegatingPreparedStatement;

/** An application's own layer around JDBC, by proxy and by class: every statement of the application passes here. */
public final class LoggingConnections {

    private static final List<String> LOG = new ArrayList<>();

    private LoggingConnections() {}

    public static List<String> log() {
        return LOG;
    }

    /** Logs by proxy. */
    public static Connection proxied(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                LoggingConnections.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                    Object result = method.invoke(connection, args);
                    return result instanceof PreparedStatement statement ? proxied(statement) : result;
                });
    }

    private static PreparedStatement proxied(PreparedStatement statement) {
        return (PreparedStatement) Proxy.newProxyInstance(
                LoggingConnections.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                new Handler(statement));
    }

    private record Handler(PreparedStatement statement) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
            LOG.add(method.getName());
            try {
                return method.invoke(statement, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    /** Logs by class. */
    public static Connection wrapped(Connection connection) {
        return new DelegatingConnection<>(connection) {
            @Override
            public PreparedStatement prepareStatement(String sql) throws SQLException {
                return new LoggingStatement(this, connection.prepareStatement(sql));
            }
        };
    }

    private static final class LoggingStatement extends DelegatingPreparedStatement {

        private final PreparedStatement delegate;

        LoggingStatement(DelegatingConnection<?> connection, PreparedStatement statement) {
            super(connection, statement);
            delegate = statement;
        }

        @Override
        public ResultSet executeQuery() throws SQLException {
            return logged(() -> delegate.executeQuery());
        }

        @Override
        public boolean execute() throws SQLException {
            LOG.add("execute");
            return super.execute();
        }

        private static <T> T logged(Callable<T> work) throws SQLException {
            LOG.add("logged");
            try {
                return work.call();
            } catch (SQLException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new SQLException(e);
            }
        }

        @Override
        public void close() throws SQLException {
            try (PreparedStatement own =
                    delegate.getConnection().prepareStatement("select count(*) from invoices where id = 0")) {
                own.executeQuery().close(); // site
            }
            super.close();
        }
    }
}
