package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions in mode audit: the test that runs this looks at what is reported. */
class FunctionsAuditScenario {

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    @Test
    void nothingChangesForTheApplication() throws Exception {
        try (Connection c = Db.plain().getConnection()) {
            callsAFunction(c);
            callsAProcedure(c);
            firesATrigger(c);
            runsABlock(c);
            guesses(c);
            for (int i = 0; i < 12; i++) {
                countsAll(c);
            }
            execute(c, "select double_it(2)");
            execute(c, "delete from notes");
        }
    }

    static void callsAFunction(Connection c) throws SQLException {
        assertEquals(List.of("0"), Db.column(c, "select count_invoices()"));
    }

    static void callsAProcedure(Connection c) throws SQLException {
        execute(c, "call touch_invoices(1)");
    }

    static void firesATrigger(Connection c) throws SQLException {
        execute(c, "insert into notes values (7, 'secret literal')");
    }

    static void runsABlock(Connection c) throws SQLException {
        execute(c, "do $$ begin perform 1 from invoices where note = 'secret literal'; end $$");
    }

    static void guesses(Connection c) throws SQLException {
        Db.column(c, "select guess('amount')");
    }

    static void countsAll(Connection c) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select all_invoices()")) {
            assertTrue(rs.next());
            assertEquals(2 * TestDatabase.ROWS, rs.getLong(1));
        }
    }
}
