package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What tenant sources do in the less usual cases, each in a JVM of its own, on rows behind row-level security. */
class TenantSourcesTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    private static Forked scenario(String name) throws ClassNotFoundException {
        return scenario(name, TestDatabase.create(18));
    }

    private static Forked scenario(String name, TestDatabase database) throws ClassNotFoundException {
        return Forked.scenario(Class.forName(SCENARIOS + name))
                .database(database)
                .warden("log", "stderr");
    }

    @TestFactory
    List<DynamicTest> aSourceThatFails() throws Exception {
        return scenario("FailingSourceScenario")
                .warden("tenant.1", "method:" + SCENARIOS + "FailingSourceScenario#first")
                .warden("tenant.2", "method:" + SCENARIOS + "FailingSourceScenario#second")
                .then(result -> {
                    List<String> failed = result.lines("VIOLATION source-failed");
                    assertFalse(failed.isEmpty(), result::all);
                    assertTrue(
                            failed.stream()
                                    .anyMatch(line -> line.contains("FailingSourceScenario#first")
                                            && line.contains("java.lang.IllegalStateException")),
                            result::all);
                    assertFalse(result.lines("VIOLATION invalid-tenant").isEmpty(), result::all);
                    assertFalse(result.err().contains("secret-tenant"), result::all);
                })
                .tests();
    }

    @TestFactory
    List<DynamicTest> aSourceThatRunsSql() throws Exception {
        return scenario("SqlSourceScenario")
                .warden("tenant", "method:" + SCENARIOS + "SqlSourceScenario#current")
                .then(result -> assertEquals(1, result.lines("runs SQL itself").size(), result::all))
                .tests();
    }

    @TestFactory
    List<DynamicTest> aClassThatIsNotLoadedYet() throws Exception {
        return scenario("LateSourceScenario")
                .warden("tenant", "method:" + SCENARIOS + "LateTenant#current")
                .with(jvm -> jvm.option("--add-opens=java.base/java.lang=ALL-UNNAMED"))
                .tests();
    }

    @TestFactory
    List<DynamicTest> aPathToAUuid() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        addDocuments(database);
        return scenario("UuidPathScenario", database)
                .warden("tenant", "method:" + SCENARIOS + "UuidPathScenario#current.account.id")
                .warden("tenant.type", "uuid")
                .then(result -> {
                    assertEquals(
                            1,
                            result.lines("VIOLATION invalid-tenant").stream()
                                    .filter(line -> line.contains("count=1 "))
                                    .count(),
                            result::all);
                    assertFalse(result.err().contains("not-a-uuid"), result::all);
                })
                .tests();
    }

    /** As many applications have it: the policy casts, null-safe. */
    private static void addDocuments(TestDatabase database) throws SQLException {
        try (Connection c = PostgresServer.get(database.major()).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE documents (tenant_id uuid not null, title text)");
            s.execute("INSERT INTO documents VALUES ('11111111-1111-1111-1111-111111111111', 'one'),"
                    + " ('22222222-2222-2222-2222-222222222222', 'two')");
            s.execute("ALTER TABLE documents ENABLE ROW LEVEL SECURITY");
            s.execute("ALTER TABLE documents FORCE ROW LEVEL SECURITY");
            s.execute("CREATE POLICY tenant ON documents"
                    + " USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)");
            s.execute("GRANT SELECT ON documents TO warden_app");
        }
    }

    @TestFactory
    List<DynamicTest> requestHeader() throws Exception {
        return scenario("HeaderSourceScenario")
                .warden("tenant", "header:X-Tenant-Id")
                .tests();
    }

    /** A constant of the configuration, and a source that says the same on every thread. */
    @TestFactory
    List<DynamicTest> whatEverybodyHearsCountsOnNewThreads() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String source : List.of("value:a", "method:" + SCENARIOS + "ConstantSourceScenario#current")) {
            tests.addAll(scenario("ConstantSourceScenario")
                    .named(source)
                    .warden("tenant", source)
                    .warden("mode", "enforce")
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> aClassThatIsLoadedTwice() throws Exception {
        return scenario("TwoCopiesScenario")
                .warden("tenant", "method:" + SCENARIOS + "TenantContext#current")
                .warden("mode", "enforce")
                .then(result -> {
                    assertTrue(
                            result.lines("VIOLATION source-failed").stream()
                                    .anyMatch(line -> line.contains("is loaded twice, and the copies disagree")),
                            result::all);
                    assertEquals(1, result.lines("FINDING source-loaded-twice").size(), result::all);
                })
                .tests();
    }

    @TestFactory
    List<DynamicTest> aSourceThatTakesAConnectionOfTheSamePool() throws Exception {
        return scenario("PooledSourceScenario")
                .warden("tenant", "method:" + SCENARIOS + "PooledSourceScenario#current")
                .warden("scope.jobs", SCENARIOS + "PooledSourceScenario#runFor(0)")
                .warden("guc", "app.tenant_id={tenant},app.user={method:" + SCENARIOS + "PooledSourceScenario#userId}")
                .warden("mode", "enforce")
                .then(result -> {
                    for (String source : List.of("#current", "#userId")) {
                        List<String> told = result.lines(source + " runs SQL itself");
                        assertEquals(1, told.size(), result::all);
                        assertTrue(told.get(0).contains("Look the tenant up once"), result::all);
                    }
                    assertEquals(List.of(), result.lines("SQLTransientConnectionException"), result::all);
                })
                .tests();
    }

    @TestFactory
    List<DynamicTest> aTenantThatARequestLeftOnItsThread() throws Exception {
        return scenario("StaleSourceScenario")
                .warden(
                        "tenant",
                        "method:" + SCENARIOS + "LeakyContext#tenant,mdc:tenantId,security:principal.tenantId")
                .warden("mode", "enforce")
                .with(jvm -> jvm.property("scenario.keeps", "own,mdc,security"))
                .then(result -> {
                    for (String site :
                            List.of("$Own.enter", "$Diagnostic.enter", "$Security.enter", "$SecurityOfOld.enter")) {
                        assertTrue(
                                result.lines("VIOLATION stale-source").stream()
                                        .anyMatch(line -> line.contains(site)
                                                && line.contains("does not count until it is set anew")),
                                () -> site + "\n" + result.all());
                    }
                })
                .tests();
    }

    /** 31 of the requests find what was left: all of them are told. */
    @TestFactory
    List<DynamicTest> aTenantThatIsLeftWhereNobodySeesItSet() throws Exception {
        return scenario("StaleSourceScenario")
                .warden("tenant", "field:" + SCENARIOS + "LeakyContext#OPEN")
                .warden("mode", "enforce")
                .with(jvm -> jvm.property("scenario.keeps", "open"))
                .then(result -> assertTrue(
                        result.lines("SUMMARY stale-source").stream().anyMatch(line -> line.contains("count=31")),
                        result::all))
                .tests();
    }

    @TestFactory
    List<DynamicTest> anElementOfAListOrMap() throws Exception {
        return scenario("ElementPathScenario")
                .warden("tenant", "method:" + SCENARIOS + "ElementPathScenario#current.tenantIds[0]")
                .warden("scope.messages", SCENARIOS + "ElementPathScenario#handle(0[\"tenant\"])")
                .warden(
                        "guc",
                        "app.tenant_id={tenant},app.user={method:" + SCENARIOS
                                + "ElementPathScenario#current.claims.get('user')}")
                .warden("mode", "enforce")
                .tests();
    }
}
