package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.tools.attach.VirtualMachine;
import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** The agent comes in {@code enforce} when the application has been running, with connections and statements of every kind. */
class AttachScenario {

    private static final String ROWS = "select tenant_id from invoices";

    private static HikariDataSource pool;
    private static Connection plain;
    private static Connection inTransaction;
    private static PreparedStatement prepared;
    private static Statement batch;
    private static Statement emptyBatch;
    private static CopyManager copies;

    @BeforeAll
    static void theApplicationRuns() throws Exception {
        pool = Db.hikari(1);
        try (Connection c = pool.getConnection()) {
            assertEquals(List.of(), Db.column(c, ROWS));
        }
        plain = Db.plain().getConnection();
        prepared = plain.prepareStatement("select tenant_id from invoices where amount > ?");
        prepared.setInt(1, 0);
        prepared.executeQuery().close();
        batch = plain.createStatement();
        batch.addBatch("update invoices set note = 'batch'");
        emptyBatch = plain.createStatement();
        copies = plain.unwrap(PGConnection.class).getCopyAPI();
        inTransaction = Db.plain().getConnection();
        inTransaction.setAutoCommit(false);
        assertEquals(List.of(), Db.column(inTransaction, ROWS));

        VirtualMachine self =
                VirtualMachine.attach(String.valueOf(ProcessHandle.current().pid()));
        self.loadAgent(AgentJvm.agentJar().toString(), "");
        self.detach();
    }

    @AfterAll
    static void end() throws SQLException {
        plain.close();
        inTransaction.close();
        pool.close();
    }

    private interface Rows {
        List<String> read() throws Exception;
    }

    private static void assertIsolated(Rows rows) throws Exception {
        SQLException refusal = assertThrows(SQLException.class, rows::read);
        assertTrue(refusal.getMessage().startsWith("[warden] refused: unscoped"), refusal::toString);
        List<String> seen = TenantContext.as("a", rows::read);
        assertEquals(Set.of("a"), new TreeSet<>(seen));
        assertEquals(TestDatabase.ROWS, seen.size());
    }

    @Test
    void connectionsOpenedBefore() throws Exception {
        assertIsolated(() -> Db.column(plain, ROWS));
        assertIsolated(() -> Db.columnPlain(plain, ROWS));
        assertEquals(List.of("de", "fr"), Db.column(plain, "select code from countries order by 1"));
    }

    @Test
    void connectionsOfAPoolOpenedBefore() throws Exception {
        assertIsolated(() -> {
            try (Connection c = pool.getConnection()) {
                return Db.column(c, ROWS);
            }
        });
    }

    @Test
    void connectionsOpenedSince() throws Exception {
        assertIsolated(() -> {
            try (Connection c = Db.plain().getConnection()) {
                return Db.column(c, ROWS);
            }
        });
    }

    @Test
    void statementsPreparedBefore() throws Exception {
        assertIsolated(() -> {
            List<String> values = new java.util.ArrayList<>();
            try (ResultSet rs = prepared.executeQuery()) {
                while (rs.next()) {
                    values.add(rs.getString(1));
                }
            }
            return values;
        });
    }

    @Test
    void batchesFilledBefore() throws Exception {
        SQLException refusal = assertThrows(SQLException.class, batch::executeBatch);
        assertTrue(refusal.getMessage().startsWith("[warden] refused: unscoped UPDATE"), refusal::toString);
        assertEquals(0, emptyBatch.executeBatch().length);
    }

    @Test
    void copyManagersMadeBefore() throws Exception {
        assertIsolated(() -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            copies.copyOut("copy (select tenant_id from invoices) to stdout", out);
            return out.toString().lines().toList();
        });
    }

    @Test
    void transactionsOpenedBefore() throws Exception {
        assertIsolated(() -> Db.column(inTransaction, ROWS));
        inTransaction.rollback();
        assertIsolated(() -> Db.column(inTransaction, ROWS));
        inTransaction.rollback();
    }

    /** The scope captured when a connection of the pool is borrowed counts, though its class was loaded before. */
    @Test
    void theScopeOfTheCheckoutCounts() throws Exception {
        TenantContext.set("b");
        try (Connection c = pool.getConnection()) {
            TenantContext.clear();
            assertEquals(Set.of("b"), new TreeSet<>(Db.column(c, ROWS)));
        } finally {
            TenantContext.clear();
        }
    }
}
