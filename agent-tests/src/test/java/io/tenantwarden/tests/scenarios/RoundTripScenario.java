package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.CountingSocketFactory;
import io.tenantwarden.tests.jvm.Db;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.StringWriter;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/**
 * Counts waits and writes of each operation and prints them, {@code ##trips operation waits writes}; the test compares a
 * run with the agent with one without. Without the agent the tenant is set for the whole connection ({@code
 * scenario.options}), so that both see the same rows and send the same statements.
 */
class RoundTripScenario {

    private interface Operation {
        void run(Connection c) throws Exception;
    }

    /**
     * The operation several times before: prepared statements and type caches are warm, as in a running application. What is told was counted three
     * times in a row: the procedure made below changes the catalog, and the statement that meets the new snapshot may ask for its names once more.
     */
    private static void measure(Connection c, String name, Operation operation) throws Exception {
        for (int i = 0; i < 8; i++) {
            operation.run(c);
        }
        String last = count(c, operation);
        int same = 1;
        for (int i = 0; i < 12 && same < 3; i++) {
            String next = count(c, operation);
            same = next.equals(last) ? same + 1 : 1;
            last = next;
        }
        System.out.println("##trips " + name.replace(' ', '_') + " " + (same < 3 ? "-1 -1" : last));
    }

    private static String count(Connection c, Operation operation) throws Exception {
        long waits = CountingSocketFactory.waits();
        long writes = CountingSocketFactory.writes();
        operation.run(c);
        return (CountingSocketFactory.waits() - waits) + " " + (CountingSocketFactory.writes() - writes);
    }

    @BeforeAll
    static void procedure() throws Exception {
        try (Connection c = Db.driverManager("warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create or replace procedure touch(n int) language sql as"
                    + " $$ update customers set amount = amount + n where id = 1 $$");
        }
    }

