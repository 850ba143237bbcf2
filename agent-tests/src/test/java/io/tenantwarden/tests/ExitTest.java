package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.Library;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The end of a JVM: what runs in shutdown hooks is counted and told, once, also when the application's log has been stopped. */
class ExitTest {

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> shutdownHooksAreInSummaryAndReport() throws Exception {
        Class<?> main = Class.forName("io.tenantwarden.tests.scenarios.ExitMain");
        TestDatabase database = TestDatabase.create(18);
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            for (String log : List.of("logback", "log4j", "jul")) {
                tests.add(DynamicTest.dynamicTest(log + " on " + jdk, () -> {
                    Path report = folder.resolve(log + jdk + ".json");
                    AgentJvm jvm = new AgentJvm()
                            .on(jdk)
                            .timeout(Duration.ofMinutes(1))
                            .property("warden.tenant", AgentScenariosTest.SOURCE)
                            .property("warden.report", report.toString())
                            .properties(database.properties());
                    if (log.equals("log4j")) {
                        jvm.library(new Library("log4j"), "logback", "log4j")
                                .property(
                                        "log4j2.configurationFile",
                                        log4jConfiguration().toString())
                                // with servlet classes on the class path Log4j leaves its shutdown to the container
                                .property("log4j2.is.webapp", "false");
                    } else if (log.equals("jul")) {
                        jvm.library(new Library("slf4j-jdk14"), "logback");
                    }
                    check(jvm.run(main, log), report);
                }));
            }
        }
        return tests;
    }

    private Path log4jConfiguration() throws IOException {
        return Files.writeString(folder.resolve("log4j2.properties"), """
                rootLogger.level=info
                rootLogger.appenderRef.stdout.ref=stdout
                appender.stdout.type=Console
                appender.stdout.name=stdout
                appender.stdout.layout.type=PatternLayout
                appender.stdout.layout.pattern=%level %msg%n
                """);
    }

    private static void check(AgentJvm.Result result, Path report) throws Exception {
        assertEquals(0, result.exit(), result::all);
        assertTrue(result.out().contains("##ran at the end"), result::all);
        List<String> lines = result.lines("[warden]").stream()
                .map(line -> line.substring(line.indexOf("[warden]")))
                .toList();
        List<String> again = new ArrayList<>(lines);
        Set.copyOf(lines).forEach(again::remove);
        // what is told while the log is being stopped is told by both rather than by none
        again.removeIf(line -> line.startsWith("[warden] VIOLATION") && line.contains("ExitMain.atOnce"));
        assertEquals(List.of(), again, result::all);
        assertEquals(
                1,
                starting(lines, "[warden] SUMMARY violations=3 count=3 refused=0")
                        .size(),
                result::all);
        for (String statement : List.of("atOnce", "afterTheLog", "running")) {
            assertTrue(with(lines, "[warden] VIOLATION", "ExitMain." + statement) > 0, result::all);
            assertEquals(1, with(lines, "[warden] SUMMARY", "ExitMain." + statement), result::all);
        }
        Set<String> reported = new TreeSet<>();
        for (Object violation :
                JsonParser.object().from(Files.readString(report)).getArray("violations")) {
            reported.add(((JsonObject) violation).getObject("site").getString("method"));
        }
        assertEquals(Set.of("afterTheLog", "atOnce", "running"), reported, result::all);
    }

    private static List<String> starting(List<String> lines, String start) {
        return lines.stream().filter(line -> line.startsWith(start)).toList();
    }

    private static long with(List<String> lines, String start, String part) {
        return starting(lines, start).stream()
                .filter(line -> line.contains(part))
                .count();
    }
}
