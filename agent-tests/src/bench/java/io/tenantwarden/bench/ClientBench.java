package io.tenantwarden.bench;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.bench.BenchMachine;
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

    private record Figure(double nanos, double error, double bytes) {}

    private record Configuration(String name, List<String> options) {}

    private ClientBench() {}

    /** @param arguments options of the script, the rest is given to JMH */
    public static void main(String[] arguments) throws Exception {
        boolean quick = false;
        List<String> only = List.of();
        List<String> more = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--quick")) {
                quick = true;
            } else if (arguments[i].equals("--only") && i + 1 < arguments.length) {
                only = List.of(arguments[++i].split(","));
            } else {
                more.add(arguments[i]);
            }
        }
        TestDatabase database = TestDatabase.create(18);
        Map<String, Map<String, Figure>> results = new LinkedHashMap<>();
        for (Configuration configuration : configurations(database.url())) {
            if (results.isEmpty() || only.isEmpty() || only.contains(configuration.name)) {
                results.put(configuration.name, measure(configuration, quick, more));
                System.err.println(configuration.name + ": " + results.get(configuration.name));
            }
        }
        Map<String, String> versions = new LinkedHashMap<>();
        try (Connection c = PostgresServer.get(18).superuser(database.name())) {
            versions.put("pgjdbc", c.getMetaData().getDriverVersion());
        }
        boolean complete = !quick && only.isEmpty() && more.isEmpty();
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
        });
        return all;
    }

    private static Map<String, Figure> measure(Configuration configuration, boolean quick, List<String> more)
            throws Exception {
        ChainedOptionsBuilder builder = new OptionsBuilder()
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
            figures.put(
                    result.getParams().getParam("situation"),
                    new Figure(time.getScore(), time.getScoreError(), bytes));
        }
        return figures;
    }

    // ---- results

    private static void write(Path folder, JsonObject machine, Map<String, Map<String, Figure>> results)
            throws Exception {
        JsonArray list = new JsonArray();
        StringBuilder text = new StringBuilder("# What one statement costs on the client\n\n");
        text.append(BenchMachine.sentence(machine))
                .append(" Run it again with `scripts/bench-client.sh`; the figures of this page are also in"
                        + " [client.json](client.json).\n\n")
                .append("JMH, average time, bytes by its gc profiler. One operation is `executeQuery`, reading one row, and `close`,"
                        + " with the real driver; the network answers out of memory, so that the client's own cost shows. The"
                        + " agent's cost is the difference to the same operation without agent. ± is JMH's error (99.9 %) of the"
                        + " time with the agent.\n\n")
                .append("- already injected: in a transaction, on a protected table; the tenant holds already.\n")
                .append("- first scoped: in autocommit, on a protected table; the tenant goes along with each statement. Writing"
                        + " our three messages and reading the two answers, which the driver does, is included.\n")
                .append("- unscoped, unprotected: in autocommit, without tenant, on a table that is not protected.\n");
        Map<String, Figure> plain = results.get("no agent");
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("INJECTED", "already injected");
        titles.put("FIRST", "first scoped");
        titles.put("UNPROTECTED", "unscoped, unprotected");
        titles.forEach((situation, title) -> {
            Figure without = plain.get(situation);
            if (without == null) {
                return;
            }
            text.append(String.format(
                    Locale.ROOT,
                    "%n## %s%n%nWithout agent: %.0f ns, %.0f bytes.%n%n| source | ns | ± | bytes |%n|---|---|---|---|%n",
                    title,
                    without.nanos,
                    without.bytes));
            results.forEach((name, figures) -> {
                Figure with = figures.get(situation);
                if (with == null) {
                    return;
                }
                JsonObject one = new JsonObject();
                one.put("source", name);
                one.put("situation", title);
                one.put("nanoseconds", Math.round(with.nanos * 10) / 10.0);
                one.put("error", Math.round(with.error * 10) / 10.0);
                one.put("bytes", Math.round(with.bytes * 10) / 10.0);
                list.add(one);
                if (with != without) {
                    text.append(String.format(
                            Locale.ROOT,
                            "| %s | %.0f | %.0f | %.0f |%n",
                            name,
                            with.nanos - without.nanos,
                            with.error,
                            with.bytes - without.bytes));
                }
            });
        });
        JsonObject all = new JsonObject();
        all.put("machine", machine);
        all.put("statements", list);
        Files.writeString(folder.resolve("client.json"), JsonWriter.indent(" ").string().object(all).done() + "\n");
        Files.writeString(folder.resolve("client.md"), text.toString());
    }
}
