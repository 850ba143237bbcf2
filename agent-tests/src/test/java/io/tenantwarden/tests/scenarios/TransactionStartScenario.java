package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What must come first in a transaction still can. Mode inject. */
class TransactionStartScenario extends HardCase {

    @Test
    void readOnlyInBothAutocommitModes() throws Exception {
        for (String mode : List.of("ignore", "transaction", "always")) {
            TenantContext.set("a");
            try (Connection c = connect("readOnlyMode=" + mode)) {
                c.setReadOnly(true);
                assertSees(c, "a");
                c.setAutoCommit(false);
                assertSees(c, "a");
                if (!mode.equals("ignore")) {
                    SQLException e = assertThrows(
                            SQLException.class, () -> Db.column(c, "delete from customers returning tenant_id"));
                    assertEquals("25006", e.getSQLState());
                }
                c.rollback();
                c.setReadOnly(false);
                TenantContext.set("b");
                assertSees(c, "b");
                c.commit();
            }
        }
    }

    @Test
    void isolationLevelsCanStillBeSetFirst() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertSees(c, "a");
            c.setAutoCommit(false);
            assertSees(c, "a");
            assertEquals(List.of("serializable"), Db.column(c, "show transaction isolation level"));
            c.commit();
            c.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            s.execute("set transaction isolation level repeatable read");
            assertSees(c, "a");
            assertEquals(List.of("repeatable read"), Db.column(c, "show transaction isolation level"));
            c.commit();
            c.setAutoCommit(true);
            s.execute("begin");
            s.execute("set transaction isolation level serializable read only deferrable");
            assertSees(c, "a");
            s.execute("commit");
        }
    }

    @Test
    void setConstraintsMayBeTheFirstStatement() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            s.execute("set constraints all deferred");
            c.setAutoCommit(false);
            s.execute("set constraints all deferred");
            assertSees(c, "a");
            s.execute("set constraints all immediate");
            c.commit();
            s.execute("set constraints all immediate");
            assertSees(c, "a");
            c.commit();
        }
    }
}
