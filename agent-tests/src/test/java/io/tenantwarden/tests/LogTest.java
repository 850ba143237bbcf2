package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Forwarder;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Where the agent's lines go, and what they say of the roles that an application connects as. */
class LogTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    @TestFactory
    List<DynamicTest> logback() throws Exception {
        return Forked.scenario(Class.forName(SCENARIOS + "LogbackScenario"))
                .database(TestDatabase.create(18))
                .warden("tenant", AgentScenariosTest.SOURCE)
                .then(result -> {
                    assertFalse(result.err().contains("[warden] VIOLATION"), result::all);
                    assertFalse(result.err().contains("[warden] COVER"), result::all);
                    assertFalse(result.all().contains("kept out"), result::all);
                })
                .tests();
    }

    @TestFactory
    List<DynamicTest> aLogThatRunsSql() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String mode : List.of("inject", "enforce")) {
            tests.addAll(Forked.scenario(Class.forName(SCENARIOS + "JdbcAppenderScenario"))
                    .database(TestDatabase.create(18))
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", mode)
                    .tests());
        }
        return tests;
    }

    @Test
    void withoutAProviderItIsStandardError() {
        AgentJvm.Result result = run(new AgentJvm().without("logback"), TestDatabase.create(18));
        assertEquals(1, result.lines("[warden] Tenant Warden ").size(), result::all);
        assertEquals(1, result.lines("[warden] COVER").size(), result::all);
        assertEquals(1, result.lines("[warden] VIOLATION unscoped-query").size(), result::all);
        assertFalse(result.out().contains("[warden]"), result::all);
    }

    @Test
    void withoutSlf4jItIsStandardError() {
        AgentJvm.Result result =
                run(new AgentJvm().without("logback").without("slf4j").without("HikariCP"), TestDatabase.create(18));
        assertEquals(1, result.lines("[warden] COVER").size(), result::all);
        assertEquals(1, result.lines("[warden] VIOLATION unscoped-query").size(), result::all);
    }

    @Test
    void noneMeansNothing() {
        AgentJvm.Result result = run(new AgentJvm().property("warden.log", "none"), TestDatabase.create(18));
        assertTrue(result.out().contains("##known ran"), result::all);
        assertFalse(result.all().contains("[warden]"), result::all);
    }

    private static AgentJvm.Result run(AgentJvm jvm, TestDatabase database) {
        AgentJvm.Result result = jvm.property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.bypass.statistics.at", SCENARIOS + "ReportMain#counted")
                .property("warden.bypass.statistics.reason", "counts")
                .properties(database.properties())
                .run(main());
        assertEquals(0, result.exit(), result::all);
        return result;
    }

    static Class<?> main() {
        try {
            return Class.forName(SCENARIOS + "ReportMain");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void rolesThatNoPolicyFilters() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        try (Connection c = PostgresServer.get(18).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY");
        }
        AgentJvm.Result result = new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.log", "stderr")
                .properties(database.properties())
                .run(main(), "roles");
        assertEquals(0, result.exit(), result::all);
        assertFinding(result, "WD001", "object=postgres", "is a superuser", "NOSUPERUSER NOBYPASSRLS");
        assertFinding(
                result, "WD002", "object=warden_bypass", "has BYPASSRLS", "ALTER ROLE warden_bypass NOBYPASSRLS;");
        assertFinding(
                result,
                "WD003",
                "object=warden_owner",
                "owns 1 protected table without FORCE",
                "public.customers",
                "ALTER TABLE public.customers FORCE ROW LEVEL SECURITY;");
        assertEquals(3, result.lines("level=error").size(), result::all);
        assertEquals(4, result.lines("[warden] COVER").size(), result::all);
    }

    /** A failover pair, a fleet: databases of one name and role, of which one has no row-level security. */
    @Test
    void serversOfTheSameDatabaseAndRoleAreToldApart() throws Exception {
        TestDatabase first = TestDatabase.create(18);
        try (Forwarder other = new Forwarder(PostgresServer.get(18).port());
                Connection c = PostgresServer.get(18).connect(first.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute("alter table customers no force row level security");
            String own = "127.0.0.1:" + PostgresServer.get(18).port();
            String elsewhere = "127.0.0.1:" + other.port();
            AgentJvm.Result result = new AgentJvm()
                    .property("warden.tenant", AgentScenariosTest.SOURCE)
                    .property("warden.guc.bypass", "app.is_platform=on")
                    .property("warden.bypass.statistics.at", SCENARIOS + "ReportMain#counted")
                    .property("warden.bypass.statistics.reason", "counts")
                    .property("warden.log", "stderr")
                    .properties(first.properties())
                    .run(main(), first.url(), first.url().replace(own, elsewhere));
            assertEquals(0, result.exit(), result::all);
            for (String server : List.of(own, elsewhere)) {
                List<String> cover = result.lines("[warden] COVER").stream()
                        .filter(line -> line.contains(" role=warden_owner ") && line.contains(" server=" + server))
                        .toList();
                assertEquals(1, cover.size(), result::all);
                assertEquals(
                        1,
                        result.lines("[warden] FINDING WD003").stream()
                                .filter(line -> line.contains(" server=" + server + " "))
                                .count(),
                        result::all);
            }
            // no policy reads the setting that the bypass sets
            List<String> ineffective = result.lines("VIOLATION bypass-ineffective");
            assertEquals(1, ineffective.size(), result::all);
            assertTrue(ineffective.get(0).contains("tables=public.customers"), ineffective::toString);
            assertTrue(
                    ineffective.get(0).contains("compare warden.guc.bypass with the policies"), ineffective::toString);
        }
    }

    private static void assertFinding(AgentJvm.Result result, String rule, String... parts) {
        List<String> lines = result.lines("[warden] FINDING " + rule);
        assertEquals(1, lines.size(), () -> rule + "\n" + result.all());
        for (String part : parts) {
            assertTrue(lines.get(0).contains(part), () -> part + "\n" + lines);
        }
        assertTrue(lines.get(0).contains(" level=error "), lines::toString);
        assertTrue(lines.get(0).contains(" fix="), lines::toString);
    }
}
