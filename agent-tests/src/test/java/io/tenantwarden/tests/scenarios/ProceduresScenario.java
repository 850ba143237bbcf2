package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CALL in every form, also with a COMMIT inside. Mode inject. */
class ProceduresScenario extends HardCase {

    @Test
    void proceduresInEveryEscapeSyntaxMode() throws Exception {
        for (String mode : List.of("callIfNoReturn", "call")) {
            try (Connection c = connect("escapeSyntaxCallMode=" + mode)) {
                for (boolean autocommit : new boolean[] {true, false}) {
                    c.setAutoCommit(autocommit);
                    TenantContext.set("a");
                    try (CallableStatement call = c.prepareCall("{ call touch_customers(?) }")) {
                        call.setInt(1, 1);
                        call.execute();
                    }
                    assertEquals(
                            TestDatabase.ROWS,
                            Db.column(c, "update customers set amount = amount - 1 returning id")
                                    .size());
                    if (!autocommit) {
                        c.commit();
                    }
                    TenantContext.clear();
                    assertSees(c, null);
                }
            }
        }
    }

    /** On PostgreSQL 18 anything before it in its group of messages makes the inner COMMIT fail. */
    @Test
    void theScopeHoldsAfterACommitInsideAProcedure() throws Exception {
        for (String mode : List.of("extended", "simple", "extendedForPrepared", "extendedCacheEverything")) {
            try (Connection c = connect("preferQueryMode=" + mode);
                    Statement s = c.createStatement()) {
                for (String tenant : List.of("a", "b", "a")) {
                    TenantContext.set(tenant);
                    List<String> before = Db.column(c, "select sum(amount)::text from customers");
                    s.execute("call touch_and_commit(1)");
                    assertNotEquals(before, Db.column(c, "select sum(amount)::text from customers"));
                    s.execute("do $$ begin update customers set amount = amount - 1; commit;"
                            + " update customers set amount = amount - 1; end $$");
                    assertEquals(before, Db.column(c, "select sum(amount)::text from customers"));
                    assertSees(c, tenant);
                }
                TenantContext.clear();
                assertSees(c, null);
                assertEquals(List.of(""), Db.column(c, "select coalesce(current_setting('app.tenant_id', true), '')"));
            }
        }
    }

    /** A failure inside must not leave the values behind. */
    @Test
    void aProcedureThatFailsLeavesNothingBehind() throws Exception {
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            TenantContext.set("a");
            assertEquals(
                    "22012",
                    assertThrows(SQLException.class, () -> s.execute("do $$ begin perform 1/0; end $$"))
                            .getSQLState());
            TenantContext.clear();
            assertSees(c, null);
            TenantContext.set("b");
            assertSees(c, "b");
        }
    }
}
