package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * An application without JUnit, for what is looked at from outside: runs what the report must tell. Ends when it has
 * nothing more to do, or with the argument {@code wait} when it is killed.
 */
public final class ReportMain {

    private ReportMain() {}

    /** @param arguments {@code wait}, {@code more} (a statement that the first run did not have), {@code roles} */
    public static void main(String[] arguments) throws Exception {
        String todo = String.join(" ", arguments);
        if (todo.contains("roles")) {
            roles();
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
        if (todo.contains("wait")) {
            System.out.println("##waiting");
            Thread.sleep(Long.MAX_VALUE);
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
