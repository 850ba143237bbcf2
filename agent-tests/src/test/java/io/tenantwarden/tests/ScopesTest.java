package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.coverage.SourceCases;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Scope methods, bypasses and tenant checks, each in a JVM of its own with the packaged jar. */
class ScopesTest {

    private static final String PACKAGE = "io.tenantwarden.tests.scenarios.";

    @TempDir
    static Path folder;

    private static Forked scenario(String name, Jdk jdk) throws ClassNotFoundException {
        return Forked.scenario(Class.forName(PACKAGE + name))
                .database(TestDatabase.create(18))
                .on(jdk)
                .warden("log", "stderr");
    }

    @TestFactory
    List<DynamicTest> scopeMethodsAndBypasses() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            Path report = folder.resolve("warden-" + jdk.feature() + ".json");
            tests.addAll(SourceCases.scopeMethods()
                    .forked(jdk)
                    .warden("report", report.toString())
                    .warden("bypass.count.until", today.plusDays(3).toString())
                    .warden("bypass.late.until", today.minusDays(1).toString())
                    .then(result -> whatIsTold(result, report))
                    .tests());
        }
        return tests;
    }

    private static void whatIsTold(AgentJvm.Result result, Path report) {
        assertTold(result, "FINDING pattern-unmatched", "warden.scope.typo=", "matched no method so far");
        assertTold(result, "FINDING pattern-unmatched", "warden.bypass.idle.at=");
        assertTold(
                result,
                "FINDING pattern-unmatched",
                "warden.bypass.inherited.at=",
                "inherits it from " + PACKAGE + "ScopeMethodsScenario$Finder",
                "write " + PACKAGE + "ScopeMethodsScenario$Finder#find,");
        assertEquals(
                3,
                result.lines("FINDING pattern-unmatched").size(),
                () -> "a pattern that matched is reported\n" + result.all());
        assertTold(result, "FINDING source-not-loaded", "method:com.acme.Missing#current");
        assertTold(result, "FINDING bypass-expiring", "warden.bypass.count");
        assertTold(result, "FINDING bypass-expired", "warden.bypass.late");
        assertTold(result, "VIOLATION bypass-expired", "bypass late ended on");
        assertTold(result, "VIOLATION unscoped-query", "countAllTooLate");
        assertTold(result, "bypass-unused", "name=idle");
        for (String count : List.of("count=1", "count=10", "count=100")) {
            assertTold(result, "bypass-used name=count", "ScopeMethodsScenario.countAll(", count);
        }
        try {
            JsonObject json = JsonParser.object().from(Files.readString(report));
            JsonArray bypasses = json.getArray("bypasses");
            List<String> counts = IntStream.range(0, bypasses.size())
                    .mapToObj(bypasses::getObject)
                    .map(bypass -> bypass.getString("name") + "=" + bypass.getInt("count"))
                    .toList();
            assertEquals(List.of("count=150", "idle=0", "inherited=0", "late=0", "platform=1"), counts);
            String findings = json.getArray("findings").toString();
            assertTrue(findings.contains("pattern-unmatched"), findings);
        } catch (IOException | JsonParserException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertTold(AgentJvm.Result result, String what, String... parts) {
        assertTrue(
                result.lines(what).stream()
                        .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)),
                () -> what + " " + List.of(parts) + "\n" + result.all());
    }

    /** On every JDK. */
    private static List<DynamicTest> checked(
            String scenario, String check, String mode, Consumer<AgentJvm.Result> afterwards)
            throws ClassNotFoundException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            tests.addAll(scenario(scenario, jdk)
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", mode)
                    .warden("tenant.check", check)
                    .then(afterwards)
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> methodsThatRunOnceForEachTenant() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        String loops = PACKAGE + "TenantLoopsScenario$";
        for (Jdk jdk : Jdk.all()) {
            TestDatabase database = TestDatabase.create(18);
            try (Connection c = PostgresServer.get(18).superuser(database.name());
                    Statement s = c.createStatement()) {
                s.execute("delete from countries");
                s.execute("insert into countries values ('a'), ('b')");
            }
            tests.addAll(Forked.scenario(Class.forName(PACKAGE + "TenantLoopsScenario"))
                    .database(database)
                    .on(jdk)
                    .warden("log", "stderr")
                    .warden("mode", "enforce")
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("tenant.pattern", "[a-z]+")
                    .warden("tenants", "select code from countries order by code")
                    .warden("foreach.nightly", loops + "NightlyJob#run")
                    .warden("foreach.holding", loops + "HoldingJob#work")
                    .warden("foreach.failing", loops + "Failing#w*k")
                    .warden("foreach.base", loops + "Base#loop")
                    .warden("foreach.arguments", loops + "Arguments#run")
                    .warden("foreach.interrupted", loops + "Interrupted#run")
                    .warden("foreach.spring", loops + "Job#nightly")
                    .warden("foreach.typo", loops + "Job#daily")
                    .then(result -> {
                        assertTold(result, "warden.foreach.failing: 2 of 3 tenants failed", "java.io.IOException at ");
                        assertTold(result, "FINDING foreach-no-tenants", "warden.foreach.nightly");
                        assertTold(result, "FINDING foreach-arguments", "warden.foreach.arguments");
                        assertTold(result, "VIOLATION invalid-tenant", "warden.foreach.nightly skips tenant");
                        assertTold(result, "FINDING pattern-unmatched", "warden.foreach.typo");
                        assertEquals(
                                1, result.lines("FINDING pattern-unmatched").size(), result::all);
                    })
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> tenantsAreChecked() throws Exception {
        return checked("TenantCheckScenario", "select 1 from countries where code = ?", "enforce", result -> {
            assertTold(result, "VIOLATION inactive-tenant", "returned no row", "refused=true");
            assertEquals(List.of(), result.lines("FINDING tenant-check-failed"), result::all);
        });
    }

    @TestFactory
    List<DynamicTest> aCheckThatFailsIsNoYes() throws Exception {
        return checked(
                "FailingCheckScenario",
                "select 1 from no_such_table where code = ?",
                "enforce",
                result -> assertTold(result, "FINDING tenant-check-failed", "no_such_table", "level=error"));
    }

    @TestFactory
    List<DynamicTest> outsideEnforceAnInactiveTenantIsReported() throws Exception {
        return checked(
                "PoolOfOneScenario",
                "select 1 from countries where code = ?",
                "inject",
                result -> assertTold(result, "VIOLATION inactive-tenant", "returned no row"));
    }
}
