package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Batches: one tenant, the application's counts and keys, nothing left behind. Mode inject. */
class BatchesScenario extends HardCase {

    @Test
    void aFailedStatementInABatchLeavesNothingBehind() throws Exception {
        for (String rewrite : List.of("false", "true")) {
            TenantContext.set("a");
            try (Connection c = connect("reWriteBatchedInserts=" + rewrite)) {
                for (boolean autocommit : new boolean[] {true, false}) {
                    c.setAutoCommit(autocommit);
                    try (PreparedStatement insert = c.prepareStatement(
                            "insert into customers (tenant_id, note, amount) values (?, 'hard', ?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                        for (int i = 0; i < 300; i++) {
                            insert.setString(1, i == 150 ? "b" : "a");
                            insert.setInt(2, i);
                            insert.addBatch();
                        }
                        BatchUpdateException e = assertThrows(BatchUpdateException.class, insert::executeBatch);
                        assertEquals("42501", e.getSQLState());
                        assertTrue(e.getMessage().contains("row-level security"), e.getMessage());
                    }
                    if (!autocommit) {
                        c.rollback();
                    }
                    TenantContext.set("b");
                    assertSees(c, "b");
                    TenantContext.set("a");
                    if (!autocommit) {
                        c.rollback();
                    }
                    Db.column(c, "delete from customers where note = 'hard' returning id");
                    if (!autocommit) {
                        c.commit();
                    }
                }
            }
        }
    }

    @Test
    void generatedKeysOfABatchAreTheApplications() throws Exception {
        for (String parameters : List.of("reWriteBatchedInserts=false", "reWriteBatchedInserts=true")) {
            TenantContext.set("b");
            try (Connection c = connect(parameters);
                    PreparedStatement insert = c.prepareStatement(
                            "insert into customers (tenant_id, note, amount) values ('b', 'keys', ?)",
                            new String[] {"id", "tenant_id"})) {
                for (int i = 0; i < 9; i++) {
                    insert.setInt(1, i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                assertEquals(9, counts.length);
                int keys = 0;
                try (ResultSet rs = insert.getGeneratedKeys()) {
                    while (rs.next()) {
                        assertEquals("b", rs.getString(2));
                        keys++;
                    }
                }
                assertEquals(9, keys);
                assertEquals(
                        9,
                        Db.column(c, "delete from customers where note = 'keys' returning id")
                                .size());
            }
        }
    }

    @Test
    void updateCountsAndWarningsAreTheApplications() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                s.addBatch("update customers set amount = amount");
                s.addBatch("insert into customers (tenant_id, note) values ('a', 'count')");
                s.addBatch("delete from customers where note = 'count'");
                s.addBatch("create temp table if not exists counted (id int)");
                assertArrayEquals(new int[] {TestDatabase.ROWS, 1, 1, 0}, s.executeBatch());
                assertFalse(s.execute("update customers set amount = amount; select count(*) from customers"));
                assertEquals(TestDatabase.ROWS, s.getUpdateCount());
                assertTrue(s.getMoreResults());
                assertFalse(s.getMoreResults());
                assertEquals(-1, s.getUpdateCount());
                s.execute("create temp table if not exists counted (id int)");
                assertEquals("42P07", s.getWarnings().getSQLState());
                assertNull(s.getWarnings().getNextWarning());
                assertNull(c.getWarnings());
                if (!autocommit) {
                    c.commit();
                }
            }
        }
    }

    @Test
    void batchesInEveryQueryMode() throws Exception {
        for (String mode : List.of("extended", "simple", "extendedForPrepared", "extendedCacheEverything")) {
            for (boolean autocommit : new boolean[] {true, false}) {
                try (Connection c = connect("preferQueryMode=" + mode);
                        Statement s = c.createStatement();
                        PreparedStatement insert =
                                c.prepareStatement("insert into customers (tenant_id, note) values (?, 'batch')")) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    for (int i = 0; i < 300; i++) {
                        insert.setString(1, "a");
                        insert.addBatch();
                    }
                    assertEquals(300, insert.executeBatch().length);
                    insert.setString(1, "b");
                    insert.addBatch();
                    BatchUpdateException e = assertThrows(BatchUpdateException.class, insert::executeBatch);
                    assertEquals("42501", e.getSQLState());
                    if (!autocommit) {
                        c.rollback();
                    }
                    s.addBatch("insert into customers (tenant_id, note) values ('a', 'batch')");
                    s.addBatch("delete from customers where note = 'batch'");
                    assertEquals(autocommit ? 301 : 1, s.executeBatch()[1]);
                    TenantContext.clear();
                    assertSees(c, null);
                    if (!autocommit) {
                        c.rollback();
                    }
                }
            }
        }
    }

    @Test
    void aBatchThatSetsTheTenantItselfIsRefusedWhereItIsDecidedWhole() throws Exception {
        try (Connection c = connect("preferQueryMode=simple");
                Statement s = c.createStatement()) {
            s.execute("create temp table copied (tenant_id text)");
            TenantContext.set("a");
            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                for (String set : List.of(
                        "set app.tenant_id = 'b'",
                        "do $$ begin perform set_config('app.tenant_id', 'b', false); end $$")) {
                    s.addBatch(set);
                    s.addBatch("insert into copied " + TENANTS);
                    assertRefused(assertThrows(SQLException.class, s::executeBatch), "one by one");
                    s.clearBatch();
                    assertSees(c, "a");
                    assertEquals(List.of(), Db.column(c, "select * from copied"));
                    if (!autocommit) {
                        c.rollback();
                    }
                }
            }
        }
    }

    @Test
    void aBatchIsForgottenWhenItHasRun() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.addBatch("update customers set amount = amount");
            s.addBatch("commit");
            s.executeBatch();
            for (int i = 0; i < 3; i++) {
                s.addBatch("update customers set amount = amount");
                assertArrayEquals(new int[] {TestDatabase.ROWS}, s.executeBatch());
            }
            c.rollback();
        }
    }
}
