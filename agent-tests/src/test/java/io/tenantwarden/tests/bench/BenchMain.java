package io.tenantwarden.tests.bench;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Runs the throughput benchmark in fresh JVMs, once for each mode of the agent, and writes its table: {@code scripts/bench.sh}. */
public final class BenchMain {

    private BenchMain() {}

    /** @param arguments rounds, milliseconds of each measurement, folder for the results */
    public static void main(String[] arguments) throws Exception {
        String rounds = arguments[0];
        String millis = arguments[1];
        Path folder = Files.createDirectories(Path.of(arguments[2]));
        TestDatabase database = TestDatabase.create(18);
        try (Connection c = PostgresServer.get(18).superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("CREATE ROLE warden_plain LOGIN NOSUPERUSER PASSWORD 'secret'");
            s.execute("GRANT USAGE ON SCHEMA public TO warden_plain");
            s.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO warden_plain");
            s.execute("ANALYZE");
        }
        List<String> lines = new ArrayList<>();
        for (String mode : new String[] {"pipelined", "audit", "off"}) {
            System.out.println("measuring: " + mode);
            AgentJvm jvm = new AgentJvm()
                    .properties(database.properties())
                    .property("warden.tenant", "method:io.tenantwarden.tests.scenarios.TenantContext#current")
                    .property("warden.mode", mode.equals("pipelined") ? "inject" : mode)
                    .property("warden.datasource.exclude", "warden_plain@*")
                    .property("warden.log", "none")
                    .property("logback.configurationFile", quietLogback(folder).toString())
                    .timeout(Duration.ofMinutes(60));
            AgentJvm.Result result = jvm.run(ThroughputBench.class, mode, rounds, millis);
            if (result.exit() != 0) {
                throw new IllegalStateException(result.all());
            }
            result.lines("{\"work\"").forEach(line -> {
                lines.add(line);
                System.out.println(line);
            });
        }
        write(folder, lines);
        System.exit(0);
    }

    private static Path quietLogback(Path folder) throws Exception {
        Path file = Files.createTempFile("logback", ".xml");
        file.toFile().deleteOnExit();
        return Files.writeString(file, "<configuration><root level=\"OFF\"/></configuration>");
    }

    private static void write(Path folder, List<String> lines) throws Exception {
        Files.writeString(folder.resolve("throughput.json"), "[\n" + String.join(",\n", lines) + "\n]\n");
        StringBuilder text = new StringBuilder("# Throughput as a ratio to \"no tenant\"\n\n");
        text.append("Measured ")
                .append(LocalDate.now())
                .append(" by `scripts/bench.sh` with ")
                .append(System.getProperty("java.vm.name"))
                .append(' ')
                .append(System.getProperty("java.version"))
                .append(", PostgreSQL 18, newest pgjdbc, ")
                .append(Runtime.getRuntime().availableProcessors())
                .append(
                        " processors shared by client, server and proxy. Variants take turns in one JVM; each figure is the")
                .append(
                        " ratio of operations a second to \"no tenant\" in the same round. \"No tenant\" is a connection")
                .append(
                        " whose tenant was set once when it was opened. 1 ms is the round trip through a delaying proxy.\n\n")
                .append("| work | network | threads | variant | min | median | max | bytes/operation on the client |\n")
                .append("|---|---|---|---|---|---|---|---|\n");
        for (String line : lines) {
            String[] parts = line.replaceAll("[{}\"]", "").split(",");
            text.append("| ");
            for (String part : parts) {
                String key = part.substring(0, part.indexOf(':'));
                if (!key.equals("rounds")) {
                    text.append(part.substring(part.indexOf(':') + 1)).append(" | ");
                }
            }
            text.setLength(text.length() - 1);
            text.append('\n');
        }
        Files.writeString(folder.resolve("throughput.md"), text);
    }
}
