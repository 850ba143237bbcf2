package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DDL in transactions, temporary tables. Mode inject. */
class DefinitionsScenario extends HardCase {

    @Test
    void definitionInTransactionsAndTemporaryTables() throws Exception {
        TenantContext.set("a");
        try (Connection c = Db.plain().getConnection();
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            for (int i = 0; i < 3; i++) {
                s.execute("create temp table scratch (id int) on commit drop");
                s.execute("insert into scratch select id from invoices");
                assertEquals(List.of("" + TestDatabase.ROWS), Db.column(c, "select count(*) from scratch"));
                s.execute("alter table scratch add column more text");
                assertSees(c, "a");
                s.execute("create index on scratch (id)");
                c.commit();
            }
            s.execute("create table made (id int, tenant_id text)");
            assertEquals(List.of("0"), Db.column(c, "select count(*) from made"));
            assertSees(c, "a");
            c.rollback();
            assertSees(c, "a");
            c.rollback();
            c.setAutoCommit(true);
            s.execute("create temp table scratch as select id from invoices");
            s.execute("vacuum scratch");
            s.execute("create index concurrently on scratch (id)");
            s.execute("discard temp");
            assertSees(c, "a");
        }
    }
}
