package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.tests.jvm.Db;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * Statements outside every scope that touch no row. A test whose name begins with {@code hidden} meets rows that row-level security hides; tests
 * whose names begin with {@code honest} touch none because there is none, or touch some. In {@code enforce} those on protected tables are refused.
 */
class ZeroRowsScenario {

    private static final boolean REFUSED = System.getProperty("warden.mode", "").equals("enforce");

    /** What an application does. */
    private interface Work {
        void run() throws Exception;
    }

    private static void unscoped(Work work) throws Exception {
        if (REFUSED) {
            assertEquals("42501", assertThrows(SQLException.class, work::run).getSQLState());
        } else {
            work.run();
        }
    }

    private static Connection app() throws SQLException {
        return Db.plain().getConnection();
    }

    // ---------------------------------------------------------------- rows that are hidden

    @Test
    void hiddenFromUpdate() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "update customers set note = 'x'")));
        }
    }

    @Test
    void hiddenFromDelete() throws Exception {
        try (Connection c = app();
                PreparedStatement s = c.prepareStatement("delete from invoices where amount > ?")) {
            c.setAutoCommit(false);
            s.setInt(1, 3);
            unscoped(() -> assertEquals(0, s.executeUpdate()));
            c.rollback();
        }
    }

    @Test
    void hiddenFromMerge() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(
                    0,
                    Db.update(
                            c,
                            "merge into customers c using (values (1), (2)) v(id) on c.id = v.id"
                                    + " when matched then update set note = 'merged'")));
        }
    }

    @Test
    void hiddenFromInsertSelect() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "insert into archive select id, note from invoices")));
        }
    }

    @Test
    void hiddenFromCopy() throws Exception {
        try (Connection c = app()) {
            StringWriter out = new StringWriter();
            unscoped(() -> assertEquals(
                    0,
                    c.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut("copy (select id, note from invoices) to stdout", out)));
            assertEquals("", out.toString());
            assertEquals(2, Db.column(c, "select code from countries").size());
        }
    }

    @Test
    void hiddenFromCopyInATransaction() throws Exception {
        try (Connection c = app()) {
            c.setAutoCommit(false);
            unscoped(() -> assertEquals(
                    0,
                    c.unwrap(PGConnection.class).getCopyAPI().copyOut("copy customers to stdout", new StringWriter())));
            c.rollback();
        }
    }

    @Test
    void hiddenFromCreateTableAs() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "create temporary table mine as select * from invoices")));
        }
    }

    /** A migration's loop: it locks what it means to change. */
    @Test
    void hiddenFromALoopThatLocksItsRows() throws Exception {
        try (Connection c = app()) {
            c.setAutoCommit(false);
            unscoped(() -> assertEquals(
                    0,
                    Db.column(c, "select id from invoices where note is null for no key update skip locked")
                            .size()));
            c.rollback();
        }
    }

    @Test
    void hiddenFromUpdateReturning() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(
                    0,
                    Db.column(c, "update invoices set amount = amount + 1 returning id")
                            .size()));
        }
    }

    @Test
    void hiddenFromGeneratedKeys() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> {
                try (PreparedStatement s = c.prepareStatement("update invoices set amount = 1", new String[] {"id"})) {
                    assertEquals(0, s.executeUpdate());
                    assertFalse(s.getGeneratedKeys().next());
                }
            });
        }
    }

    @Test
    void hiddenInAStringOfSeveral() throws Exception {
        try (Connection c = app();
                Statement s = c.createStatement()) {
            unscoped(() -> {
                s.execute("select 1; update countries set code = code; update customers set note = 'several'");
                s.getMoreResults();
                assertEquals(2, s.getUpdateCount());
                s.getMoreResults();
                assertEquals(0, s.getUpdateCount());
            });
        }
    }

    @Test
    void hiddenInSimpleMode() throws Exception {
        String url = Db.url() + (Db.url().contains("?") ? "&" : "?") + "preferQueryMode=simple";
        try (Connection c = DriverManager.getConnection(url, "warden_app", "secret");
                Statement s = c.createStatement()) {
            unscoped(() -> s.execute("update countries set code = code; delete from customers where amount = 4"));
        }
    }

    @Test
    void hiddenInABatch() throws Exception {
        try (Connection c = app();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.addBatch("update countries set code = code");
            s.addBatch("update customers set note = 'batch'");
            unscoped(() -> assertArrayEquals(new int[] {2, 0}, s.executeBatch()));
            c.rollback();
        }
    }

    @Test
    void hiddenInAPreparedBatch() throws Exception {
        try (Connection c = app();
                PreparedStatement s = c.prepareStatement("update customers set note = ? where id = 1")) {
            for (String note : new String[] {"x", "y"}) {
                s.setString(1, note);
                s.addBatch();
            }
            unscoped(() -> assertArrayEquals(new int[] {0, 0}, s.executeBatch()));
        }
    }

    /** After SET ROLE it is another role that policies filter. */
    @Test
    void hiddenFromARoleThatWasSet() throws Exception {
        try (Connection c = DriverManager.getConnection(Db.url(), "warden_owner", "secret");
                Statement s = c.createStatement()) {
            s.execute("set role warden_owner");
            unscoped(() -> assertEquals(0, Db.update(c, "update invoices set note = 'owner, forced'")));
        }
    }

    // ---------------------------------------------------------------- none is hidden

    /** The owner of a table that is not forced sees its rows: that none fits is the truth. */
    @Test
    void honestForARoleThatIsNotFiltered() throws Exception {
        try (Connection c = DriverManager.getConnection(Db.url(), "warden_owner", "secret")) {
            unscoped(() -> assertEquals(0, Db.update(c, "update loose set tenant_id = 'c' where tenant_id = 'x'")));
        }
        try (Connection c = DriverManager.getConnection(Db.url(), "warden_bypass", "secret")) {
            unscoped(() -> assertEquals(0, Db.update(c, "update customers set note = 'x' where id = -1")));
        }
    }

    @Test
    void honestOnAnEmptyTable() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "delete from empty_table")));
        }
    }

    @Test
    void honestOnATableWithoutRls() throws Exception {
        try (Connection c = app()) {
            unscoped(
                    () -> assertEquals(0, Db.update(c, "update open_table set tenant_id = 'c' where tenant_id = 'x'")));
            try (Statement s = c.createStatement()) {
                assertEquals(0, s.executeUpdate("delete from countries where code = 'xx'"));
            }
        }
    }

    /** Row by row a trigger would have written to a protected table: there was no row. */
    @Test
    void honestWhereOnlyATriggerTouchesOne() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "update archive set note = 'x' where id = -1")));
        }
    }

    @Test
    void hiddenBelowAView() throws Exception {
        try (Connection c = app()) {
            unscoped(() -> assertEquals(0, Db.update(c, "update own_invoices set note = 'x'")));
        }
    }

    @Test
    void honestInsertThatMetItsRow() throws Exception {
        try (Connection c = app();
                Statement s = c.createStatement()) {
            unscoped(() -> s.executeUpdate("insert into templates values ('shared') on conflict do nothing"));
        }
    }

    /** A query that finds nothing has said so; whether it should have had a tenant is told as unscoped. */
    @Test
    void honestQuery() throws Exception {
        try (Connection c = app()) {
            unscoped(() ->
                    assertEquals(0, Db.column(c, "select id from invoices").size()));
        }
    }

    @Test
    void honestInAScope() throws Exception {
        TenantContext.as("a", () -> {
            try (Connection c = app();
                    Statement s = c.createStatement()) {
                return s.executeUpdate("update customers set note = 'x' where id = -1");
            }
        });
    }

    @Test
    void honestInABypass() throws Exception {
        try (Connection c = app()) {
            deleteAll(c);
        }
    }

    /** {@code warden.bypass.all.at}. */
    int deleteAll(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            return s.executeUpdate("delete from customers where note = 'bypass'");
        }
    }
}
