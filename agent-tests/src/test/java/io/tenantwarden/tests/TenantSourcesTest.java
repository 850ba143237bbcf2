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
}
