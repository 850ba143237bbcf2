package io.tenantwarden.tests.demo;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.bench.BenchMachine;
import io.tenantwarden.tests.bench.Spread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Start-up of the demo without agent, with Warden, with OpenTelemetry's agent, in turns: {@code scripts/bench-startup.sh}. */
public final class StartupBench {

    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern USED =
            Pattern.compile("(def new generation|tenured generation|Metaspace).*?used (\\d+)K");
    private static final String PLAIN = "without agent";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path application;
    private final BillingDatabase database;
    private final int rounds;
    private final Map<String, List<String>> variants = new LinkedHashMap<>();
    private final Map<String, Map<Measure, double[]>> figures = new LinkedHashMap<>();

    private enum Measure {
        /** from the start of the process to the first answer, milliseconds */
        ANSWER("time to the first answer, ms"),
        /** processor time of the process until then, milliseconds */
        PROCESSOR("processor time until then, ms"),
        /** of the heap, after a collection, KiB */
        HEAP("heap after a collection, KiB"),
        /** metadata of classes, KiB */
        METASPACE("metaspace, KiB");

        private final String title;

        Measure(String title) {
            this.title = title;
        }
    }

    private StartupBench(Path application, BillingDatabase database, int rounds) {
        this.application = application;
        this.database = database;
        this.rounds = rounds;
    }

