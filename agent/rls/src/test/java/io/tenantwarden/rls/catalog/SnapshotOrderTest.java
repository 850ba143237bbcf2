package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must come before the first query of a transaction: the server says it with 25001. */
class SnapshotOrderTest {

    private static final String[] TOO_LATE = {
        "set transaction isolation level serializable",
        "SET LOCAL TRANSACTION ISOLATION LEVEL REPEATABLE READ, read only",
        "set session transaction isolation level repeatable read",
        "set transaction deferrable",
        "set transaction not deferrable",
        "set transaction read write",
        "set transaction read only, deferrable",
        "set transaction_isolation = 'serializable'",
        "set local transaction_isolation to 'repeatable read'",
        "set session \"transaction_isolation\" = serializable",
        "set U&\"transaction!005fisolation\" uescape '!' = serializable",
        "set transaction_deferrable = on",
        "set local transaction_read_only = off",
        "begin isolation level serializable",
        "start transaction read write",
        "begin work not deferrable",
    };

    private static final String[] AT_ANY_TIME = {
        "set transaction read only",
        "set local transaction_read_only = on",
        "set transaction_read_only to true",
        "set session characteristics as transaction isolation level serializable",
        "set session characteristics as transaction deferrable, read only",
        "set default_transaction_isolation = 'serializable'",
        "set default_transaction_read_only = off",
        "reset all",
        "set local statement_timeout = 0",
        "begin",
        "begin transaction",
        "start transaction read only",
        "show transaction_isolation",
        "lock table t",
        "select 1",
    };

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theServerSaysTheSame(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser(server.createDatabase("snapshot_order"));
                Statement s = c.createStatement()) {
            s.execute("create table t (id int)");
            for (String sql : TOO_LATE) {
                assertEquals("25001", afterAQuery(c, sql), sql);
                assertTrue(SqlStatement.parse(sql).setsTransactionMode(), sql);
            }
            for (String sql : AT_ANY_TIME) {
                assertEquals("", afterAQuery(c, sql), sql);
                assertFalse(SqlStatement.parse(sql).setsTransactionMode(), sql);
            }
        }
    }

    /** The SQLState of the statement in a transaction that is read only but for READ WRITE, behind a query; empty when it runs. */
    private static String afterAQuery(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            c.setAutoCommit(true);
            s.execute("rollback");
            s.execute("begin read only");
            s.execute("select 1");
            s.execute(sql);
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        } finally {
            try (Statement s = c.createStatement()) {
                s.execute("rollback");
            }
        }
    }

    /** What {@code set_config} would set is too late in every case: it is a query itself. */
    @Test
    void setConfigIsAQuery() throws SQLException {
        PostgresServer server = PostgresServer.get(18);
        String sql = "select set_config('transaction_isolation', 'serializable', true)";
        try (Connection c = server.superuser("postgres");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            SQLException e = org.junit.jupiter.api.Assertions.assertThrows(SQLException.class, () -> s.execute(sql));
            assertEquals("25001", e.getSQLState());
        }
        assertFalse(SqlStatement.parse(sql).setsTransactionMode());
    }

    @Test
    void whatIsResetIsToo() {
        // refused by servers from 16 on, whatever goes before it
        assertTrue(SqlStatement.parse("reset transaction_isolation").setsTransactionMode());
        assertTrue(SqlStatement.parse("reset transaction isolation level").setsTransactionMode());
        assertTrue(SqlStatement.parse("set transaction snapshot '00000003-0000001B-1'")
                .setsTransactionMode());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            set transaction isolation level serializable; select 1                     | MODE | MODE
            select 1; set transaction isolation level serializable                     | MODE |
            set local transaction_isolation = 'serializable'; set x = 1; ;table a      | MODE | MODE
            begin isolation level serializable; commit                                 | MODE | MODE
            begin isolation level serializable; set x = 1                              | MODE |
            lock a; select * from b                                                    | LOCK | LOCK
            lock table only a in share mode nowait; set transaction deferrable; values (1) | LOCK MODE | LOCK MODE
            select 1; lock a                                                           | LOCK |
            select 1 for update; select 'lock a; set transaction read write'           |      |
            lock a                                                                     | LOCK |
            set transaction read only; select 1                                        |      |
            """)
    void inOneString(String sql, String any, String beforeRows) {
        SqlStatement s = SqlStatement.parse(sql);
        String modes = any == null ? "" : any;
        String before = beforeRows == null ? "" : beforeRows;
        assertEquals(modes.contains("MODE"), s.setsTransactionMode());
        assertEquals(modes.contains("LOCK"), s.locksTables());
        assertEquals(before.contains("MODE"), s.setsTransactionModeBeforeRows());
        assertEquals(before.contains("LOCK"), s.locksTablesBeforeRows());
    }
}
