package io.tenantwarden.tests.bench;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs the throughput benchmark and writes its tables: {@code scripts/bench.sh}. */
public final class BenchMain {

    private static final int MAJOR = 18;
    private static final int COUNTED_OPERATIONS = 100;
    private static final long HALF_MILLISECOND = 500_000;

    private final Options options;
    private final List<Variant> variants;
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<String, Map<Cell, double[]>> perSecond = new LinkedHashMap<>();
    private final Map<String, Map<Cell, double[]>> bytes = new LinkedHashMap<>();
    private final Map<String, Map<Cell, double[]>> clientCpu = new LinkedHashMap<>();
    private final Map<String, Map<Cell, double[]>> serverCpu = new LinkedHashMap<>();
    private final Map<String, Map<Cell.Work, double[]>> counts = new LinkedHashMap<>();

    private record Options(int rounds, long millis, List<String> only, boolean quick) {

        static Options parse(String[] arguments) {
            int rounds = 0;
            double seconds = 0;
            List<String> only = List.of();
            boolean quick = false;
            for (int i = 0; i < arguments.length; i++) {
                String option = arguments[i];
                if (option.equals("--quick")) {
                    quick = true;
                    continue;
                }
                if (!List.of("--rounds", "--seconds", "--only").contains(option) || i + 1 == arguments.length) {
                    throw usage("'" + option + "' is no option, or its value is missing");
                }
                String value = arguments[++i];
                try {
                    switch (option) {
                        case "--rounds" -> rounds = Integer.parseInt(value);
                        case "--seconds" -> seconds = Double.parseDouble(value);
                        default -> only = List.of(value.toLowerCase(Locale.ROOT).split(","));
                    }
                } catch (NumberFormatException e) {
                    throw usage(option + " wants a number, not '" + value + "'");
                }
                if (option.equals("--rounds") && rounds < 1 || option.equals("--seconds") && seconds < 0.01) {
                    throw usage(option + " " + value + " is too small");
                }
            }
            return new Options(
                    rounds > 0 ? rounds : quick ? 3 : 15,
                    Math.round(1000 * (seconds > 0 ? seconds : quick ? 0.2 : 0.5)),
                    only,
                    quick);
        }

        private static IllegalArgumentException usage(String problem) {
            return new IllegalArgumentException(
                    problem + "\nusage: scripts/bench.sh [--rounds N] [--seconds S] [--only NAME,NAME] [--quick]");
        }

        boolean wants(Variant variant) {
            String name = variant.name().toLowerCase(Locale.ROOT);
            return variant.name().equals(Variant.REFERENCE)
                    || variant.name().equals(Variant.CONTROL) // without it nobody knows what is chance
                    || only.isEmpty()
                    || only.stream().anyMatch(name::contains);
        }
    }

    private BenchMain(Options options) {
        this.options = options;
        this.variants = Variant.all().stream().filter(options::wants).toList();
    }

    /** @param arguments options of {@code scripts/bench.sh} */
    public static void main(String[] arguments) throws Exception {
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        new BenchMain(options).run();
        System.exit(0);
    }

    private void run() throws Exception {
        TestDatabase database = TestDatabase.create(MAJOR);
        int port = URI.create(database.url().substring("jdbc:".length())).getPort();
        Path logback = Files.createTempFile("logback", ".xml");
        logback.toFile().deleteOnExit();
        Files.writeString(logback, "<configuration><root level=\"OFF\"/></configuration>");
        try (DelayProxy proxy = new DelayProxy(port, HALF_MILLISECOND);
                Connection server = PostgresServer.get(MAJOR).superuser(database.name());
                Statement statement = server.createStatement()) {
            statement.execute("ANALYZE");
            statement.execute("CREATE EXTENSION pg_stat_statements");
            for (Variant variant : variants) {
                workers.add(WorkerProcess.start(
                        variant,
                        variant.url(port, database.name()),
                        variant.url(proxy.port(), database.name()),
                        logback));
            }
            dropThoseThatDoNotStart();
            countStatements(statement, database.name());
            warmUp();
            measure();
            report(server);
            for (WorkerProcess worker : workers) {
                worker.close();
            }
        }
    }

    private void dropThoseThatDoNotStart() throws Exception {
        for (WorkerProcess worker : List.copyOf(workers)) {
            if (!worker.awaitReady()) {
                String name = worker.variant().name();
                if (name.equals(Variant.REFERENCE)) {
                    throw new IllegalStateException("the JVM without agent did not start:\n" + worker.errors());
                }
                say(name + " is left out, its JVM does not start:\n" + worker.errors());
                skipped.add(name);
                workers.remove(worker);
                worker.close();
            }
        }
    }

