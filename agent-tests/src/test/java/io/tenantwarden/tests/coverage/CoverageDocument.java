package io.tenantwarden.tests.coverage;

import io.tenantwarden.tests.jvm.Driver;
import io.tenantwarden.tests.scenarios.Constructs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of what is covered, written from what the tests run: their cases, constructs, and the jars they run with. */
final class CoverageDocument {

    static final String COMMAND = "./mvnw -q -B -pl agent-tests -am test -Dtest=CoverageDocumentTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.update=true";

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("", "JDK"),
            Map.entry("spring-context", "Spring"),
            Map.entry("reactor-core", "Reactor"),
            Map.entry("kotlinx-coroutines-core-jvm", "Kotlin coroutines"),
            Map.entry("netty-common", "Netty"),
            Map.entry("tomcat-embed-core", "Tomcat"),
            Map.entry("jetty-util", "Jetty"),
            Map.entry("jboss-threads", "JBoss Threads"),
            Map.entry("grpc-core", "gRPC"),
            Map.entry("guava", "Guava"));

    private CoverageDocument() {}

    static String render() {
        StringBuilder text = new StringBuilder("""
                # What is covered

                <!-- generated: do not edit. Written again with
                %s
                -->

                Each line is a test in a JVM of its own with the packaged jar, with the real library, on rows behind row-level security of a real
                PostgreSQL. The versions are those of the jars that the tests run with; others are not tested.

                ## Tenant sources and scope methods

                `LibrarySourcesTest` and `ScopesTest` run these scenarios; `BrokenSourcesTest` runs them again with a jar from which the source, or the
                change of classes that it needs, has been taken out, and each of the tests has to fail (the slower ones with
                `-Dmatrix.all=true`).

                | Source | Where | Library | Scenario and tests |
                |---|---|---|---|
                """.formatted(COMMAND));
        List<SourceCase> cases = new ArrayList<>(SourceCases.all());
        cases.add(SourceCases.scopeMethods());
        for (SourceCase one : cases) {
            for (Row row : one.rows()) {
                text.append("| `")
                        .append(row.source())
                        .append("` | ")
                        .append(row.where())
                        .append(" | ")
                        .append(row.library())
                        .append(" | `")
                        .append(one.scenario())
                        .append("`: ")
                        .append(String.join(", ", row.tests()).replace("()", ""))
                        .append(" |\n");
            }
        }
        text.append("""

                ## Scopes on other threads

                `PropagationTest` runs each on every JDK that is there and has it, and shows that none of them works with `warden.propagate=false`.
                `AsyncContext.start` is in the table above.

                | Library | Construct | From JDK |
                |---|---|---|
                """);
        Map<String, List<Constructs.Known>> byLibrary = new LinkedHashMap<>();
        for (Constructs.Known known : Constructs.known()) {
            byLibrary
                    .computeIfAbsent(known.artifact(), artifact -> new ArrayList<>())
                    .add(known);
        }
        byLibrary.forEach((artifact, constructs) -> constructs.forEach(known -> text.append("| ")
                .append(library(artifact))
                .append(" | ")
                .append(known.name())
                .append(" | ")
                .append(known.since())
                .append(" |\n")));
        text.append("""

                ## Drivers

                `DriverMatrixTest` runs the isolation scenarios on these, oldest and newest with every build, all of them on PostgreSQL 14 to 18 with
                `scripts/test-matrix.sh`:

                """);
        for (Driver driver : Driver.all()) {
            text.append("- ")
                    .append(driver == Driver.NEWEST ? "postgresql-" + Versions.of("postgresql") : driver.name())
                    .append('\n');
        }
        return text.toString();
    }

    private static String library(String artifact) {
        String name = NAMES.get(artifact);
        if (name == null) {
            throw new IllegalStateException(artifact + " has no name for people");
        }
        return artifact.isEmpty() ? name : name + " " + Versions.of(artifact).replace(".Final", "");
    }
}
