package io.tenantwarden.tests.demo;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.bench.BenchMachine;
import io.tenantwarden.tests.bench.Spread;
import io.tenantwarden.tests.demo.DemoStart.Measure;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.OtherAgent;
import io.tenantwarden.tests.scenarios.IdleAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Start-up of the demo on several JDKs, from its jar and from an archive of its classes, without agent, with one that does
 * nothing, with Warden, with OpenTelemetry's, in turns: {@code scripts/bench-startup.sh}.
 */
public final class StartupBench {

    private static final String PLAIN = "without agent";
    private static final String IDLE = "an agent that does nothing";
    private static final String WARDEN = "Warden";
    private static final String OPEN_TELEMETRY = "OpenTelemetry javaagent";

    /** What is started alike but for the agent. */
    private record Setting(Jdk jdk, DemoArchive archive) {
        String title() {
            return jdk + (archive == null ? ", from the jar" : ", from a dynamic archive of its classes");
        }
    }

    private record Cell(Setting setting, String variant) {}

    private final DemoStart starts;
    private final Path application;
    private final Path folder;
    private final int rounds;
    private final List<Setting> settings = new ArrayList<>();
    private final Map<String, List<String>> variants = new LinkedHashMap<>();
    private final Map<Cell, Map<Measure, double[]>> figures = new LinkedHashMap<>();
    private final StringBuilder parts = new StringBuilder();

    private StartupBench(DemoStart starts, Path application, Path folder, int rounds) {
        this.starts = starts;
        this.application = application;
        this.folder = folder;
        this.rounds = rounds;
    }

