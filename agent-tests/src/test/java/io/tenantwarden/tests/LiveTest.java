package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.ModeSwitchMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be seen while the application runs: Java Flight Recorder and JMX, in real JVMs. */
class LiveTest {

    private static final String MAIN = LogTest.main().getName();

    @TempDir
    Path folder;

    private static AgentJvm jvm(TestDatabase database) {
        return new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.log", "stderr")
                .property("warden.mode", "enforce")
                .property("warden.bypass.statistics.at", MAIN + "#counted")
                .property("warden.bypass.statistics.reason", "counts")
                .properties(database.properties());
    }

    private static List<RecordedEvent> events(List<RecordedEvent> all, String name) {
        return all.stream()
                .filter(event -> event.getEventType().getName().equals("tenantwarden." + name))
                .toList();
    }

    @TestFactory
    List<DynamicTest> theRecorderHasTheEvents() {
        TestDatabase database = TestDatabase.create(18);
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            tests.add(DynamicTest.dynamicTest("recorded on " + jdk, () -> {
                Path file = folder.resolve(jdk + ".jfr");
                AgentJvm.Result result = jvm(database)
                        .on(jdk)
                        .option("-XX:StartFlightRecording:filename=" + file + ",+tenantwarden.Injection#enabled=true")
                        .run(LogTest.main());
                assertEquals(0, result.exit(), result::all);
                List<RecordedEvent> all = RecordingFile.readAllEvents(file);
                RecordedEvent violation = events(all, "Violation").stream()
                        .filter(event -> event.getString("kind").equals("unscoped-query"))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(result.all()));
                assertTrue(violation.getString("site").startsWith(MAIN + ".known(ReportMain.java:"));
                assertEquals("public.invoices", violation.getString("tables"));
                assertTrue(violation.getBoolean("refused"));
                assertFalse(violation.getBoolean("known"));
                assertTrue(
                        violation.getStackTrace().getFrames().stream()
                                .anyMatch(frame ->
                                        frame.getMethod().getType().getName().equals(MAIN)),
                        violation::toString);
                assertEquals(
                        violation.getString("id"), events(all, "Refusal").get(0).getString("id"));
                assertEquals(
                        List.of("statistics"),
                        events(all, "Bypass").stream()
                                .map(event -> event.getString("name"))
                                .toList());
                assertTrue(
                        events(all, "Injection").stream()
                                .map(event -> event.getString("scope") + " " + event.getString("operation"))
                                .collect(Collectors.toSet())
                                .contains("TENANT SELECT"),
                        () -> events(all, "Injection").toString());
            }));
        }
        return tests;
    }

    @Test
    void theBeanSaysWhatTheLogSays() {
        TestDatabase database = TestDatabase.create(18);
        AgentJvm.Result result = jvm(database).run(LogTest.main(), "jmx");
        assertEquals(0, result.exit(), result::all);
        for (String line : List.of(
                "State=protecting",
                "Healthy=true",
                "Mode=enforce",
                "Refusals=1",
                "Executions={application=0, bypassed=1, captured=0, scoped=1, unscoped=1}",
                "Bypasses={statistics=1}",
                "Problems=",
                "AgentErrors=0")) {
            assertEquals(1, result.lines("##jmx " + line).size(), () -> line + "\n" + result.all());
        }
        assertEquals(1, result.lines("unscoped-query=1").size(), result::all);
        assertTrue(
                result.lines("##jmx ProtectedTables={").get(0).contains(" as warden_app at 127.0.0.1:"), result::all);
        assertTrue(
                result.lines("##jmx CatalogAgeSeconds={")
                        .get(0)
                        .matches("##jmx CatalogAgeSeconds=\\{" + database.name() + " at 127\\.0\\.0\\.1:\\d+=\\d+}"),
                result::all);
        assertTrue(
                result.lines("##jmx CostNanos={")
                        .get(0)
                        .matches("##jmx CostNanos=\\{max=\\d+, p50=\\d+, p90=\\d+, p99=\\d+, samples=[1-9]\\d*}"),
                result::all);
    }

    @Test
    void thereIsNoBeanWhenItIsOff() {
        AgentJvm.Result result = jvm(TestDatabase.create(18))
                .property("warden.jmx", "off")
                .option("-Djmx.patience=0")
                .run(LogTest.main(), "jmx");
        assertEquals(0, result.exit(), result::all);
        assertEquals(1, result.lines("##jmx none").size(), result::all);
    }

    /** Seconds of load, and milliseconds between two changes; {@code -Dmode.switch=60,1000} is the long form. */
    private static final String[] SWITCHES =
            System.getProperty("mode.switch", "4,300").split(",");

    private static AgentJvm switching(String mode) {
        return new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.log", "stderr")
                .property("warden.mode", mode)
                .property("warden.jmx", "control");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipelined", "jdbc"})
    void theModeChangesUnderLoad(String strategy) throws IOException {
        theModeChanges(strategy, "audit", switching("audit").property("warden.strategy", strategy));
    }

    @Test
    void theModeChangesUnderLoadWithValuesHeldForTheSession() throws IOException {
        theModeChanges("hold", "audit", switching("audit").property("warden.hold", "session"));
    }

    private void theModeChanges(String name, String first, AgentJvm jvm) throws IOException {
        JsonNode written = theModeChanges(name, first, TestDatabase.create(18), jvm);
        assertEquals(
                Set.of(
                        "unscoped-query",
                        "zero-row-write",
                        "injection-failed"), // the latter: a cursor of nobody's in enforce
                written.get("violations").findValuesAsText("kind").stream().collect(Collectors.toSet()),
                written::toPrettyString);
    }

    /** The login sees all rows, so that a statement without the role would be seen at once. */
    @ParameterizedTest
    @ValueSource(strings = {"pipelined", "jdbc"})
    void theModeChangesUnderLoadAsARole(String strategy) throws IOException {
        AgentJvm jvm =
                switching("inject").property("warden.strategy", strategy).property("warden.role", "warden_acting");
        JsonNode written = theModeChanges("role-" + strategy, "inject", RoleTest.database(18), jvm);
        assertEquals(
                Set.of("unscoped-query", "zero-row-write"),
                written.get("violations").findValuesAsText("kind").stream().collect(Collectors.toSet()),
                written::toPrettyString);
    }

    private JsonNode theModeChanges(String name, String first, TestDatabase database, AgentJvm jvm) throws IOException {
        Path report = folder.resolve(name + ".json");
        AgentJvm.Result result = jvm.property("warden.report", report.toString())
                .properties(database.properties())
                .run(ModeSwitchMain.class, first, SWITCHES[0], SWITCHES[1]);
        System.out.println(name + " " + result.lines("##"));
        assertEquals(0, result.exit(), result::all);
        int changes = Integer.parseInt(result.lines("##changes").get(0).replaceAll("\\D", ""));
        assertTrue(changes > 12, result::all);
        String second = first.equals("audit") ? "inject" : "enforce";
        assertEquals(
                List.of(
                        "[warden] mode-changed old=" + first + " new=" + second,
                        "[warden] mode-changed old=" + second + " new=" + first),
                result.lines("mode-changed").stream()
                        .map(line -> line.substring(line.indexOf("[warden]")))
                        .limit(2)
                        .toList());
        assertEquals(changes, result.lines("mode-changed").size(), result::all);
        String text = Files.readString(report);
        ReportSchema.validate(text);
        JsonNode written = new ObjectMapper().readTree(text);
        assertEquals(changes, written.get("modeChanges").size());
        assertEquals(0, written.at("/health/agentErrors").asInt(), result::all);
        return written;
    }

    @Test
    void theModeChangesOnlyWhereItMay() {
        TestDatabase database = TestDatabase.create(18);
        for (String[] expected : new String[][] {
            {
                "read",
                "enforce",
                "IllegalStateException: the mode is changed at run time only where the JVM was started with -Dwarden.jmx=control"
            },
            {"control", "off", "IllegalArgumentException: allowed: audit, inject, enforce; off is for the start only"},
            {"control", "ENFORCE", "IllegalArgumentException: allowed: audit, inject, enforce"}
        }) {
            AgentJvm.Result result = switching("inject")
                    .property("warden.jmx", expected[0])
                    .property("mode.wanted", expected[1])
                    .properties(database.properties())
                    .run(LogTest.main(), "jmx");
            assertEquals(1, result.lines("##changed " + expected[2]).size(), result::all);
            assertEquals(1, result.lines("##jmx Mode=inject").size(), result::all);
            assertEquals(0, result.lines("mode-changed").size(), result::all);
        }
        AgentJvm.Result unscoped = new AgentJvm()
                .property("warden.jmx", "control")
                .property("mode.wanted", "enforce")
                .properties(database.properties())
                .run(LogTest.main(), "jmx");
        assertEquals(
                1,
                unscoped.lines("##changed IllegalStateException: enforce needs to know the tenant")
                        .size(),
                unscoped::all);
    }
}
