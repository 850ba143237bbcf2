package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

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
                "AgentErrors=0")) {
            assertEquals(1, result.lines("##jmx " + line).size(), () -> line + "\n" + result.all());
        }
        assertEquals(1, result.lines("unscoped-query=1").size(), result::all);
        assertTrue(
                result.lines("##jmx ProtectedTables={").get(0).contains(" as warden_app at 127.0.0.1:"), result::all);
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
}