    // ---- statements as PostgreSQL counts them

    private void countStatements(Statement server, String database) throws Exception {
        track(server, "top");
        for (WorkerProcess worker : workers) {
            for (Cell.Work work : Cell.Work.values()) {
                Cell cell = new Cell(work, false, 1);
                worker.ask(cell.command("count", COUNTED_OPERATIONS));
                server.execute("SELECT pg_stat_statements_reset()");
                String[] waitsAndWrites = worker.ask("go").split(" ");
                double calls;
                try (ResultSet rs = server.executeQuery("SELECT coalesce(sum(s.calls), 0) FROM pg_stat_statements s"
                        + " JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid"
                        + " WHERE r.rolname = 'warden_app' AND d.datname = '" + database + "'")) {
                    rs.next();
                    calls = rs.getDouble(1) / COUNTED_OPERATIONS;
                }
                counts.computeIfAbsent(worker.variant().name(), n -> new LinkedHashMap<>())
                        .put(work, new double[] {
                            calls, Double.parseDouble(waitsAndWrites[0]), Double.parseDouble(waitsAndWrites[1])
                        });
            }
        }
        track(server, "none");
    }

    private static void track(Statement server, String what) throws SQLException, InterruptedException {
        server.execute("ALTER SYSTEM SET pg_stat_statements.track = '" + what + "'");
        server.execute("SELECT pg_reload_conf()");
        Thread.sleep(500); // each server process reads it when the signal reaches it
    }

    // ---- throughput

    private void warmUp() throws IOException {
        double scale = options.quick ? 0.2 : 1;
        for (WorkerProcess worker : workers) {
            say("warming up: " + worker.variant().name());
            for (Cell cell : Cell.all()) {
                double seconds = cell.latency() ? 0.2 : cell.threads() == 1 ? 1.8 : 0.8;
                worker.ask(cell.command("run", Math.round(1000 * seconds * scale)));
            }
        }
    }

    private void measure() throws IOException {
        List<Cell> cells = Cell.all();
        long begin = System.nanoTime();
        for (int round = -1; round < options.rounds; round++) { // the first does not count
            for (Cell cell : cells) {
                for (int i = 0; i < workers.size(); i++) {
                    WorkerProcess worker = workers.get((i + round + 1) % workers.size());
                    String[] figures =
                            worker.ask(cell.command("run", options.millis)).split(" ");
                    if (round >= 0) {
                        note(perSecond, worker, cell, round, figures[0]);
                        note(bytes, worker, cell, round, figures[1]);
                        note(clientCpu, worker, cell, round, figures[2]);
                        note(serverCpu, worker, cell, round, figures[3]);
                    }
                }
            }
            double perRound = (System.nanoTime() - begin) / 1e9 / (round + 2);
            say(String.format(
                    Locale.ROOT,
                    "round %d of %d, %.0f s left",
                    round + 1,
                    options.rounds,
                    perRound * (options.rounds - 1 - round)));
        }
    }

    private void note(
            Map<String, Map<Cell, double[]>> figures, WorkerProcess worker, Cell cell, int round, String figure) {
        figures.computeIfAbsent(worker.variant().name(), n -> new LinkedHashMap<>())
                        .computeIfAbsent(cell, c -> new double[options.rounds])[round] =
                Double.parseDouble(figure);
    }

    // ---- results

    private void report(Connection server) throws Exception {
        Path folder = Files.createDirectories(Path.of(
                System.getProperty("project.root"),
                options.quick || !options.only.isEmpty() ? "target/bench" : "docs/benchmarks"));
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("PostgreSQL", server.getMetaData().getDatabaseProductVersion());
        versions.put("pgjdbc", server.getMetaData().getDriverVersion());
        versions.put("OpenTelemetry javaagent", version("bench.otel"));
        versions.put("p6spy", version("bench.p6spy"));
        versions.put("datasource-proxy", version("bench.datasource-proxy"));
        JsonObject machine = BenchMachine.describe(versions);
        JsonObject json = json(machine);
        if (options.quick || !options.only.isEmpty()) {
            Path page = Path.of(System.getProperty("project.root"), "docs/benchmarks/throughput.json");
            Regression.lines(page, json).forEach(BenchMain::say);
            targets().lines().skip(2).forEach(BenchMain::say);
        }
        Files.writeString(
                folder.resolve("throughput.json"),
                JsonWriter.indent(" ").string().object(json).done() + "\n");
        Files.writeString(folder.resolve("throughput.md"), markdown(machine));
        say("written: " + folder.resolve("throughput.md"));
    }

