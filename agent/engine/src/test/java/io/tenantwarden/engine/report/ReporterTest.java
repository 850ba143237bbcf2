package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.rls.audit.Finding;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReporterTest {

    private static final Site SITE = new Site("com.acme.jobs.NightlyJob", "run", "NightlyJob.java", 42);
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05.006789Z"), ZoneOffset.UTC);
    private static final Duration LONG = Duration.ofDays(1);
    private static final Reporter.Timing SLOW = new Reporter.Timing(LONG, LONG, LONG);
    private static final Reporter.Timing FAST =
            new Reporter.Timing(Duration.ZERO, Duration.ofMillis(20), Duration.ofMillis(20));

    @TempDir
    Path folder;

    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(stderr, true, StandardCharsets.UTF_8);

    private Reporter reporter(LogMode log, Reporter.Timing timing, String baseline, String... reports) {
        return new Reporter(
                new ReportSettings("inject", "0.1.0", log, List.of(reports), baseline),
                new LoggerFactories(),
                UnaryOperator.identity(),
                JvmEnd.NONE,
                () -> stream,
                CLOCK,
                timing);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private List<String> stderrLines() {
        return stderr.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static ViolationEvent event(ViolationKind kind, String fingerprint, boolean refused) {
        return ViolationEvent.of(kind, SITE)
                .stack(List.of(SITE.toString()))
                .statement("select * from invoices", fingerprint, "SELECT")
                .tables(List.of("public.invoices"), false)
                .database("app", "app_user")
                .thread("scheduling-1")
                .refused(refused)
                .build();
    }

    private JsonObject read(String name) throws Exception {
        return JsonParser.object().from(Files.readString(folder.resolve(name)));
    }

    @Test
    void theReportHasEveryFieldOfTheContract() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null, file("warden.json"))) {
            reporter.agentErrors(() -> 3);
            reporter.health(() -> HealthState.DEGRADED);
            assertEquals(List.of(), reporter.start());
            reporter.cover(
                    new Cover("app", "db1:5432", "app_user", "pipelined", 31, 30, 28, List.of(), List.of(), 0, false));
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", true));
            reporter.violation(ViolationEvent.of(ViolationKind.LOST_SCOPE, SITE)
                    .submitSite(SITE)
                    .thread("worker")
                    .build());
            reporter.finding(new Finding("WD001", Finding.Level.ERROR, "public.invoices", "m", "f"));
            reporter.bypass("webhook", "customer look-up");
            reporter.bypassUsed("webhook");
            reporter.bypassUsed("webhook");
            StatementStats stats = reporter.stats("abc", List.of("public.invoices"), "app");
            stats.at(SITE, Outcome.UNSCOPED, stats.count(Outcome.UNSCOPED));
        }

        JsonObject report = read("warden.json");
        assertEquals(
                List.of("version", "started", "mode", "agent", "health", "violations", "findings", "bypasses", "sites"),
                List.copyOf(report.keySet()));
        assertEquals(1, report.getInt("version"));
        assertEquals("2026-01-02T03:04:05.006Z", report.getString("started"));
        assertEquals("inject", report.getString("mode"));
        assertEquals("0.1.0", report.getString("agent"));
        assertEquals(
                JsonParser.object()
                        .from(
                                "{\"state\":\"degraded\",\"databases\":[{\"database\":\"app\",\"server\":\"db1:5432\",\"role\":\"app_user\","
                                        + "\"strategy\":\"pipelined\",\"protected\":31}],\"agentErrors\":3}"),
                report.getObject("health"));
        JsonArray violations = report.getArray("violations");
        JsonObject unscoped = byKind(violations, "unscoped-query");
        assertEquals(
                JsonParser.object().from("""
                                {"id":"%s","kind":"unscoped-query",
                                "site":{"class":"com.acme.jobs.NightlyJob","method":"run","file":"NightlyJob.java","line":42},
                                "stack":["com.acme.jobs.NightlyJob.run(NightlyJob.java:42)"],"submitSite":null,
                                "sql":"select * from invoices","fingerprint":"abc","tables":["public.invoices"],
                                "operation":"SELECT","role":"app_user","database":"app","threads":["scheduling-#"],
                                "count":2,"refused":1,
                                "firstSeen":"2026-01-02T03:04:05.006Z","lastSeen":"2026-01-02T03:04:05.006Z",
                                "next":null}
                                """.formatted(event(ViolationKind.UNSCOPED_QUERY, "abc", false)
                        .id())),
                unscoped);
        JsonObject lost = byKind(violations, "lost-scope");
        assertEquals(unscoped.keySet(), lost.keySet());
        assertEquals(unscoped.getObject("site"), lost.getObject("submitSite"));
        assertTrue(lost.isNull("sql"));
        assertEquals(List.of(), lost.getArray("tables"));
        assertEquals(
                JsonParser.array()
                        .from(
                                "[{\"rule\":\"WD001\",\"level\":\"error\",\"object\":\"public.invoices\",\"message\":\"m\",\"fix\":\"f\"}]"),
                report.getArray("findings"));
        assertEquals(
                JsonParser.array()
                        .from("[{\"name\":\"webhook\",\"reason\":\"customer look-up\",\"count\":2,"
                                + "\"lastUsed\":\"2026-01-02T03:04:05.006Z\"}]"),
                report.getArray("bypasses"));
        assertEquals(
                JsonParser.array()
                        .from(
                                "[{\"site\":{\"class\":\"com.acme.jobs.NightlyJob\",\"method\":\"run\",\"file\":\"NightlyJob.java\","
                                        + "\"line\":42},\"tables\":[\"public.invoices\"],\"scoped\":0,\"captured\":0,\"application\":0,"
                                        + "\"unscoped\":1,\"bypassed\":0,\"estimated\":false}]"),
                report.getArray("sites"));
    }

    private static JsonObject byKind(JsonArray violations, String kind) {
        for (int i = 0; i < violations.size(); i++) {
            if (kind.equals(violations.getObject(i).getString("kind"))) {
                return violations.getObject(i);
            }
        }
        throw new AssertionError(kind + " is not in " + violations);
    }

    @Test
    void aReportOfNothingHasEmptyLists() throws Exception {
        try (Reporter reporter = reporter(LogMode.STDERR, SLOW, null, file("warden.json"))) {
            reporter.start();
        }

        JsonObject report = read("warden.json");
        for (String list : List.of("violations", "findings", "bypasses", "sites")) {
            assertEquals(new JsonArray(), report.getArray(list), list);
        }
        assertEquals("protecting", report.getObject("health").getString("state"));
        assertEquals(List.of(), stderrLines(), "where nothing happened there is nothing to sum up");
    }

    @Test
    void hostileTextStaysValidJson() throws Exception {
        String hostile = "\u0000\n\"\\\u001b\u202e\u2028\ud800</script>";
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null, file("warden.json"))) {
            reporter.start();
            reporter.finding(new Finding("WD001", Finding.Level.INFO, hostile, hostile, hostile));
            reporter.violation(ViolationEvent.of(ViolationKind.GUC_TAMPER, new Site(hostile, hostile, hostile, 1))
                    .statement(hostile, hostile, hostile)
                    .tables(List.of(hostile), false)
                    .thread(hostile)
                    .build());
        }

        assertEquals(
                hostile.replace('\ud800', '?'),
                read("warden.json").getArray("findings").getObject(0).getString("message"));
    }

    @Test
    void theReportIsWrittenWhileTheApplicationRuns() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, FAST, null, file("warden.json"))) {
            reporter.start();
            Waiting.until("the first report", () -> Files.exists(folder.resolve("warden.json")));
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
            Waiting.until(
                    "the violation in it",
                    () -> read("warden.json").getArray("violations").size() == 1);
            StatementStats stats = reporter.stats("abc", List.of("public.invoices"), "app");
            stats.at(SITE, Outcome.SCOPED, stats.count(Outcome.SCOPED));
            Waiting.until(
                    "the site in it",
                    () -> read("warden.json").getArray("sites").size() == 1);
        }
        assertEquals(1, read("warden.json").getArray("violations").size());
    }

    /** An execution is counted first and its site found afterwards; a report written in between does not have the site. */
    @Test
    void aSiteThatIsFoundWhileTheReportIsWrittenIsInTheNext() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, FAST, null, file("warden.json"))) {
            reporter.start();
            StatementStats stats = reporter.stats("abc", List.of("public.invoices"), "app");
            int weight = stats.count(Outcome.SCOPED);
            Path report = folder.resolve("warden.json");
            Waiting.until("a report without it", () -> Files.exists(report));
            stats.at(SITE, Outcome.SCOPED, weight);
            Waiting.until(
                    "the site", () -> read("warden.json").getArray("sites").size() == 1);
        }
        assertEquals(1, read("warden.json").getArray("sites").getObject(0).getInt("scoped"));
    }

    @Test
    void aReportIsTheNextBaseline() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null, file("baseline.json"))) {
            reporter.start();
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
            reporter.violation(event(ViolationKind.GUC_TAMPER, "abc", false));
        }
        try (Reporter reporter = reporter(LogMode.STDERR, SLOW, file("baseline.json"), file("warden.json"))) {
            assertEquals(List.of(), reporter.start());
            assertTrue(reporter.known(ViolationKind.UNSCOPED_QUERY, SITE, "abc"));
            assertFalse(reporter.known(ViolationKind.UNSCOPED_QUERY, SITE, "def"));
            assertFalse(reporter.known(ViolationKind.GUC_TAMPER, SITE, "abc"));
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
        }

        assertEquals(1, read("warden.json").getArray("violations").getObject(0).getInt("count"));
        assertEquals(1, stderrLines().size(), stderrLines()::toString);
        assertTrue(stderrLines().get(0).startsWith("[warden] SUMMARY violations=0 count=0 refused=0 known=1"));
    }

    @Test
    void aReportThatIsItsOwnBaselineIsReadBeforeItIsReplaced() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null, file("warden.json"))) {
            reporter.start();
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
        }
        try (Reporter reporter = reporter(LogMode.NONE, FAST, file("warden.json"), file("warden.json"))) {
            assertEquals(List.of(), reporter.start());
            assertTrue(reporter.known(ViolationKind.UNSCOPED_QUERY, SITE, "abc"));
        }
        assertEquals(List.of(), List.copyOf(read("warden.json").getArray("violations")));
    }

    @Test
    void aWrongBaselineIsAProblemAndExcusesNothing() {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, file("missing.json"))) {
            assertEquals(1, reporter.start().size());
            assertFalse(reporter.known(ViolationKind.UNSCOPED_QUERY, SITE, "abc"));
        }
    }

    @Test
    void whatOnlyARunningApplicationShowsIsToldOnceAndIsInTheReport() throws Exception {
        Finding typo = new Finding("pattern-unmatched", Finding.Level.WARN, "warden.scope.typo", "m", "f");
        Cover cover = new Cover("app", "db1:5432", "u", "jdbc", 1, 1, 1, List.of(), List.of(), 0, false);
        try (Reporter reporter = reporter(LogMode.STDERR, SLOW, null, file("warden.json"))) {
            reporter.start();
            reporter.info("the thread runs before there is anything to check");
            reporter.cover(cover);
            reporter.selfCheck(() -> List.of(typo));
            reporter.selfCheckFrom(java.time.Duration.ofHours(1));
        }
        assertEquals(
                1,
                stderrLines().stream()
                        .filter(line -> line.contains("FINDING pattern-unmatched"))
                        .count());
        assertEquals(1, read("warden.json").getArray("findings").size());
    }

    @Test
    void everythingIsLoggedOnceAndSummedUpAtTheEnd() {
        try (Reporter reporter = reporter(LogMode.STDERR, SLOW, null)) {
            reporter.start();
            Cover cover = new Cover("app", "db1:5432", "u", "jdbc", 1, 1, 1, List.of(), List.of(), 0, false);
            reporter.cover(cover);
            reporter.cover(cover);
            reporter.finding(new Finding("WD001", Finding.Level.WARN, "t", "m", "f"));
            reporter.finding(new Finding("WD001", Finding.Level.WARN, "t", "other words", "f"));
            reporter.bypass("webhook", "r");
            for (int i = 0; i < 12; i++) {
                reporter.bypassUsed("webhook");
                reporter.bypassAt("webhook", SITE, 1);
                reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", true));
            }
            reporter.modeChanged("inject", "audit");
            reporter.info("banner");
            reporter.warn("careful");
            reporter.error("bad");
        }

        String id = event(ViolationKind.UNSCOPED_QUERY, "abc", true).id();
        List<String> starts =
                stderrLines().stream().map(line -> line.split(" ")[1]).toList();
        assertEquals(
                List.of(
                        "COVER",
                        "FINDING",
                        "bypass-used",
                        "VIOLATION",
                        "bypass-used",
                        "VIOLATION",
                        "mode-changed",
                        "banner",
                        "careful",
                        "bad",
                        "SUMMARY",
                        "SUMMARY"),
                starts);
        assertEquals(
                "[warden] SUMMARY violations=1 count=12 refused=12 known=0 findings=1 bypasses=12 agentErrors=0",
                stderrLines().get(10));
        assertEquals(
                "[warden] SUMMARY unscoped-query tables=public.invoices site=" + SITE + " count=12 refused=12 id=" + id,
                stderrLines().get(11));
    }

    @Test
    void aChangeOfTheModeEntersTheReport() throws Exception {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null, file("warden.json"))) {
            reporter.start();
            reporter.modeChanged("inject", "audit");
        }

        JsonObject report = read("warden.json");
        assertEquals("audit", report.getString("mode"));
        assertEquals("audit", report.getObject("health").getString("state"));
        assertEquals(
                JsonParser.array().from("[{\"old\":\"inject\",\"new\":\"audit\",\"at\":\"2026-01-02T03:04:05.006Z\"}]"),
                report.getArray("modeChanges"));
    }

    @Test
    void noneIsSilent() {
        try (Reporter reporter = reporter(LogMode.NONE, SLOW, null)) {
            reporter.start();
            reporter.error("bad");
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
        }

        assertEquals(List.of(), stderrLines());
    }

    /** Where lines end up when somebody has replaced System.err by something that runs code of the application. */
    private static final class Recording extends OutputStream {

        private final AtomicReference<Thread> writer = new AtomicReference<>();

        @Override
        public void write(int b) {
            writer.set(Thread.currentThread());
        }
    }

    private static final ThreadLocal<Boolean> GUARDED = ThreadLocal.withInitial(() -> false);
    private static final InheritableThreadLocal<String> TENANT = new InheritableThreadLocal<>();

    @Test
    void oneGuardedDaemonThreadWritesAndInheritsNothing() throws Exception {
        List<String> seen = new ArrayList<>();
        Recording recording = new Recording();
        PrintStream target = new PrintStream(recording, true) {
            @Override
            public void println(String line) {
                seen.add(GUARDED.get() + " " + TENANT.get());
                super.println(line);
            }
        };
        AtomicInteger guards = new AtomicInteger();
        UnaryOperator<Runnable> guard = body -> () -> {
            guards.incrementAndGet();
            GUARDED.set(true);
            body.run();
        };
        TENANT.set("acme");
        try (Reporter reporter = new Reporter(
                new ReportSettings("inject", "0.1.0", LogMode.STDERR, List.of(), null),
                new LoggerFactories(),
                guard,
                JvmEnd.NONE,
                () -> target,
                CLOCK,
                SLOW)) {
            assertEquals(0, guards.get(), "nothing runs before there is something to say");
            reporter.info("one");
            Waiting.until("the line is written", () -> recording.writer.get() != null);

            Thread writer = recording.writer.get();
            assertEquals("tenant-warden", writer.getName());
            assertTrue(writer.isDaemon());
            assertNull(writer.getContextClassLoader());
            assertEquals(List.of("true null"), seen);

            recording.writer.set(null);
            writer.interrupt();
            reporter.info("two");
            Waiting.until("an interrupt does not end it", () -> recording.writer.get() != null);
            assertSame(writer, recording.writer.get());
        } finally {
            TENANT.remove();
        }
    }

    /** Exits while its log could still have come; its own shutdown breaks another rule after the reporter has written everything. */
    static final class ExitsEarly {

        private static final List<String> LINES = new CopyOnWriteArrayList<>();

        public static void main(String[] arguments) {
            Path report = Path.of(arguments[0]);
            System.setErr(new PrintStream(System.out, true) {
                @Override
                public void println(String line) {
                    super.println(line);
                    LINES.add(line);
                }
            });
            Reporter reporter = new Reporter(
                    new ReportSettings("audit", "0.1.0", LogMode.AUTO, List.of(arguments[0]), null),
                    new LoggerFactories(),
                    UnaryOperator.identity(),
                    JvmEnd.NONE);
            reporter.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> breakAnotherRule(reporter, report)));
            reporter.violation(event(ViolationKind.UNSCOPED_QUERY, "abc", false));
            System.exit(0);
        }

        private static void breakAnotherRule(Reporter reporter, Path report) {
            try {
                Waiting.until("the summary", () -> hasLine("SUMMARY"));
                reporter.violation(event(ViolationKind.ZERO_ROW_WRITE, "late", false));
                Waiting.until("the late line", () -> hasLine("VIOLATION zero-row-write"));
                Waiting.until("the late entry", () -> Files.readString(report).contains("zero-row-write"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static boolean hasLine(String part) {
            return LINES.stream().anyMatch(line -> line.contains(part));
        }
    }

    @Test
    void atExitEverythingIsWrittenAlsoWhatTheApplicationDoesInItsOwnShutdown() throws Exception {
        Path output = folder.resolve("output");
        Process process = ForkedJvm.start(ExitsEarly.class, output, file("warden.json"));
        assertEquals(0, process.waitFor());

        String lines = Files.readString(output);
        assertTrue(lines.contains("[warden] VIOLATION unscoped-query "), lines);
        assertTrue(lines.contains("[warden] SUMMARY violations=1 "), lines);
        assertTrue(lines.contains("[warden] VIOLATION zero-row-write "), lines);
        assertEquals(2, read("warden.json").getArray("violations").size());
    }

    @Test
    void aFailureOfOurOwnIsCountedAndDoesNotEndTheThread() throws Exception {
        Path report = folder.resolve("warden.json");
        try (Reporter reporter = reporter(LogMode.STDERR, FAST, null, report.toString())) {
            reporter.health(() -> {
                throw new IllegalStateException("bug");
            });
            reporter.start();
            reporter.info("one");
            Waiting.until("the line is written", () -> stderrLines().contains("[warden] one"));
            Waiting.until(
                    "the error is told",
                    () -> stderrLines().stream()
                            .anyMatch(line -> line.contains("java.lang.IllegalStateException message=\"bug\"")));
            reporter.health(() -> HealthState.PROTECTING);
            Waiting.until("the report is written after all", () -> Files.exists(report));
        }
        assertTrue(read("warden.json").getObject("health").getInt("agentErrors") >= 1);
    }
}
