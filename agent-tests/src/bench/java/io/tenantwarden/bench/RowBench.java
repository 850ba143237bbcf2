package io.tenantwarden.bench;

import com.grack.nanojson.JsonObject;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.bench.BenchMachine;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link RowCost} with each value of {@code warden.rows.check}: {@code scripts/bench-rows.sh}. */
public final class RowBench {

    private static final String COST = RowCost.class.getName();
    private static final List<String> CHECKS = List.of("off", "sampled", "all");

    private record Figure(double nanos, double error, double bytes) {}

    private RowBench() {}

    static String tenant(String type) {
        return switch (type) {
            case "text" -> "acme-industries";
            case "bigint" -> "4711";
            default -> "11111111-2222-3333-4444-555555555555";
        };
    }

    /** @param arguments {@code --quick}, or nothing */
    public static void main(String[] arguments) throws Exception {
        boolean quick = List.of(arguments).contains("--quick");
        TestDatabase database = TestDatabase.create(18);
        Map<String, String> versions = new LinkedHashMap<>();
        try (Connection c = PostgresServer.get(18).superuser(database.name())) {
            tables(c);
            versions.put("pgjdbc", c.getMetaData().getDriverVersion());
        }
        Map<String, Map<String, Figure>> results = new LinkedHashMap<>();
        for (String check : CHECKS) {
            results.put(check, measure(database.url(), check, quick));
        }
        Path folder = Files.createDirectories(
                Path.of(System.getProperty("project.root"), quick ? "target/bench" : "docs/benchmarks"));
        Files.writeString(folder.resolve("rows.md"), page(BenchMachine.describe(versions), results));
        System.err.println("written: " + folder.resolve("rows.md"));
        System.exit(0);
    }

    private static void tables(Connection c) throws SQLException {
        try (Statement s = c.createStatement()) {
            for (String type : List.of("text", "bigint", "uuid")) {
                String table = "rows_" + type;
                s.execute("CREATE TABLE " + table + " (tenant_id " + type + ", note text)");
                s.execute("INSERT INTO " + table + " SELECT '" + tenant(type)
                        + "', 'note ' || n FROM generate_series(1, 1000) n");
                s.execute("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
                s.execute("CREATE POLICY tenant ON " + table
                        + " USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::" + type + ")");
                s.execute("GRANT SELECT ON " + table + " TO warden_app");
            }
        }
    }

    private static Map<String, Figure> measure(String url, String check, boolean quick) throws Exception {
        ChainedOptionsBuilder builder = new OptionsBuilder()
                .include(COST.replace(".", "\\."))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(
                        "-javaagent:" + AgentJvm.agentJar(),
                        "-Dbench.url=" + url,
                        "-Dwarden.mode=inject",
                        "-Dwarden.log=none",
                        "-Dwarden.rows.check=" + check,
                        "-Dwarden.tenant=method:" + COST + "$Tenant#current");
        if (quick) {
            builder.forks(1).warmupIterations(3).measurementIterations(5).measurementTime(TimeValue.milliseconds(500));
        }
        Map<String, Figure> figures = new TreeMap<>();
        for (RunResult result : new Runner(builder.build()).run()) {
            double bytes = result.getSecondaryResults().entrySet().stream()
                    .filter(entry -> entry.getKey().endsWith("gc.alloc.rate.norm"))
                    .findFirst()
                    .orElseThrow()
                    .getValue()
                    .getScore();
            figures.put(
                    result.getParams().getParam("type") + " "
                            + result.getParams().getParam("rows"),
                    new Figure(
                            result.getPrimaryResult().getScore(),
                            result.getPrimaryResult().getScoreError(),
                            bytes));
        }
        System.err.println(check + ": " + figures);
        return figures;
    }

    private static String page(JsonObject machine, Map<String, Map<String, Figure>> results) {
        StringBuilder text = new StringBuilder("# What it costs to look at rows\n\n");
        text.append(BenchMachine.sentence(machine))
                .append(" Run it again with `scripts/bench-rows.sh`.\n\n")
                .append(
                        "JMH, average time, bytes by its gc profiler. One operation is `executeQuery` of a prepared statement in a"
                                + " transaction and `close`, with the real driver, which reads all rows; the network answers out of memory."
                                + " The agent is there in each column; ± is JMH's error (99.9 %). What one row costs is the difference to"
                                + " `off`, divided by the rows.\n\n")
                .append(
                        "| tenant column, rows | `off`, ns | `sampled`, ns | `all`, ns | `all`, ns for each row | `all`, bytes more |\n")
                .append("|---|---|---|---|---|---|\n");
        results.get("off").forEach((name, off) -> {
            Figure sampled = results.get("sampled").get(name);
            Figure all = results.get("all").get(name);
            int rows = Integer.parseInt(name.substring(name.indexOf(' ') + 1));
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f ± %.0f | %.0f ± %.0f | %.0f ± %.0f | %.1f | %.0f |%n",
                    name.replace(" ", ", "),
                    off.nanos,
                    off.error,
                    sampled.nanos,
                    sampled.error,
                    all.nanos,
                    all.error,
                    (all.nanos - off.nanos) / rows,
                    all.bytes - off.bytes));
        });
        return text.toString();
    }
}
