package io.tenantwarden.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a build does with the demo: {@code check} against a baseline, after edits of the application's source. */
class DemoCheckTest {

    private static final String JOB = "com/acme/billing/invoice/OverdueInvoicesJob";
    private static final Pattern RAN = Pattern.compile("Overdue run finished: ");
    private static final String LOOP = "        int count = 0;\n";

    private static final Path ROOT = Path.of(System.getProperty("project.root"));

    @TempDir
    Path folder;

    private record Checked(int exit, String output) {}

    private Checked check(Path report, Path baseline, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                AgentJvm.agentJar().toString(),
                "check",
                "--report",
                report.toString(),
                "--baseline",
                baseline.toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .directory(ROOT.resolve("demo").toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Checked(process.waitFor(), output);
    }

    /** Runs the application until its job has run once, with nothing but the agent and a report. */
    private Path report(String name, Path jar, BillingDatabase database) {
        Path report = folder.resolve(name + ".json");
        List<String> options = List.of("-javaagent:" + AgentJvm.agentJar(), "-Dwarden.report=" + report);
        try (BillingProcess application = BillingProcess.start(jar, database, options, List.of())) {
            application.await(RAN, Duration.ofMinutes(1));
        }
        return report;
    }

    private static Path demoJar() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("demo/target"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no application jar in demo/target"));
        }
    }

    /** The application with another source of its job. */
    private Path edited(String name, String source) throws IOException {
        Path classes = Files.createDirectories(folder.resolve(name));
        Path file = Files.createDirectories(classes.resolve("source")).resolve("OverdueInvoicesJob.java");
        Files.writeString(file, source);
        Path jar = folder.resolve(name + ".jar");
        Files.copy(demoJar(), jar);
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            Path libraries = Files.createDirectories(classes.resolve("libraries"));
            try (Stream<Path> all = Files.list(zip.getPath("BOOT-INF/lib"))) {
                for (Path library : (Iterable<Path>) all::iterator) {
                    Files.copy(library, libraries.resolve(library.getFileName().toString()));
                }
            }
            String classPath;
            try (Stream<Path> all = Files.list(libraries)) {
                classPath = all.map(Path::toString).collect(Collectors.joining(java.io.File.pathSeparator));
            }
            int failed = ToolProvider.getSystemJavaCompiler()
                    .run(
                            null,
                            null,
                            null,
                            "-g",
                            "-parameters",
                            "-proc:none",
                            "-d",
                            classes.toString(),
                            "-cp",
                            classPath,
                            file.toString());
            assertEquals(0, failed);
            Files.copy(
                    classes.resolve(JOB + ".class"),
                    zip.getPath("BOOT-INF/classes/" + JOB + ".class"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }

    @Test
    void aBuildFailsWithWhatIsNewAndOnlyWithThat() throws Exception {
        String source = Files.readString(ROOT.resolve("demo/src/main/java/" + JOB + ".java"));
        assertTrue(source.contains(LOOP), "the job has another form: mend this test");
        Path baseline = folder.resolve("warden-known.json");
        try (BillingDatabase database = BillingDatabase.create()) {
            Path first = report("first", demoJar(), database);

            Checked without = check(first, baseline);
            assertEquals(3, without.exit(), without.output());
            assertTrue(without.output().contains("does not exist"), without.output());

            Checked written = check(first, baseline, "--write-baseline");
            assertEquals(0, written.exit(), written.output());
            Checked same = check(first, baseline);
            assertEquals(0, same.exit(), same.output());
            assertTrue(same.output().contains("known="), same.output());

            String moved = source.replace(
                            "@Component\n", "// an edit\n// that moves\n// every line below\n@Component\n")
                    .replace(LOOP, "\n" + LOOP);
            Path after = report("moved", edited("moved", moved), database);
            Checked unrelated = check(after, baseline);
            assertEquals(0, unrelated.exit(), unrelated.output());

            String worse = source.replace(
                    LOOP, LOOP + "        jdbc.queryForObject(\"SELECT count(*) FROM customers\", Long.class);\n");
            int line = (int)
                    worse.substring(0, worse.indexOf("SELECT count(*)")).lines().count();
            Path added = report("added", edited("added", worse), database);
            Checked fresh = check(added, baseline);
            assertEquals(1, fresh.exit(), fresh.output());
            assertTrue(
                    fresh.output().contains("OverdueInvoicesJob.java:" + line),
                    () -> "line " + line + "\n" + fresh.output());
        }
    }
}
