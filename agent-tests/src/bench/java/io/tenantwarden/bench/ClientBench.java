package io.tenantwarden.bench;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.bench.BenchMachine;
import io.tenantwarden.tests.bench.Spread;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link StatementCost} without the agent and with it, for each kind of source: {@code scripts/bench-client.sh}. */
public final class ClientBench {

    private static final String COST = StatementCost.class.getName();

    /** Rounds in each of which every configuration has a JVM of its own, one after the other. */
    private static final int ROUNDS = 7;

    /** Differences to the JVM without agent of the same round, in nanoseconds and bytes. */
    private record Added(Spread nanos, Spread cpu, double bytes) {}

    private record Figure(double nanos, double cpu, double bytes) {}

    private record Configuration(String name, List<String> options) {}

    private ClientBench() {}

    /** @param arguments options of the script, the rest is given to JMH */
    public static void main(String[] arguments) throws Exception {
        boolean quick = false;
        int rounds = ROUNDS;
        List<String> only = List.of();
        List<String> more = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--quick")) {
                quick = true;
            } else if (arguments[i].equals("--rounds") && i + 1 < arguments.length) {
                rounds = Integer.parseInt(arguments[++i]);
            } else if (arguments[i].equals("--only") && i + 1 < arguments.length) {
                only = List.of(arguments[++i].split(","));
            } else {
                more.add(arguments[i]);
            }
        }
        TestDatabase database = TestDatabase.create(18);
        List<Configuration> wanted = new ArrayList<>();
        for (Configuration configuration : configurations(database.url())) {
            if (wanted.isEmpty() || only.isEmpty() || only.contains(configuration.name)) {
                wanted.add(configuration);
            }
        }
        Map<String, Map<String, List<Figure>>> results = new LinkedHashMap<>();
        for (int round = 0; round < (quick ? 1 : rounds); round++) {
            for (Configuration configuration : wanted) {
                Map<String, Figure> figures = measure(configuration, quick, more);
                System.err.println("round " + (round + 1) + ", " + configuration.name + ": " + figures);
                figures.forEach((situation, figure) -> results.computeIfAbsent(
                                configuration.name, name -> new LinkedHashMap<>())
                        .computeIfAbsent(situation, name -> new ArrayList<>())
                        .add(figure));
            }
        }
        Map<String, String> versions = new LinkedHashMap<>();
        try (Connection c = PostgresServer.get(18).superuser(database.name())) {
            versions.put("pgjdbc", c.getMetaData().getDriverVersion());
        }
        boolean complete = !quick && only.isEmpty() && more.isEmpty() && rounds >= ROUNDS;
        Path folder = Files.createDirectories(
                Path.of(System.getProperty("project.root"), complete ? "docs/benchmarks" : "target/bench"));
        write(folder, BenchMachine.describe(versions), results);
        System.err.println("written: " + folder.resolve("client.md"));
        System.exit(0);
    }

    private static List<Configuration> configurations(String url) {
        String tenant = COST + "$Tenant";
        List<Configuration> all = new ArrayList<>();
        all.add(new Configuration("no agent", List.of("-Dbench.url=" + url, "-Dbench.preset=true")));
        Map<String, String> sources = new LinkedHashMap<>();
        sources.put("method:", "-Dwarden.tenant=method:" + tenant + "#current");
        sources.put("field:", "-Dwarden.tenant=field:" + tenant + "#CURRENT");
        sources.put("mdc:", "-Dwarden.tenant=mdc:tenant");
        sources.put("value:", "-Dwarden.tenant=value:a");
        sources.put("scope method", "-Dwarden.scope.bench=" + COST + "#inScope(0)");
        sources.forEach((name, option) -> {
            List<String> options = new ArrayList<>(List.of(
                    "-javaagent:" + AgentJvm.agentJar(),
                    "-Dbench.url=" + url,
                    "-Dwarden.mode=inject",
                    "-Dwarden.log=none",
                    option));
            if (name.equals("scope method")) {
                options.add("-Dbench.pushes=true");
            }
            all.add(new Configuration(name, options));
            if (name.equals("method:")) {
                List<String> held = new ArrayList<>(options);
                held.add("-Dwarden.hold=session");
                all.add(new Configuration("method: hold=session", held));
            }
        });
        return all;
    }

    private static Map<String, Figure> measure(Configuration configuration, boolean quick, List<String> more)
            throws Exception {
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .forks(1)
                .parent(new CommandLineOptions(more.toArray(new String[0])))
                .include(COST.replace(".", "\\."))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(configuration.options.toArray(new String[0]));
        if (configuration.name.equals("value:")) {
            builder.param("situation", "INJECTED", "FIRST"); // this source always has an answer
        }
        if (quick) {
            builder.forks(1).warmupIterations(2).measurementIterations(2).measurementTime(TimeValue.milliseconds(500));
        }
        Map<String, Figure> figures = new LinkedHashMap<>();
        for (RunResult result : new Runner(builder.build()).run()) {
            Result<?> time = result.getPrimaryResult();
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .getScore();
            double cpu = result.getSecondaryResults().get("cpuNanos").getScore()
                    / result.getSecondaryResults().get("statements").getScore();
            figures.put(result.getParams().getParam("situation"), new Figure(time.getScore(), cpu, bytes));
        }
        return figures;
    }

    // ---- results

    private static final Map<String, String> TITLES = new LinkedHashMap<>();

    /** What the agent may add, in nanoseconds. */
    private static final Map<String, Integer> TARGETS = Map.of("INJECTED", 100, "FIRST", 700, "UNPROTECTED", 60);

    static {
        TITLES.put("INJECTED", "already injected");
        TITLES.put("FIRST", "first scoped");
        TITLES.put("UNPROTECTED", "unscoped, unprotected");
    }

    private static Added added(List<Figure> with, List<Figure> without) {
        int rounds = Math.min(with.size(), without.size());
        double[] nanos = new double[rounds];
        double[] cpu = new double[rounds];
        double[] bytes = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            nanos[i] = with.get(i).nanos - without.get(i).nanos;
            cpu[i] = with.get(i).cpu - without.get(i).cpu;
            bytes[i] = with.get(i).bytes - without.get(i).bytes;
        }
        return new Added(Spread.of(nanos), Spread.of(cpu), Spread.of(bytes).median());
    }

    private static void write(Path folder, JsonObject machine, Map<String, Map<String, List<Figure>>> results)
            throws Exception {
        JsonArray list = new JsonArray();
        StringBuilder text = new StringBuilder("# What one statement costs on the client\n\n");
        text.append(BenchMachine.sentence(machine))
                .append(" Run it again with `scripts/bench-client.sh`; the figures of this page are also in"
                        + " [client.json](client.json).\n\n")
                .append("JMH, bytes by its gc profiler. One operation is `executeQuery`, reading one row, and `close`, with the real"
                        + " driver; the network answers out of memory, so that the client's own cost shows. In each round every"
                        + " configuration has a JVM of its own; the agent's cost is the difference to the JVM without agent of the same"
                        + " round. Medians of the rounds, and the interval of the median (95 %, order statistics). CPU is the"
                        + " processor time of the thread: what others take from the processors is not in it. A figure whose"
                        + " interval includes the target is undecided.\n\n")
                .append("- already injected: in a transaction, on a protected table; the tenant holds already.\n")
                .append("- first scoped: in autocommit, on a protected table; the tenant goes along with each statement. Writing"
                        + " our three messages and reading the two answers, which the driver does, is included. With `hold=session`"
                        + " it stands.\n")
                .append("- unscoped, unprotected: in autocommit, without tenant, on a table that is not protected.\n");
        Map<String, List<Figure>> plain = results.get("no agent");
        TITLES.forEach((situation, title) -> {
            List<Figure> without = plain.get(situation);
            if (without == null) {
                return;
            }
            Spread base = Spread.of(without.stream().mapToDouble(f -> f.cpu).toArray());
            text.append(String.format(
                    Locale.ROOT,
                    "%n## %s%n%nWithout agent: %.0f ns of CPU (%.0f to %.0f in single rounds: the noise), %.0f bytes. Target: at most %d ns more.%n%n"
                            + "| source | CPU, ns | interval | | time, ns | interval | bytes |%n|---|---|---|---|---|---|---|%n",
                    title,
                    base.median(),
                    base.min(),
                    base.max(),
                    Spread.of(without.stream().mapToDouble(f -> f.bytes).toArray()).median(),
                    TARGETS.get(situation)));
            results.forEach((name, figures) -> {
                if (!figures.containsKey(situation) || figures.get(situation) == without) {
                    return;
                }
                Added added = added(figures.get(situation), without);
                JsonObject one = new JsonObject();
                one.put("source", name);
                one.put("situation", title);
                one.put("addedCpuNanoseconds", added.cpu.json(1));
                one.put("addedNanoseconds", added.nanos.json(1));
                one.put("addedBytes", Math.round(added.bytes * 10) / 10.0);
                list.add(one);
                String verdict = added.cpu.high() <= TARGETS.get(situation)
                        ? "met"
                        : added.cpu.low() > TARGETS.get(situation) ? "not met" : "undecided";
                text.append(String.format(
                        Locale.ROOT,
                        "| %s | **%.0f** | %.0f to %.0f | %s | %.0f | %.0f to %.0f | %.0f |%n",
                        name,
                        added.cpu.median(),
                        added.cpu.low(),
                        added.cpu.high(),
                        verdict,
                        added.nanos.median(),
                        added.nanos.low(),
                        added.nanos.high(),
                        added.bytes));
            });
        });
        JsonObject all = new JsonObject();
        all.put("machine", machine);
        all.put("statements", list);
        Files.writeString(folder.resolve("client.json"), JsonWriter.indent(" ").string().object(all).done() + "\n");
        Files.writeString(folder.resolve("client.md"), text.toString());
    }
}
