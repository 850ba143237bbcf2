package io.tenantwarden.tests.jvm;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** The scenario's side of the database, in the forked JVM. */
public final class Db {

    private Db() {}

    public static String url() {
        return System.getProperty("db.url");
    }

    /** A pool of the unprivileged role. */
    public static HikariDataSource hikari(int size) {
        return hikari(size, "warden_app");
    }

    public static HikariDataSource hikari(int size, String role) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url());
        config.setUsername(role);
        config.setPassword("secret");
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(size);
        return new HikariDataSource(config);
    }

    /** The driver's own data source, without a pool. */
    public static DataSource plain() {
        try {
            // by name: the forks have the same class under their own package
            Class<?> type = Class.forName(System.getProperty("db.driver", "org.postgresql") + ".ds.PGSimpleDataSource");
            Object source = type.getConstructor().newInstance();
            type.getMethod("setUrl", String.class).invoke(source, url());
            type.getMethod("setUser", String.class).invoke(source, "warden_app");
            type.getMethod("setPassword", String.class).invoke(source, "secret");
            return (DataSource) source;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Connection driverManager(String role) throws SQLException {
        return DriverManager.getConnection(url(), role, "secret");
    }

    /** The single column of a query, as strings. */
    public static List<String> column(Connection c, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = c.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rs = statement.executeQuery()) {
                return read(rs);
            }
        }
    }

    /** As {@link #column}, through a plain Statement. */
    public static List<String> columnPlain(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            return read(rs);
        }
    }

    /** How many rows a statement changed, through a plain Statement. */
    public static int update(Connection c, String sql) throws SQLException {
        try (Statement statement = c.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static List<String> read(ResultSet rs) throws SQLException {
        List<String> values = new ArrayList<>();
        while (rs.next()) {
            values.add(rs.getString(1));
        }
        return values;
    }
}
