package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Kotlin;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Which line is named, for all the ways in which an application's statements reach the driver: exactly those that the sources mark. */
class SitesTest {

    private static final Path SOURCES = Path.of(System.getProperty("project.root"), "agent-tests/src/test");
    private static final String PACKAGE = "io/tenantwarden/tests/";
    private static final Pattern SITE = Pattern.compile(" site=\\S+?\\(([^)]*)\\)");

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> exactlyTheMarkedLinesAreNamed() throws Exception {
        Path report = folder.resolve("sites.json");
        Path classes = Kotlin.compile(SOURCES.resolve("kotlin"));
        List<String> output = new ArrayList<>();
        List<DynamicTest> tests =
                new ArrayList<>(Forked.scenario(Class.forName("io.tenantwarden.tests.scenarios.SitesScenario"))
                        .database(TestDatabase.create(18))
                        .warden("tenant", AgentScenariosTest.SOURCE)
                        .warden("log", "stderr")
                        .warden("report", report.toString())
                        .with(jvm -> Kotlin.into(jvm, classes)
                                .with("spring-data")
                                .with("jooq")
                                .with("r2dbc-spi")
                                .with("jdbi3")
                                .without("logback"))
                        .then(result -> output.addAll(result.lines("VIOLATION")))
                        .tests());
        Set<String> marked = marked();
        tests.add(dynamicTest(
                "the log names exactly the marked lines", () -> assertEquals(lines(marked), lines(inLog(output)))));
        tests.add(dynamicTest(
                "the report names exactly the marked lines",
                () -> assertEquals(lines(marked), lines(inReport(report)))));
        return tests;
    }

    /** One in each line: what differs is seen. */
    private static String lines(Set<String> sites) {
        return String.join("\n", sites);
    }

    private static Set<String> marked() throws IOException {
        Set<String> marked = new TreeSet<>();
        List<Path> sources =
                new ArrayList<>(List.of(SOURCES.resolve("java/" + PACKAGE + "scenarios/SitesScenario.java")));
        for (String folder : List.of("java/" + PACKAGE + "sites", "kotlin/" + PACKAGE + "sites")) {
            try (Stream<Path> files = Files.list(SOURCES.resolve(folder))) {
                files.filter(file -> !file.endsWith("package-info.java")).forEach(sources::add);
            }
        }
        for (Path source : sources) {
            List<String> text = Files.readAllLines(source);
            for (int i = 0; i < text.size(); i++) {
                if (text.get(i).endsWith("// site")) {
                    marked.add(source.getFileName() + ":" + (i + 1));
                }
            }
        }
        return marked;
    }

    private static Set<String> inLog(List<String> output) {
        Set<String> named = new TreeSet<>();
        for (String line : output) {
            Matcher site = SITE.matcher(line);
            named.add(site.find() ? site.group(1) : line);
        }
        return named;
    }

    private static Set<String> inReport(Path report) throws IOException {
        Set<String> named = new TreeSet<>();
        for (JsonNode violation : new ObjectMapper().readTree(report.toFile()).get("violations")) {
            JsonNode site = violation.get("site");
            named.add(site.get("file").asText() + ":" + site.get("line").asInt());
        }
        return named;
    }
}