    private static String version(String property) {
        return System.getProperty(property).replaceAll(".*-(\\d[\\d.]*)\\.jar$", "$1");
    }

    private JsonObject json(JsonObject machine) {
        JsonObject object = new JsonObject();
        object.put("machine", machine);
        object.put("rounds", options.rounds);
        object.put("secondsPerMeasurement", options.millis / 1000.0);
        object.put("skipped", new JsonArray(skipped));
        JsonArray throughput = new JsonArray();
        for (Cell cell : Cell.all()) {
            for (String name : names()) {
                JsonObject one = new JsonObject();
                one.put("work", cell.work());
                one.put("network", cell.network());
                one.put("threads", cell.threads());
                one.put("variant", name);
                one.put("ratio", ratio(name, Variant.REFERENCE, cell).json(3));
                one.put(
                        "operationsPerSecond",
                        Spread.of(perSecond.get(name).get(cell)).json(1));
                one.put(
                        "bytesPerOperation",
                        Math.round(Spread.of(bytes.get(name).get(cell)).median()));
                for (boolean client : new boolean[] {true, false}) {
                    Spread cpu = cpu(client ? clientCpu : serverCpu, name, cell);
                    if (!Double.isNaN(cpu.median())) {
                        one.put(client ? "clientCpuMicros" : "serverCpuMicros", cpu.json(1));
                    }
                }
                throughput.add(one);
            }
        }
        object.put("throughput", throughput);
        JsonArray statements = new JsonArray();
        counts.forEach((name, byWork) -> byWork.forEach((work, figures) -> {
            JsonObject one = new JsonObject();
            one.put("variant", name);
            one.put("work", work.text());
            one.put("statementsPerOperation", figures[0]);
            one.put("waitsPerOperation", figures[1]);
            one.put("writesPerOperation", figures[2]);
            statements.add(one);
        }));
        object.put("statements", statements);
        return object;
    }

    private List<String> names() {
        return workers.stream().map(worker -> worker.variant().name()).toList();
    }

    private static Spread cpu(Map<String, Map<Cell, double[]>> figures, String name, Cell cell) {
        return Spread.of(figures.get(name).get(cell));
    }

    private static String micros(Spread cpu) {
        return Double.isNaN(cpu.median()) ? "" : String.format(Locale.ROOT, "%.0f", cpu.median());
    }

    private String targets() {
        StringBuilder text = new StringBuilder(Target.HEAD);
        for (Target target : Target.ALL) {
            if (perSecond.containsKey(target.variant()) && perSecond.containsKey(target.reference())) {
                text.append(target.line(
                        ratio(target.variant(), target.reference(), target.cell()),
                        Spread.ofRatios(
                                processor(target.reference(), target.cell()),
                                processor(target.variant(), target.cell()))));
            }
        }
        return text.toString();
    }

    /** Microseconds of client and server for an operation, round by round. */
    private double[] processor(String name, Cell cell) {
        double[] client = clientCpu.get(name).get(cell);
        double[] server = serverCpu.get(name).get(cell);
        double[] both = new double[client.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = client[i] + server[i];
        }
        return both;
    }

    /** The ratios of the control in words. */
    private String noise(Cell cell) {
        if (!perSecond.containsKey(Variant.CONTROL)) {
            return "";
        }
        Spread chance = ratio(Variant.CONTROL, Variant.REFERENCE, cell);
        return String.format(
                Locale.ROOT,
                "Noise: \"%s\" reaches %.3f to %.3f in single rounds, its median lies between %.3f and %.3f.%n%n",
                Variant.CONTROL,
                chance.min(),
                chance.max(),
                chance.low(),
                chance.high());
    }

    private Spread ratio(String name, String reference, Cell cell) {
        return Spread.ofRatios(
                perSecond.get(name).get(cell), perSecond.get(reference).get(cell));
    }

