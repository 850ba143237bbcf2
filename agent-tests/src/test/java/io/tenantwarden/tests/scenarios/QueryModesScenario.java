package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every way in which the driver sends a query carries the tenant. Mode inject. */
class QueryModesScenario extends HardCase {

    @Test
    void prepareThresholdsAndTransferModes() throws Exception {
        for (String parameters : List.of(
                "prepareThreshold=0",
                "prepareThreshold=1",
                "prepareThreshold=5",
                "prepareThreshold=-1",
                "binaryTransfer=false",
                "preparedStatementCacheQueries=0",
                "defaultRowFetchSize=10",
                "defaultRowFetchSize=3&adaptiveFetch=true&maxResultBuffer=1M",
                "assumeMinServerVersion=14",
                "stringtype=unspecified")) {
            try (Connection c = connect(parameters)) {
                for (int i = 0; i < 16; i++) {
                    c.setAutoCommit(i % 4 < 2);
                    TenantContext.set(i % 2 == 0 ? "a" : "b");
                    assertSees(c, TenantContext.current());
                    assertRows(TenantContext.current(), Db.columnPlain(c, TENANTS));
                    if (i % 4 >= 2) {
                        c.rollback();
                    }
                }
                TenantContext.clear();
                c.setAutoCommit(true);
                assertSees(c, null);
            }
        }
    }

    @Test
    void everyQueryModeCarriesTheTenant() throws Exception {
        for (String mode : List.of("simple", "extendedForPrepared", "extendedCacheEverything")) {
            for (String more : List.of("", "&autosave=always", "&reWriteBatchedInserts=true", "&prepareThreshold=0")) {
                try (Connection c = connect("preferQueryMode=" + mode + more)) {
                    for (int i = 0; i < 3; i++) {
                        for (boolean autocommit : new boolean[] {true, false}) {
                            c.setAutoCommit(autocommit);
                            TenantContext.set("a");
                            assertSees(c, "a");
                            assertRows("a", Db.columnPlain(c, TENANTS));
                            TenantContext.set("b");
                            assertRows("b", Db.columnPlain(c, TENANTS));
                            assertSees(c, "b");
                            TenantContext.clear();
                            assertRows(null, Db.columnPlain(c, TENANTS));
                            assertSees(c, null);
                            TenantContext.set("a");
                            assertSees(c, "a");
                            if (!autocommit) {
                                c.rollback();
                                assertSees(c, "a");
                                Savepoint savepoint = c.setSavepoint();
                                TenantContext.set("b");
                                assertSees(c, "b");
                                c.rollback(savepoint);
                                assertSees(c, "b");
                                c.rollback();
                            }
                        }
                    }
                }
            }
        }
    }

    /** Without a right to set_config ours fails; that it was tried is no reason to believe that it holds. */
    @Test
    void aValueThatCouldNotBeSetForTheSessionIsSetAgain() throws Exception {
        try (Connection c = connect("preferQueryMode=simple");
                Connection admin = Db.driverManager("postgres");
                Statement s = admin.createStatement()) {
            TenantContext.set("a");
            assertSees(c, "a");
            TenantContext.clear();
            s.execute("revoke execute on function pg_catalog.set_config(text, text, boolean) from public");
            try {
                TenantContext.set("b");
                for (int i = 0; i < 2; i++) {
                    assertRefused(assertThrows(SQLException.class, () -> Db.column(c, TENANTS)), "could not be set");
                }
            } finally {
                TenantContext.clear();
                s.execute("grant execute on function pg_catalog.set_config(text, text, boolean) to public");
            }
            TenantContext.set("b");
            assertSees(c, "b");
        }
    }

    @Test
    void lookingUpATypeBeginsNoTransaction() throws Exception {
        for (String mode : List.of("extended", "simple")) {
            try (Connection c = connect("preferQueryMode=" + mode)) {
                TenantContext.set("a");
                c.setAutoCommit(false);
                c.createArrayOf("invoices", new Object[0]);
                c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE); // only outside a transaction
                assertSees(c, "a");
                c.rollback();
            }
        }
    }
}
