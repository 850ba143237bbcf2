package io.tenantwarden.tests.scenarios;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.BiFunction;

/** An application in a loader of its own, with the driver of that loader: it knows nothing but JDBC. */
public final class PlugIn implements BiFunction<String, String, Object> {

    private final String driver;

    public PlugIn() {
        this("org.postgresql.Driver");
    }

    /** @param driver class name of the driver */
    public PlugIn(String driver) {
        this.driver = driver;
    }

    /**
     * Runs a query on a new connection of the unprivileged role.
     *
     * @return the first column as a list, or what was thrown
     */
    @Override
    public Object apply(String url, String sql) {
        try {
            Driver own = (Driver) Class.forName(driver, true, PlugIn.class.getClassLoader())
                    .getConstructor()
                    .newInstance();
            return query(own, url, sql);
        } catch (ReflectiveOperationException | SQLException | LinkageError e) {
            return e;
        }
    }

    /** As {@link #apply}, with this driver. */
    public static List<String> query(Driver driver, String url, String sql) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "warden_app");
        properties.setProperty("password", "secret");
        List<String> values = new ArrayList<>();
        try (Connection c = driver.connect(url, properties);
                Statement s = c.createStatement();
                ResultSet rs = s.executeQuery(sql)) {
            while (rs.next()) {
                values.add(rs.getString(1));
            }
        }
        return values;
    }
}
