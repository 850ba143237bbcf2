package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Await;
import io.tenantwarden.tests.jvm.Forwarder;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.StatementsMain;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The doctor's rules in the agent: what an application is told while its statements run, and what it is spared. */
class PreflightTest {

    private static final String NULLABLE = "[warden] FINDING WD025";
    private static final String UNREAD = "[warden] FINDING policies-unread";
    private static final String NO_INDEX = "[warden] FINDING WD026";

    @TempDir
    Path folder;

    /** A running application that is given statements one by one. */
    private static final class Application implements AutoCloseable {
        private final Process process;
        private final PrintStream in;
        private final List<String> lines = new CopyOnWriteArrayList<>();

        Application(AgentJvm jvm) throws Exception {
            process = jvm.start(List.of("-cp", jvm.classPath(), StatementsMain.class.getName()));
            in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
            collect(new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
            collect(new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)));
            await("##ready");
        }

        private void collect(BufferedReader reader) {
            Thread thread = new Thread(() -> reader.lines().forEach(lines::add), "output");
            thread.setDaemon(true);
            thread.start();
        }

        void run(String sql) throws Exception {
            long before = count("##ran ");
            in.println(sql);
            Await.until(() -> count("##ran ") > before || !process.isAlive(), this::toString);
            assertEquals(before + 1, count("##ran "), this::toString);
        }

        long count(String... parts) {
            return lines.stream()
                    .filter(line -> List.of(parts).stream().allMatch(line::contains))
                    .count();
        }

        void await(String... parts) throws Exception {
            Await.until(() -> count(parts) > 0, () -> List.of(parts) + "\n" + this);
        }

        @Override
        public String toString() {
            return String.join("\n", lines);
        }