    /**
     * @param arguments rounds, the agent's jar, OpenTelemetry's jar, folder of the demo's jar, folder for the results, feature
     *     versions of the JDKs with commas between them or {@code all}
     */
    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        Path agent = Path.of(arguments[1]).toAbsolutePath();
        Path folder = Files.createTempDirectory("startup-bench");
        try (BillingDatabase database = BillingDatabase.create()) {
            StartupBench bench = new StartupBench(new DemoStart(database), jarIn(arguments[3]), folder, rounds);
            bench.variants(agent, Path.of(arguments[2]).toAbsolutePath());
            bench.starts.run(
                    PLAIN, Jdk.current(), List.of(), bench.application, process -> {}); // migrates the database
            for (Jdk jdk : jdks(arguments[5])) {
                bench.settings.add(new Setting(jdk, null));
                bench.settings.add(new Setting(jdk, DemoArchive.make(bench.starts, jdk, bench.application, folder)));
            }
            bench.run();
            for (Setting setting : bench.settings) {
                bench.parts(setting);
            }
            bench.report(Path.of(arguments[4]), Files.size(agent), arguments[2]);
        } finally {
            delete(folder);
        }
        System.exit(0);
    }

    private static Path jarIn(String folder) throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(folder))) {
            return jars.filter(file -> file.toString().endsWith(".jar"))
                    .findFirst()
                    .orElseThrow()
                    .toAbsolutePath();
        }
    }

    private static List<Jdk> jdks(String wanted) {
        List<String> versions = Arrays.asList(wanted.split(","));
        List<Jdk> found = Jdk.all().stream()
                .filter(jdk -> wanted.equals("all") || versions.contains(Integer.toString(jdk.feature())))
                .toList();
        if (found.isEmpty()) {
            throw new DemoFailure("there is no JDK " + wanted + " among " + Jdk.all());
        }
        return found;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    private void variants(Path agent, Path openTelemetry) throws IOException {
        Path configuration = Files.write(folder.resolve("warden.properties"), Acts.ENFORCE);
        Path idle = OtherAgent.jar(IdleAgent.class, folder.resolve("idle.jar"));
        variants.put(PLAIN, List.of());
        variants.put(IDLE, List.of("-javaagent:" + idle));
        variants.put(WARDEN, List.of("-javaagent:" + agent, "-Dwarden.config=" + configuration));
        variants.put(
                OPEN_TELEMETRY,
                List.of(
                        "-javaagent:" + openTelemetry,
                        "-Dotel.traces.exporter=none",
                        "-Dotel.metrics.exporter=none",
                        "-Dotel.logs.exporter=none"));
    }

    /** OpenTelemetry's agent appends to the boot class path, which leaves an archive unused: once on each JDK is enough. */
    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Setting setting : settings) {
            for (String variant : variants.keySet()) {
                if (setting.archive() == null || !variant.equals(OPEN_TELEMETRY)) {
                    cells.add(new Cell(setting, variant));
                }
            }
        }
        return cells;
    }

    private void run() throws Exception {
        List<Cell> cells = cells();
        for (int round = -1; round < rounds; round++) { // the first fills the caches of the operating system
            for (int i = 0; i < cells.size(); i++) {
                Cell cell = cells.get(Math.floorMod(i + round, cells.size()));
                Map<Measure, Double> one = start(cell, List.of(), process -> {});
                System.err.println("round " + (round + 1) + " of " + rounds + ", "
                        + cell.setting().title() + ", " + cell.variant() + ": " + one);
                if (round >= 0) {
                    for (Map.Entry<Measure, Double> figure : one.entrySet()) {
                        figures.computeIfAbsent(cell, n -> new LinkedHashMap<>())
                                        .computeIfAbsent(figure.getKey(), m -> new double[rounds])[round] =
                                figure.getValue();
                    }
                }
            }
        }
    }

    private Map<Measure, Double> start(Cell cell, List<String> more, DemoStart.LastLook look) throws Exception {
        DemoArchive archive = cell.setting().archive();
        List<String> options = new ArrayList<>(variants.get(cell.variant()));
        options.addAll(more);
        if (archive != null) {
            options.addAll(archive.options());
        }
        return starts.run(
                cell.setting().title() + ", " + cell.variant(),
                cell.setting().jdk(),
                options,
                archive == null ? application : archive.jar(),
                look);
    }

    // ---- where the time goes

    /** Starts of their own, because logging and recording take time. */
    private void parts(Setting setting) throws Exception {
        Map<String, Map<String, Integer>> classes = new LinkedHashMap<>();
        for (String variant : List.of(PLAIN, IDLE, WARDEN)) {
            Path log = folder.resolve("classes.log");
            start(new Cell(setting, variant), List.of("-Xlog:class+load:file=" + log), process -> {});
            classes.put(variant, StartupParts.classes(log));
        }
        parts.append("\n### ").append(setting.title()).append("\n\n| classes | ");
        parts.append(String.join(" | ", classes.keySet())).append(" |\n|---|---|---|---|\n");
        for (String kind : classes.get(PLAIN).keySet()) {
            parts.append("| ").append(kind).append(" | ");
            parts.append(classes.values().stream()
                            .map(counts -> counts.get(kind).toString())
                            .collect(Collectors.joining(" | ")))
                    .append(" |\n");
        }
        Path recording = folder.resolve("start.jfr");
        start(
                new Cell(setting, WARDEN),
                List.of("-XX:StartFlightRecording:settings=profile"),
                process -> DemoStart.jcmd(setting.jdk(), process, "JFR.dump", "filename=" + recording));
        Map<String, Integer> samples = StartupParts.samples(recording);
        int all = samples.values().stream().mapToInt(Integer::intValue).sum();
        parts.append("\n| Java code that ran, with Warden | samples | share |\n|---|---|---|\n");
        samples.forEach((part, count) -> parts.append(
                String.format(Locale.ROOT, "| %s | %d | %.1f %% |%n", part, count, 100.0 * count / Math.max(1, all))));
    }

    // ---- results

    private void report(Path results, long jarSize, String openTelemetry) throws Exception {
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
                        " rounds; in each, every variant starts once, the order rotated. Warden runs with the configuration"
                                + " of the demo's last act (`enforce`, bypasses for Flyway and the webhook). OpenTelemetry's agent"
                                + " exports nothing. \"Added\" compares with the start without agent of the same round and setting."
                                + " The archive (`-XX:ArchiveClassesAtExit`, the application extracted) is made without an agent; on a"
                                + " JDK before 25 with `-Djdk.util.jar.enableMultiRelease=false`, which is set in each variant then"
                                + " ([why](../known-limits.md#the-jvm)).\n");
        for (Setting setting : settings) {
            text.append("\n## ").append(setting.title()).append('\n');
            for (Measure measure : Measure.values()) {
                table(setting, measure, text, list);
            }
        }
        text.append("\n## Where the time goes\n\nOne start each, with `-Xlog:class+load`, and one with Flight Recorder"
                + " (samples of threads that run Java code, every 10 or 20 ms; what the JVM itself does, compilation"
                + " included, is not in them).\n");
        text.append(parts);
        text.append(String.format(
                Locale.ROOT, "%nSize of tenant-warden.jar: %.1f MB (%d bytes).%n", jarSize / 1e6, jarSize));
        json.put("figures", list);
        Files.createDirectories(results);
        Files.writeString(
                results.resolve("startup.json"),
                JsonWriter.indent(" ").string().object(json).done() + "\n");
        Files.writeString(results.resolve("startup.md"), text.toString());
        System.err.println("written: " + results.resolve("startup.md"));
    }

    private void table(Setting setting, Measure measure, StringBuilder text, JsonArray list) {
        text.append("\n### ")
                .append(measure.title)
                .append("\n\n| variant | min | median | max | added: min | median | max |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        double[] plain = figures.get(new Cell(setting, PLAIN)).get(measure);
        for (String variant : variants.keySet()) {
            Map<Measure, double[]> measured = figures.get(new Cell(setting, variant));
            if (measured == null) {
                continue;
            }
            double[] values = measured.get(measure);
            double[] added = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                added[i] = values[i] - plain[i];
            }
            JsonObject one = new JsonObject();
            one.put("setting", setting.title());
            one.put("variant", variant);
            one.put("measure", measure.name().toLowerCase(Locale.ROOT));
            one.put("value", Spread.of(values).json(0));
            one.put("added", Spread.of(added).json(0));
            list.add(one);
            text.append("| ")
                    .append(variant)
                    .append(" | ")
                    .append(Spread.of(values).columns(0))
                    .append(" | ");
            text.append(variant.equals(PLAIN) ? "| |" : Spread.of(added).columns(0))
                    .append(" |\n");
        }
    }
}
