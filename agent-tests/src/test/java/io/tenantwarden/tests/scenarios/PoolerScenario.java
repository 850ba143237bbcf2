package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** PgBouncer stands between; {@code pooler.sessions} says whether values may be set for the session. */
class PoolerScenario {

    private static final boolean SESSIONS = Boolean.getBoolean("pooler.sessions");

    private static final String COPY = "copy (select distinct tenant_id from invoices order by 1) to stdout";

    @AfterEach
    void clear() {
        TenantContext.clear();
    }

    private static Connection connect() throws SQLException {
        return Db.driverManager("warden_app");
    }

    private static String copied(Connection c) throws Exception {
        StringWriter out = new StringWriter();
        c.unwrap(PGConnection.class).getCopyAPI().copyOut(COPY, out);
        return out.toString().strip();
    }

    /** What has no room for ours in its group of messages needs a value for the session. */
    @Test
    void copyInAutocommit() throws Exception {
        try (Connection c = connect()) {
            TenantContext.set("b");
            if (SESSIONS) {
                assertEquals("b", copied(c));
                TenantContext.set("a");
                assertEquals("a", copied(c));
            } else {
                SQLException e = assertThrows(SQLException.class, () -> copied(c));
                assertTrue(e.getMessage().contains("warden.pooler=session"), e.getMessage());
            }
        }
        TenantContext.clear();
        try (Connection c = connect()) {
            assertEquals(
                    "",
                    Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')")
                            .get(0),
                    "left in the session of the server");
        }
    }

    @Test
    void doInAutocommit() throws Exception {
        try (Connection c = connect();
                Statement s = c.createStatement()) {
            TenantContext.set("b");
            String sql = "do $$ begin update invoices set note = 'done'; end $$";
            if (SESSIONS) {
                s.execute(sql);
                assertEquals(
                        "done",
                        Db.column(c, "select distinct note from invoices").get(0));
            } else {
                SQLException e = assertThrows(SQLException.class, () -> s.execute(sql));
                assertTrue(e.getMessage().contains("a pooler"), e.getMessage());
            }
        }
    }

    @Test
    void inATransactionAllOfThemRun() throws Exception {
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            TenantContext.set("b");
            assertEquals("b", copied(c));
            c.commit();
        }
    }

    /** Two clients take turns on one session of the server, and both call their first statement S_1. */
    @Test
    void preparedStatementsThatClashAreExplained() throws Exception {
        if (SESSIONS) {
            return; // each has a session of its own
        }
        Set<String> states = new TreeSet<>();
        try (Connection one = prepared();
                Connection two = prepared()) {
            TenantContext.set("a");
            for (Connection c : new Connection[] {one, two}) {
                try (PreparedStatement s = c.prepareStatement("select count(*) from invoices where amount > ?")) {
                    s.setInt(1, c == one ? 0 : 1);
                    s.executeQuery();
                } catch (SQLException e) {
                    states.add(e.getSQLState());
                }
            }
        }
        assertEquals(Set.of("42P05"), states);
    }

    private static Connection prepared() throws SQLException {
        return DriverManager.getConnection(Db.url() + "?prepareThreshold=1", "warden_app", "secret");
    }
}
