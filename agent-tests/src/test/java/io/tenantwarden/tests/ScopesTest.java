package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Scope methods, bypasses and tenant checks, each in a JVM of its own with the packaged jar. */
class ScopesTest {

    private static final String PACKAGE = "io.tenantwarden.tests.scenarios.";
    private static final String METHODS = PACKAGE + "ScopeMethodsScenario";

    @TempDir
    static Path folder;

    private static Forked scenario(String name) throws ClassNotFoundException {
        return Forked.scenario(Class.forName(PACKAGE + name))
                .database(TestDatabase.create(18))
                .warden("log", "stderr");
    }

    @TestFactory
    List<DynamicTest> scopeMethodsAndBypasses() throws Exception {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Path report = folder.resolve("warden.json");
        return scenario("ScopeMethodsScenario")
                .warden("report", report.toString())
                .warden("app.packages", "io.tenantwarden.tests.scenarios")
                .warden("tenant", "method:com.acme.Missing#current")
                .warden("scope.handlers", METHODS + "$Handler#handle(0.tenantId)")
                .warden("scope.jobs", METHODS + "$Job#runFor(0)")
                .warden("scope.workers", METHODS + "$*Worker#w*(1)")
                .warden("scope.typo", METHODS + "$Job#runFro(0)")
                .warden("bypass.roles", "warden_bypass")
                .warden("bypass.count.at", METHODS + "#countAll")
                .warden("bypass.count.reason", "counts all tenants")
                .warden("bypass.count.until", today.plusDays(3).toString())
                .warden("bypass.late.at", METHODS + "#countAllTooLate")
                .warden("bypass.late.reason", "was needed once")
                .warden("bypass.late.until", today.minusDays(1).toString())
                .warden("bypass.idle.at", METHODS + "#nobodyCallsThis")
                .warden("bypass.idle.reason", "for later")
                .then(result -> whatIsTold(result, report))
                .tests();
    }

    private static void whatIsTold(AgentJvm.Result result, Path report) {
        assertTold(result, "FINDING pattern-unmatched", "warden.scope.typo=", "matched no method so far");
        assertTold(result, "FINDING pattern-unmatched", "warden.bypass.idle.at=");
        assertEquals(
                2,
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
            assertEquals(List.of("count=150", "idle=0", "late=0"), counts);
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

    private static Forked checked(String scenario, String check, String mode) throws ClassNotFoundException {
        return scenario(scenario)
                .warden("tenant", AgentScenariosTest.SOURCE)
                .warden("mode", mode)
                .warden("tenant.check", check);
    }

    @TestFactory
    List<DynamicTest> tenantsAreChecked() throws Exception {
        return checked("TenantCheckScenario", "select 1 from countries where code = ?", "enforce")
                .then(result -> {
                    assertTold(result, "VIOLATION inactive-tenant", "returned no row", "refused=true");
                    assertEquals(List.of(), result.lines("tenant-check-failed"), result::all);
                })
                .tests();
    }

    @TestFactory
    List<DynamicTest> aCheckThatFailsIsNoYes() throws Exception {
        return checked("FailingCheckScenario", "select 1 from no_such_table where code = ?", "enforce")
                .then(result -> assertTold(result, "FINDING tenant-check-failed", "no_such_table", "level=error"))
                .tests();
    }

    @TestFactory
    List<DynamicTest> outsideEnforceAnInactiveTenantIsReported() throws Exception {
        return checked("PoolOfOneScenario", "select 1 from countries where code = ?", "inject")
                .then(result -> assertTold(result, "VIOLATION inactive-tenant", "returned no row"))
                .tests();
    }
}