    private String markdown(JsonObject machine) {
        StringBuilder text = new StringBuilder("# Throughput as a ratio to \"no tenant\"\n\n");
        text.append(BenchMachine.sentence(machine))
                .append(" Run it again with `scripts/bench.sh`; the figures of this page are also in"
                        + " [throughput.json](throughput.json).\n\n")
                .append(
                        "Each variant has a JVM of its own; all work against one server, with one pool each, and take turns: ")
                .append(options.rounds)
                .append(" rounds of ")
                .append(options.millis)
                .append(
                        " ms for each figure, after a warm-up and a round that does not count, the order rotated from round to"
                                + " round. Client, server and proxy share the processors. A ratio compares operations a second with"
                                + " \"no tenant\" in the same round.\n\n")
                .append(
                        "- \"no tenant\": no agent; the tenant was set once and for all when the connection was opened, so that"
                                + " the policy is evaluated and the row is found. So it is for every variant that sets nothing itself.\n")
                .append(
                        "- \"no tenant, a second JVM\" is the same once more: what its ratios differ from 1 is chance.\n")
                .append("- 1 ms is the delay of a proxy between client and server, there and back together.\n")
                .append(
                        "- CPU: microseconds of processor time for one operation (medians), of the client's JVM with its collector and"
                                + " compiler, and of the server's processes, as Linux counts them. It says more than throughput where"
                                + " others share the processors.\n")
                .append("- \"" + Variant.HELD
                        + "\" is `warden.hold=session`. Variants that cannot change the tenant read the rows of one,"
                        + " also where two take turns.\n")
                .append(
                        "- The OpenTelemetry agent exports nothing, p6spy and datasource-proxy log to a logger that is off.\n");
        for (String name : skipped) {
            text.append("- \"").append(name).append("\" was left out: its JVM refused to start.\n");
        }
        text.append(
                        "\n## Targets\n\nThe interval is that of the median at a confidence of 95 % (order statistics over the rounds). Where it"
                                + " includes the target, the figure is undecided. \"Processor time of both\" is that of client and server for an operation of"
                                + " what it is compared with, divided by the variant's: 1 is as cheap.\n\n")
                .append(targets());
        for (Cell cell : Cell.all()) {
            text.append("\n## ")
                    .append(cell.title())
                    .append("\n\n")
                    .append(noise(cell))
                    .append(
                            "| variant | min | median | max | operations/s | client CPU, µs | server CPU, µs | bytes/operation on"
                                    + " the client |\n")
                    .append("|---|---|---|---|---|---|---|---|\n");
            for (String name : names()) {
                text.append("| ")
                        .append(name)
                        .append(" | ")
                        .append(ratio(name, Variant.REFERENCE, cell).columns(3))
                        .append(" | ")
                        .append(Math.round(
                                Spread.of(perSecond.get(name).get(cell)).median()))
                        .append(" | ")
                        .append(micros(cpu(clientCpu, name, cell)))
                        .append(" | ")
                        .append(micros(cpu(serverCpu, name, cell)))
                        .append(" | ")
                        .append(Math.round(Spread.of(bytes.get(name).get(cell)).median()))
                        .append(" |\n");
            }
        }
        if (perSecond.containsKey(Variant.BY_HAND) && perSecond.containsKey(Variant.PIPELINED)) {
            text.append("\n## ")
                    .append(Variant.PIPELINED)
                    .append(" as a ratio to ")
                    .append(Variant.BY_HAND)
                    .append("\n\n| work | network | threads | min | median | max |\n|---|---|---|---|---|---|\n");
            for (Cell cell : Cell.all()) {
                text.append("| ")
                        .append(cell.work())
                        .append(" | ")
                        .append(cell.network())
                        .append(" | ")
                        .append(cell.threads())
                        .append(" | ")
                        .append(ratio(Variant.PIPELINED, Variant.BY_HAND, cell).columns(2))
                        .append(" |\n");
            }
        }
        text.append("\n## Statements and waits for each operation\n\n")
                .append(
                        "Statements are what PostgreSQL counts in `pg_stat_statements` (`calls`). BEGIN is counted; COMMIT, which"
                                + " the driver has prepared, is not, because the extension counts a prepared utility statement at its"
                                + " first execution only. A wait is a read of the client that follows a write; a write is what the"
                                + " driver hands to the socket at once.\n\n")
                .append("| variant | work | statements | waits | writes |\n|---|---|---|---|---|\n");
        counts.forEach((name, byWork) -> byWork.forEach((work, figures) -> text.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.2f | %.2f |%n",
                name,
                work.text(),
                figures[0],
                figures[1],
                figures[2]))));
        return text.toString();
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