    /** @param arguments rounds, the agent's jar, OpenTelemetry's jar, folder of the demo's jar, folder for the results */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        Path agent = Path.of(arguments[1]).toAbsolutePath();
        Path configuration = Files.createTempFile("warden", ".properties");
        configuration.toFile().deleteOnExit();
        Files.write(configuration, Acts.ENFORCE);
        Path jar;
        try (Stream<Path> jars = Files.list(Path.of(arguments[3]))) {
            jar = jars.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow();
        }
        try (BillingDatabase database = BillingDatabase.create()) {
            StartupBench bench = new StartupBench(jar, database, rounds);
            bench.variants.put(PLAIN, List.of());
            bench.variants.put("Warden", List.of("-javaagent:" + agent, "-Dwarden.config=" + configuration));
            bench.variants.put(
                    "OpenTelemetry javaagent",
                    List.of(
                            "-javaagent:" + Path.of(arguments[2]).toAbsolutePath(),
                            "-Dotel.traces.exporter=none",
                            "-Dotel.metrics.exporter=none",
                            "-Dotel.logs.exporter=none"));
            bench.start(PLAIN); // migrates the database
            bench.run();
            bench.report(Path.of(arguments[4]), Files.size(agent), arguments[2]);
        }
        System.exit(0);
    }

    private void run() throws Exception {
        List<String> names = List.copyOf(variants.keySet());
        for (int round = -1; round < rounds; round++) { // the first fills the caches of the operating system
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(Math.floorMod(i + round, names.size()));
                Map<Measure, Double> one = start(name);
                System.err.println("round " + (round + 1) + " of " + rounds + ", " + name + ": " + one);
                if (round >= 0) {
                    for (Map.Entry<Measure, Double> figure : one.entrySet()) {
                        figures.computeIfAbsent(name, n -> new LinkedHashMap<>())
                                        .computeIfAbsent(figure.getKey(), m -> new double[rounds])[round] =
                                figure.getValue();
                    }
                }
            }
        }
    }

    private Map<Measure, Double> start(String name) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m"));
        command.addAll(variants.get(name));
        command.addAll(List.of("-jar", application.toString()));
        command.addAll(List.of(
                "--spring.profiles.active=sample",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.password=secret",
                "--spring.flyway.password=secret",
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--billing.overdue.initial-delay=PT1H"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(
                        key -> key.startsWith("WARDEN_") || key.startsWith("OTEL_") || key.equals("JAVA_TOOL_OPTIONS"));
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            int port = port(process);
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/customers"))
                            .timeout(Duration.ofSeconds(60))
                            .header("X-Tenant-Id", "harbour")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            long end = System.nanoTime();
            if (answer.statusCode() != 200) {
                throw new DemoFailure("with " + name + ": " + answer.statusCode() + " " + answer.body());
            }
            Map<Measure, Double> figures = new LinkedHashMap<>();
            figures.put(Measure.ANSWER, (end - begin) / 1e6);
            figures.put(
                    Measure.PROCESSOR,
                    process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e6);
            Thread.sleep(1000); // what runs at the end of a start
            jcmd(process, "GC.run");
            Matcher used = USED.matcher(jcmd(process, "GC.heap_info"));
            double heap = 0;
            while (used.find()) {
                if (used.group(1).equals("Metaspace")) {
                    figures.put(Measure.METASPACE, Double.parseDouble(used.group(2)));
                } else {
                    heap += Double.parseDouble(used.group(2));
                }
            }
            figures.put(Measure.HEAP, heap);
            return figures;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** Reads the output until it names the port, and goes on reading in the background. */
    private static int port(Process process) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder output = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                Thread rest = new Thread(() -> lines.lines().forEach(ignored -> {}));
                rest.setDaemon(true);
                rest.setUncaughtExceptionHandler((thread, closed) -> {});
                rest.start();
                return Integer.parseInt(port.group(1));
            }
            output.append(line).append('\n');
        }
        throw new DemoFailure("the application did not start:\n" + output);
    }

    private static String jcmd(Process process, String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!jcmd.waitFor(1, TimeUnit.MINUTES) || jcmd.exitValue() != 0) {
            throw new DemoFailure("jcmd " + command + ": " + output);
        }
        return output;
    }

    // ---- results

    private void report(Path folder, long jarSize, String openTelemetry) throws Exception {
        Map<String, String> versions = new LinkedHashMap<>();
        try (Connection c = PostgresServer.get(18).superuser("postgres")) {
            versions.put("PostgreSQL", c.getMetaData().getDatabaseProductVersion());
        }
        versions.put("OpenTelemetry javaagent", openTelemetry.replaceAll(".*-(\\d[\\d.]*)\\.jar$", "$1"));
        JsonObject machine = BenchMachine.describe(versions);
        JsonObject json = new JsonObject();
        json.put("machine", machine);
        json.put("rounds", rounds);
        json.put("jarBytes", jarSize);
        JsonArray list = new JsonArray();
        StringBuilder text = new StringBuilder("# Start-up\n\n")
                .append(BenchMachine.sentence(machine))
                .append(" Run it again with `scripts/bench-startup.sh`; the figures of this page are also in"
                        + " [startup.json](startup.json).\n\n")
                .append("The demo, a Spring Boot application with Flyway, from the start of the process to its first"
                        + " answered request, which reads a protected table; first connections, catalog and migration check"
                        + " included. (Without agent row-level security hides every row from it.) ")
                .append(rounds)
                .append(
                        " rounds; in each, every variant starts once, the order rotated. Warden runs with the configuration of"
                                + " the demo's last act (`enforce`, bypasses for Flyway and the webhook). OpenTelemetry's agent exports"
                                + " nothing. \"Added\" compares with the start without agent of the same round.\n");
        for (Measure measure : Measure.values()) {
            text.append("\n## ")
                    .append(measure.title)
                    .append("\n\n| variant | min | median | max | added: min | median | max |\n");
            text.append("|---|---|---|---|---|---|---|\n");
            double[] plain = figures.get(PLAIN).get(measure);
            for (String name : variants.keySet()) {
                double[] values = figures.get(name).get(measure);
                double[] added = new double[rounds];
                for (int i = 0; i < rounds; i++) {
                    added[i] = values[i] - plain[i];
                }
                JsonObject one = new JsonObject();
                one.put("variant", name);
                one.put("measure", measure.name().toLowerCase(Locale.ROOT));
                one.put("value", Spread.of(values).json(0));
                one.put("added", Spread.of(added).json(0));
                list.add(one);
                text.append("| ")
                        .append(name)
                        .append(" | ")
                        .append(Spread.of(values).columns(0))
                        .append(" | ");
                text.append(name.equals(PLAIN) ? "| |" : Spread.of(added).columns(0))
                        .append(" |\n");
            }
        }
        text.append(String.format(
                Locale.ROOT, "%nSize of tenant-warden.jar: %.1f MB (%d bytes).%n", jarSize / 1e6, jarSize));
        json.put("figures", list);
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("startup.json"),
                JsonWriter.indent(" ").string().object(json).done() + "\n");
        Files.writeString(folder.resolve("startup.md"), text.toString());
        System.err.println("written: " + folder.resolve("startup.md"));
    }
}