    private static Connection connect(String... more) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("user", "warden_app");
        properties.setProperty("password", "secret");
        properties.setProperty("socketFactory", CountingSocketFactory.class.getName());
        if (System.getProperty("scenario.options") != null) {
            properties.setProperty("options", System.getProperty("scenario.options"));
        }
        for (int i = 0; i < more.length; i += 2) {
            properties.setProperty(more[i], more[i + 1]);
        }
        return DriverManager.getConnection(Db.url(), properties);
    }

    @Test
    void countsEveryOperation() throws Exception {
        TenantContext.set("a");
        try (Connection c = connect()) {
            assertEquals(
                    TestDatabase.ROWS, Db.column(c, "select id from invoices").size());
            inAutocommit(c);
            c.setAutoCommit(false);
            inTransactions(c);
        }
        otherConnections();
        assertTrue(CountingSocketFactory.waits() > 50, "the socket factory counts");
    }

    private static void otherConnections() throws Exception {
        for (String mode : new String[] {"simple", "extendedForPrepared", "extendedCacheEverything"}) {
            try (Connection c = connect("preferQueryMode", mode)) {
                measure(c, mode + " autocommit plain select", RoundTripScenario::plainSelect);
                measure(c, mode + " autocommit prepared select", RoundTripScenario::preparedSelect);
                c.setAutoCommit(false);
                measure(c, mode + " transaction plain select", s -> {
                    plainSelect(s);
                    s.commit();
                });
                measure(c, mode + " transaction prepared select", s -> {
                    preparedSelect(s);
                    s.commit();
                });
            }
        }
        for (String threshold : new String[] {"0", "1"}) {
            try (Connection c = connect("prepareThreshold", threshold)) {
                measure(c, "prepareThreshold " + threshold + " autocommit", RoundTripScenario::preparedSelect);
            }
        }
        try (Connection c = connect("autosave", "always")) {
            c.setAutoCommit(false);
            measure(c, "autosave always transaction", s -> {
                preparedSelect(s);
                update(s);
                s.commit();
            });
        }
        try (Connection c = connect("reWriteBatchedInserts", "true")) {
            measure(c, "autocommit rewritten batch of 100", s -> {
                try (PreparedStatement p = s.prepareStatement("insert into countries values (?)")) {
                    for (int i = 0; i < 100; i++) {
                        p.setString(1, "x" + System.nanoTime());
                        p.addBatch();
                    }
                    p.executeBatch();
                }
            });
        }
        try (Connection c = connect()) {
            c.setReadOnly(true);
            c.setAutoCommit(false);
            measure(c, "read-only transaction", s -> {
                preparedSelect(s);
                s.commit();
            });
        }
        try (Connection c = connect()) {
            c.setAutoCommit(false);
            c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            measure(c, "serializable transaction", s -> {
                preparedSelect(s);
                s.commit();
            });
        }
    }

    private static void copyOut(Connection c) throws Exception {
        c.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (select id from invoices) to stdout", new StringWriter());
    }

    private static void call(Connection c) throws Exception {
        try (Statement s = c.createStatement()) {
            s.execute("call touch(0)");
        }
    }

    private static void inAutocommit(Connection c) throws Exception {
        measure(c, "autocommit prepared select", RoundTripScenario::preparedSelect);
        measure(c, "autocommit plain select", RoundTripScenario::plainSelect);
        measure(c, "autocommit two statements in one string", s -> {
            try (Statement st = s.createStatement()) {
                st.execute("select 1; select count(*) from invoices");
            }
        });
        measure(c, "autocommit update", RoundTripScenario::update);
        measure(c, "autocommit insert with generated keys", RoundTripScenario::insertReturning);
        measure(c, "autocommit batch of 10", s -> batch(s, 10));
        measure(c, "autocommit batch of 700", s -> batch(s, 700));
        measure(c, "autocommit function call", RoundTripScenario::functionCall);
        measure(c, "autocommit CALL", RoundTripScenario::call);
        measure(c, "autocommit CALL then select", s -> {
            call(s);
            preparedSelect(s);
        });
        measure(c, "autocommit CALL by two tenants in turn", s -> {
            call(s);
            TenantContext.set("b");
            call(s);
            TenantContext.set("a");
        });
        measure(c, "autocommit COPY out", RoundTripScenario::copyOut);
        measure(c, "autocommit COPY out by two tenants in turn", s -> {
            copyOut(s);
            TenantContext.set("b");
            copyOut(s);
            TenantContext.set("a");
        });
        preparedSelect(c);
        measure(c, "autocommit select by two tenants in turn", s -> {
            preparedSelect(s);
            TenantContext.set("b");
            preparedSelect(s);
            TenantContext.set("a");
        });
        measure(c, "autocommit select by a tenant and by nobody", s -> {
            preparedSelect(s);
            TenantContext.clear();
            preparedSelect(s);
            TenantContext.set("a");
        });
        measure(c, "autocommit updatable result set", s -> {
            try (Statement st = s.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE);
                    ResultSet rs = st.executeQuery("select id, amount from customers where id = 1")) {
                assertTrue(rs.next());
                rs.updateInt(2, 3);
                rs.updateRow();
            }
        });
        measure(c, "autocommit textual transaction", s -> {
            try (Statement st = s.createStatement()) {
                st.execute("begin");
                preparedSelect(s);
                st.execute("commit");
            }
        });
        measure(c, "autocommit isValid", s -> s.isValid(1));
        measure(c, "autocommit metadata", s -> {
            try (PreparedStatement p = s.prepareStatement("select id from invoices where amount = ?")) {
                p.getMetaData();
                p.getParameterMetaData();
            }
        });
        measure(c, "autocommit set", s -> {
            try (Statement st = s.createStatement()) {
                st.execute("set statement_timeout = 60000");
            }
        });
    }

    private static void inTransactions(Connection c) throws Exception {
        measure(c, "transaction select and commit", s -> {
            preparedSelect(s);
            s.commit();
        });
        measure(c, "transaction select and rollback", s -> {
            preparedSelect(s);
            s.rollback();
        });
        measure(c, "transaction of 10 statements", s -> {
            for (int i = 0; i < 5; i++) {
                preparedSelect(s);
                update(s);
            }
            s.commit();
        });
        measure(c, "transaction with savepoint rolled back", s -> {
            preparedSelect(s);
            var savepoint = s.setSavepoint();
            update(s);
            s.rollback(savepoint);
            preparedSelect(s);
            s.commit();
        });
        measure(c, "transaction with savepoint released", s -> {
            var savepoint = s.setSavepoint();
            update(s);
            s.releaseSavepoint(savepoint);
            s.commit();
        });
        measure(c, "transaction batch of 700", s -> {
            batch(s, 700);
            s.commit();
        });
        measure(c, "transaction cursor with fetch size", s -> {
            try (PreparedStatement p = s.prepareStatement("select id from invoices")) {
                p.setFetchSize(7);
                try (ResultSet rs = p.executeQuery()) {
                    while (rs.next()) {
                        rs.getLong(1);
                    }
                }
            }
            s.commit();
        });
        measure(c, "transaction CALL", s -> {
            call(s);
            s.commit();
        });
        measure(c, "transaction begun by COPY out", s -> {
            copyOut(s);
            s.commit();
        });
        measure(c, "transaction COPY out after a select", s -> {
            preparedSelect(s);
            copyOut(s);
            s.commit();
        });
        measure(c, "transaction DECLARE and FETCH", s -> {
            try (Statement st = s.createStatement()) {
                st.execute("declare c cursor for select id from invoices");
                st.executeQuery("fetch 2 from c").close();
                st.execute("close c");
            }
            s.commit();
        });
        measure(c, "transaction large object", s -> {
            var api = s.unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = api.createLO();
            try (var object = api.open(oid)) {
                object.write(new byte[] {1, 2, 3});
            }
            api.delete(oid);
            s.commit();
        });
        measure(c, "transaction two-phase", s -> {
            s.rollback(); // max_prepared_transactions is 0 on most servers: the refusal is what is counted
            try (Statement st = s.createStatement()) {
                preparedSelect(s);
                st.execute("prepare transaction 'x'");
            } catch (java.sql.SQLException e) {
                s.rollback();
            }
        });
        measure(c, "transaction plain select", s -> {
            plainSelect(s);
            s.commit();
        });
        measure(c, "transaction failed and rolled back", s -> {
            try (Statement st = s.createStatement()) {
                st.execute("select 1/0 from invoices where id > 0 or true");
            } catch (java.sql.SQLException e) {
                s.rollback();
            }
        });
    }

    private static void preparedSelect(Connection c) throws Exception {
        try (PreparedStatement p = c.prepareStatement("select note from invoices where amount = ?")) {
            p.setInt(1, 3);
            try (ResultSet rs = p.executeQuery()) {
                rs.next();
            }
        }
    }

    private static void plainSelect(Connection c) throws Exception {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select note from invoices where amount = 4")) {
            rs.next();
        }
    }

    private static void update(Connection c) throws Exception {
        try (PreparedStatement p = c.prepareStatement("update customers set amount = amount + ? where id = 1")) {
            p.setInt(1, 1);
            p.executeUpdate();
        }
    }

    private static void insertReturning(Connection c) throws Exception {
        try (PreparedStatement p = c.prepareStatement(
                "insert into countries values (?) returning code", Statement.RETURN_GENERATED_KEYS)) {
            p.setString(1, "x" + System.nanoTime());
            p.executeUpdate();
            p.getGeneratedKeys().next();
        }
    }

    private static void batch(Connection c, int size) throws Exception {
        try (PreparedStatement p = c.prepareStatement("update countries set code = ? where code = 'none'")) {
            for (int i = 0; i < size; i++) {
                p.setString(1, "x");
                p.addBatch();
            }
            p.executeBatch();
        } catch (java.sql.BatchUpdateException e) {
            throw e;
        }
    }

    private static void functionCall(Connection c) throws Exception {
        try (CallableStatement call = c.prepareCall("{? = call upper(?)}")) {
            call.registerOutParameter(1, java.sql.Types.VARCHAR);
            call.setString(2, "x");
            call.execute();
        }
    }
}
