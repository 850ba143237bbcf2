package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import javax.management.Attribute;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/**
 * An application without JUnit, for what is looked at from outside: runs what the report must tell. Ends when it has
 * nothing more to do, or with the argument {@code wait} when it is killed.
 */
public final class ReportMain {

    private ReportMain() {}

    /** @param arguments {@code wait}, {@code more} (a statement that the first run did not have), {@code roles}; or the URLs of servers */
    public static void main(String[] arguments) throws Exception {
        String todo = String.join(" ", arguments);
        if (todo.contains("roles")) {
            roles();
            return;
        }
        if (todo.contains("jdbc:")) {
            servers(arguments);
            return;
        }
        try (Connection c = Db.plain().getConnection()) {
            told("known", () -> known(c));
            if (todo.contains("more")) {
                told("fresh", () -> fresh(c));
            }
            TenantContext.set("a");
            scoped(c);
            TenantContext.clear();
            counted(c);
        }
        if (todo.contains("jmx")) {
            jmx();
        }
        if (todo.contains("wait")) {
            System.out.println("##waiting");
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    /** The bean comes from another thread, soon after the first connection. */
    private static void jmx() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("io.tenantwarden:type=Warden");
        for (int i = 0; i < Integer.getInteger("jmx.patience", 600) && !server.isRegistered(name); i++) {
            Thread.sleep(50);
        }
        if (!server.isRegistered(name)) {
            System.out.println("##jmx none");
            return;
        }
        try (Connection c = Db.plain().getConnection()) {
            for (int i = 0; i < 1_000; i++) {
                Db.column(c, "select 1"); // one in 64 is measured
            }
        }
        if (System.getProperty("mode.wanted") != null) {
            try {
                server.setAttribute(name, new Attribute("Mode", System.getProperty("mode.wanted")));
            } catch (RuntimeMBeanException e) {
                System.out.println("##changed " + e.getCause().getClass().getSimpleName() + ": "
                        + e.getCause().getMessage());
            }
        }
        for (String attribute : new String[] {
            "State",
            "Healthy",
            "Problems",
            "Mode",
            "Version",
            "Violations",
            "Refusals",
            "Executions",
            "Bypasses",
            "Findings",
            "ProtectedTables",
            "CatalogAgeSeconds",
            "CostNanos",
            "AgentErrors"
        }) {
            Object value = server.getAttribute(name, attribute);
            if (value instanceof TabularData table) {
                Map<String, Object> rows = new TreeMap<>();
                for (Object row : table.values()) {
                    rows.put(String.valueOf(((CompositeData) row).get("key")), ((CompositeData) row).get("value"));
                }
                value = rows;
            } else if (value instanceof String[] texts) {
                value = String.join("; ", texts);
            }
            System.out.println("##jmx " + attribute + "=" + value);
        }
    }

    private interface Sql {
        Object run() throws SQLException;
    }

    private static void told(String what, Sql sql) {
        try {
            sql.run();
            System.out.println("##" + what + " ran");
        } catch (SQLException e) {
            System.out.println("##" + what + " " + e.getMessage());
        }
    }

    private static Object known(Connection c) throws SQLException {
        for (int i = 0; i < 3; i++) {
            try (var s = c.createStatement();
                    var rs = s.executeQuery("select note from invoices where amount = 42")) {
                rs.next();
            }
        }
        return null;
    }

    private static Object fresh(Connection c) throws SQLException {
        try (var s = c.createStatement();
                var rs = s.executeQuery("select amount from invoices where note = 'secret literal'")) {
            return rs.next();
        }
    }

    private static void scoped(Connection c) throws SQLException {
        Db.column(c, "select id from customers");
    }

    /** Named by warden.bypass.statistics.at. */
    private static void counted(Connection c) throws SQLException {
        try (var s = c.createStatement();
                var rs = s.executeQuery("select count(*) from customers")) {
            rs.next();
        }
    }

    /** The owner of the tables on each server, and a bypass on the first. */
    private static void servers(String[] urls) throws SQLException {
        for (String url : urls) {
            try (Connection c = DriverManager.getConnection(url, "warden_owner", "secret")) {
                Db.column(c, "select 1");
            }
        }
        try (Connection c = DriverManager.getConnection(urls[0], "warden_app", "secret")) {
            counted(c);
        }
    }

    private static void roles() throws SQLException {
        for (String role : new String[] {"postgres", "warden_bypass", "warden_owner", "warden_app"}) {
            for (int i = 0; i < 2; i++) {
                try (Connection c = Db.driverManager(role)) {
                    Db.column(c, "select 1");
                }
            }
        }
    }
}
