package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/**
 * What the scenarios of {@code warden.role} share. Statements run as {@code warden_acting}; the logins are the owner of the tables, who is a member
 * of it, and a superuser, for whom a lost role is every tenant's rows.
 */
abstract class RoleCase {

    static final String OWNER = "warden_owner";
    static final String SUPERUSER = "postgres";
    static final List<String> LOGINS = List.of(OWNER, SUPERUSER);

    static final String SEEN = "select current_user || ':' || count(*) from invoices";

    /** What may throw. */
    interface Work<T> {
        T run() throws Exception;
    }

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    static boolean isPortable() {
        return "jdbc".equals(System.getProperty("warden.strategy"));
    }

    static Connection connect(String login) throws SQLException {
        return Db.driverManager(login);
    }

    static Connection connect(String login, String parameters) throws SQLException {
        return DriverManager.getConnection(Db.url() + "?" + parameters, login, "secret");
    }

    /** {@code warden.bypass.own.at}. */
    static <T> T inBypass(Work<T> work) throws Exception {
        return work.run();
    }

    static String one(Connection c, String sql) throws SQLException {
        List<String> rows = Db.column(c, sql);
        assertEquals(1, rows.size(), sql);
        return rows.get(0);
    }

    static String onePlain(Connection c, String sql) throws SQLException {
        return Db.columnPlain(c, sql).get(0);
    }

    /** The role and its rows: a tenant's, or none. */
    static void assertActing(Connection c) throws SQLException {
        assertEquals(acting(), one(c, SEEN));
        assertEquals(acting(), onePlain(c, SEEN));
    }

    static String acting() {
        return "warden_acting:" + (TenantContext.current() == null ? 0 : TestDatabase.ROWS);
    }

    /** The login and what it may see: policies are forced on the owner, and nobody asks them for a superuser. */
    static String ofLogin(String login) {
        return login + ":" + (login.equals(SUPERUSER) ? 2 * TestDatabase.ROWS : 0);
    }

    static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    /** The server's own refusal. */
    static void denied(Connection c, String sql) {
        SQLException e = assertThrows(SQLException.class, () -> execute(c, sql), sql);
        assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
        assertTrue(!e.getMessage().contains("[warden]"), sql + ": " + e.getMessage());
    }

    /** Warden's. */
    static SQLException refused(Connection c, String sql, String text) {
        SQLException e = assertThrows(SQLException.class, () -> execute(c, sql), sql);
        assertEquals("42501", e.getSQLState(), sql + ": " + e.getMessage());
        assertTrue(e.getMessage().startsWith("[warden] refused:"), sql + ": " + e.getMessage());
        assertTrue(e.getMessage().contains(text), sql + ": " + e.getMessage());
        return e;
    }
}