        /** Ends the application, which must have nothing against it. */
        void end() throws Exception {
            in.close();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), this::toString);
            assertEquals(0, process.exitValue(), this::toString);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private Path report() {
        return folder.resolve("warden.json");
    }

    private Application start(TestDatabase database, String mode) throws Exception {
        return new Application(new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.mode", mode)
                .property("warden.log", "stderr")
                .property("warden.catalog.refresh", "1s")
                .property("warden.report", report().toString())
                .properties(database.properties()));
    }

    /** Whether the report has been written and has the finding. */
    private boolean reports(String rule, String object) throws Exception {
        if (Files.notExists(report())) {
            return false; // it is written soon, not at once
        }
        JsonArray findings =
                JsonParser.object().from(Files.readString(report())).getArray("findings");
        for (Object each : findings) {
            JsonObject finding = (JsonObject) each;
            if (rule.equals(finding.getString("rule")) && object.equals(finding.getString("object"))) {
                return true;
            }
        }
        return false;
    }

    private static String object(TestDatabase database) {
        return "database " + database.name() + " on 127.0.0.1:"
                + PostgresServer.get(database.major()).port();
    }

    private void assertNoErrors() throws Exception {
        JsonObject health = JsonParser.object().from(Files.readString(report())).getObject("health");
        assertEquals(0, health.getInt("agentErrors", -1), health::toString);
    }

    private static void asOwner(TestDatabase database, String sql) throws Exception {
        try (Connection c = PostgresServer.get(database.major()).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    /** The database has the same two faults in both tables. */
    @ParameterizedTest
    @CsvSource({"inject,18", "enforce,14", "audit,18"})
    void findingsOfTheTablesThatStatementsTouch(String mode, int major) throws Exception {
        TestDatabase database = TestDatabase.create(major);
        asOwner(database, "alter table customers alter tenant_id drop not null");
        try (Application application = start(database, mode)) {
            application.run("select count(*) from countries");
            application.run("select count(*) from invoices");
            application.await(NO_INDEX, "object=public.invoices", "database=" + database.name(), "role=warden_app");
            assertEquals(0, application.count("[warden] FINDING", "customers"), application::toString);

            application.run("select count(*) from customers");
            application.await(NO_INDEX, "object=public.customers");
            application.await(NULLABLE, "object=public.customers");
            assertEquals(0, application.count(NULLABLE, "invoices"), application::toString);

            // what is found on the strength of a later catalog, and what is mended
            asOwner(database, "alter table invoices alter tenant_id drop not null");
            asOwner(database, "create index on customers (tenant_id)");
            Await.until(
                    () -> {
                        application.run("select count(*) from invoices, customers");
                        return application.count(NULLABLE, "object=public.invoices") > 0
                                && reports("WD025", "public.invoices")
                                && !reports("WD026", "public.customers");
                    },
                    application::toString);
            assertTrue(reports("WD026", "public.invoices"));
            assertTrue(reports("WD025", "public.customers"));
            application.end();
            for (String table : List.of("invoices", "customers")) {
                assertEquals(1, application.count(NULLABLE, "object=public." + table), application::toString);
                assertEquals(1, application.count(NO_INDEX, "object=public." + table), application::toString);
            }
            assertEquals(0, application.count("could not be read"), application::toString);
            assertEquals(1, application.count("[warden] COVER"), application::toString);
            assertNoErrors();
        }
    }

    /** Reading default privileges waits for a lock; the application's statements do not. */
    @Test
    void aSlowReadingHoldsNothingUp() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        try (Connection c = PostgresServer.get(18).superuser(database.name());
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("lock table pg_catalog.pg_default_acl in access exclusive mode");
            try (Application application = start(database, "enforce")) {
                application.run("select count(*) from invoices");
                Await.until(() -> isWaiting(s), application::toString);
                Await.until(
                        () -> {
                            boolean before = isWaiting(s);
                            application.run("insert into customers (tenant_id) values ('a')");
                            return before && isWaiting(s);
                        },
                        application::toString);
                application.await("[warden] the preflight of role warden_app", "SQLState 55P03", "doctor");
                application.run("select count(*) from invoices");
                c.rollback();
                Await.until(
                        () -> {
                            application.run("select count(*) from invoices");
                            return application.count(NO_INDEX, "object=public.invoices") > 0;
                        },
                        application::toString);
                application.end();
                assertNoErrors();
            }
        }
    }

    /** A migration holds a table locked while the application starts, which must not wait for it. */
    @ParameterizedTest
    @CsvSource({"audit,18", "inject,14", "enforce,18"})
    void aLockedTableHoldsNoStartUp(String mode, int major) throws Exception {
        TestDatabase database = TestDatabase.create(major);
        try (Connection c = PostgresServer.get(major).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("lock table invoices, customers in access exclusive mode");
            Application started = assertTimeout(Duration.ofSeconds(20), () -> start(database, mode));
            try (Application application = started) {
                application.run("select count(*) from countries");
                application.await("[warden] COVER", "protected=2 rls=2", "unread=2");
                application.await(UNREAD, "public.customers, public.invoices", "another session");
                assertEquals(1, application.count("[warden] FINDING"), application::toString);
                assertEquals(0, application.count("level=error"), application::toString);
                Await.until(() -> reports("policies-unread", object(database)), application::toString);
                c.rollback();
                Await.until(
                        () -> {
                            application.run("select count(*) from invoices");
                            return application.count(NO_INDEX, "object=public.invoices") > 0;
                        },
                        application::toString);
                assertEquals(1, application.count(UNREAD), application::toString);
                assertEquals(0, application.count("could not be read", "preflight"), application::toString);
                application.end();
                assertFalse(reports("policies-unread", object(database)));
                assertNoErrors();
            }
        }
    }

    /** At the first connection, before anything is read for the rules; the reading afterwards says more, and nothing twice. */
    @ParameterizedTest
    @CsvSource({"audit,14", "enforce,18"})
    void aTenantColumnThatIsNotConfiguredIsInferred(String mode, int major) throws Exception {
        TestDatabase database = TestDatabase.create(major);
        for (String table : List.of("tasks", "jobs")) {
            asOwner(database, "create table " + table + " (id int, tenant_id_ text)");
            asOwner(database, "alter table " + table + " enable row level security");
            asOwner(
                    database,
                    "create policy tenant on " + table
                            + " using (tenant_id_ = nullif(current_setting('app.tenant_id', true), ''))");
        }
        asOwner(database, "create table history (id int, tenant_id_ text)");
        limitConnections(database, 1);
        String set = "set warden.tenant.columns=tenant_id,tenant_id_";
        try (Application application = start(database, mode)) {
            application.run("select count(*) from countries");
            application.await("[warden] FINDING WD041 level=warn", "object=tenant_id_", set);
            application.await("2 tables (public.jobs, public.tasks)");
            limitConnections(database, -1);
            Await.until(
                    () -> {
                        application.run("select count(*) from invoices");
                        return Files.exists(report())
                                && Files.readString(report()).contains("1 other table has it: public.history");
                    },
                    application::toString);
            application.end();
            assertEquals(1, application.count("[warden] FINDING WD041"), application::toString);
            assertNoErrors();
        }
    }

    private static boolean isWaiting(Statement s) throws Exception {
        try (ResultSet rows = s.executeQuery(
                "select count(*) from pg_catalog.pg_locks where relation = 'pg_default_acl'::regclass and not granted")) {
            return rows.next() && rows.getInt(1) > 0;
        }
    }

    private static void limitConnections(TestDatabase database, int limit) throws Exception {
        try (Connection c = PostgresServer.get(database.major()).superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("alter database " + database.name() + " connection limit " + limit);
        }
    }

    /** The application has the only connection that the database allows; the rules of the catalog still count. */
    @Test
    void aReadingThatFailsIsToldOnceAndNothingElse() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        asOwner(database, "alter table customers disable row level security");
        limitConnections(database, 1);
        try (Application application = start(database, "enforce")) {
            application.run("select count(*) from customers");
            application.await("[warden] FINDING WD006", "object=public.customers");
            application.await("[warden] the preflight of role warden_app", "SQLState 53300", "one more connection");
            limitConnections(database, -1);
            Await.until(
                    () -> {
                        application.run("select count(*) from invoices");
                        return application.count(NO_INDEX, "object=public.invoices") > 0;
                    },
                    application::toString);
            application.end();
            assertEquals(1, application.count("the preflight of role"), application::toString);
            assertNoErrors();
        }
    }

    /** Servers and directories lock an account after a few wrong passwords. */
    @Test
    void aRefusedLogInIsNotTriedAgain() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        try (Connection admin = PostgresServer.get(18).superuser(database.name());
                Statement s = admin.createStatement();
                Forwarder door = new Forwarder(PostgresServer.get(18).port());
                Application application = new Application(new AgentJvm()
                        .property("warden.tenant", AgentScenariosTest.SOURCE)
                        .property("warden.log", "stderr")
                        .property("warden.catalog.refresh", "1s")
                        .property("warden.report", report().toString())
                        .property("db.url", "jdbc:postgresql://127.0.0.1:" + door.port() + "/" + database.name()))) {
            int before = door.connections();
            s.execute("alter role warden_app nologin");
            try {
                application.run("select count(*) from invoices");
                application.await("[warden] the preflight of role warden_app", "SQLState 28000");
                // each of these asks for another reading, and the report that is written afterwards has seen it refused
                for (int i = 0; i < 5; i++) {
                    asOwner(database, "create table later_" + i + " (id int)");
                    application.run("select count(*) from invoices, pg_catalog.pg_class where relname = 'later'");
                    application.run("create temp table mine_" + i + " (id int)");
                    application.run("create table own_" + i + " (id int)");
                }
                Await.until(() -> application.count("could not be read again") > 0, application::toString);
                assertEquals(before + 1, door.connections(), application::toString);
            } finally {
                s.execute("alter role warden_app login");
            }
            application.end();
            assertNoErrors();
        }
    }
}
