package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.bootstrap.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million violations of 50,000 statements, in a JVM whose whole heap is 32 MB: nothing fails, and no event is missing from a total. */
class ManyViolationsTest {

    private static final int FINGERPRINTS = 50_000;
    private static final int EACH = 20;
    private static final int SITES = 400;

    @TempDir
    Path folder;

    static final class Many {

        /** @param arguments the reports to keep, separated by commas */
        public static void main(String[] arguments) {
            Reporter reporter = new Reporter(
                    new ReportSettings("inject", "0.1.0", LogMode.STDERR, List.of(arguments[0].split(",")), null),
                    new LoggerFactories(),
                    UnaryOperator.identity(),
                    JvmEnd.NONE,
                    () -> System.err,
                    Clock.systemUTC(),
                    new Reporter.Timing(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(1)));
            reporter.start();
            for (int round = 0; round < EACH; round++) {
                for (int i = 0; i < FINGERPRINTS; i++) {
                    violate(reporter, i);
                }
            }
            WardenMXBean bean = new ManagementBean(reporter.collected());
            System.out.println("##" + bean.getViolations() + " refused " + bean.getRefusals() + " "
                    + bean.getExecutions() + " " + bean.getState());
        }

        /** As the agent calls it in enforce: counted, and told each time with all that a walk of the stack has found. */
        private static void violate(Reporter reporter, int i) {
            String fingerprint = Integer.toHexString(i * 0x9E3779B9);
            StatementStats stats = reporter.stats(fingerprint, List.of("public.invoices", "public.customers"), "app");
            int times = stats.count(
                    Outcome.UNSCOPED); // 0 where the statement has run so often that the site is not looked for
            Site site = new Site("com.acme.billing.generated.Report" + i % SITES, "run", "Report.java", i % 1_000);
            if (times > 0) {
                stats.at(site, Outcome.UNSCOPED, times);
            }
            boolean write = i % 10 == 0;
            ViolationEvent event = ViolationEvent.of(
                            write ? ViolationKind.ZERO_ROW_WRITE : ViolationKind.UNSCOPED_QUERY, site)
                    .statement(sql(i), fingerprint, "SELECT")
                    .tables(List.of("public.invoices", "public.customers"), false)
                    .database("app", "app_user")
                    .stack(IntStream.range(0, 12)
                            .mapToObj(frame -> site.className() + ".level" + frame + "(Report.java:" + frame + ")")
                            .toList())
                    .next("set the tenant before it runs; or warden.bypass.report.at=" + site.className() + "#run")
                    .refused(write)
                    .build();
            reporter.violation(event);
            reporter.injected(Scope.Kind.NONE, "SELECT", false);
        }

        private static String sql(int i) {
            String columns =
                    IntStream.range(0, 20).mapToObj(n -> "column" + n + "_" + i).collect(Collectors.joining(", "));
            return "select " + columns + " from invoices join customers on " + "x".repeat(i % 3_000) + " = $1";
        }
    }

    @Test
    void fitIntoThirtyTwoMegabytes() throws Exception {
        Path output = folder.resolve("output");
        Path json = folder.resolve("warden.json");
        Process process = ForkedJvm.start(
                List.of("-Xmx32m", "-XX:+ExitOnOutOfMemoryError"),
                Many.class,
                output,
                json + "," + folder.resolve("warden.html") + "," + folder.resolve("warden.md"));
        assertEquals(0, process.waitFor(), () -> tail(output));
        String lines = Files.readString(output);
        int writes = FINGERPRINTS / 10 * EACH;
        int all = FINGERPRINTS * EACH;
        assertTrue(
                lines.contains("##{unscoped-query=" + (all - writes) + ", zero-row-write=" + writes + "} refused "
                        + writes + " {application=0, bypassed=0, captured=0, scoped=0, unscoped=" + all
                        + "} protecting"),
                () -> tail(output));
        assertTrue(lines.contains(" count=" + all + " refused=" + writes + " "), () -> tail(output));
        assertEquals(
                0,
                lines.lines()
                        .filter(line -> line.contains("error of the agent"))
                        .count(),
                () -> tail(output));
        JsonObject report = JsonParser.object().from(Files.readString(json));
        JsonArray violations = report.getArray("violations");
        long kept = violations.stream()
                .mapToLong(entry -> ((JsonObject) entry).getLong("count"))
                .sum();
        assertEquals(all, kept + report.getLong("violationsBeyondLimit"));
        assertTrue(violations.size() > 3_000, "kept apart: " + violations.size());
        assertTrue(violations.getObject(0).getArray("stack").size() == 12, "the first have all details");
    }

    private static String tail(Path output) {
        try {
            String text = Files.readString(output);
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
