package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Await;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code warden.report} as other programs read it: every field of the contract, and what becomes of the file. */
class ReportTest {

    private static final String MAIN = LogTest.main().getName();

    @TempDir
    Path folder;

    private AgentJvm withoutBypass(TestDatabase database) {
        return new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.log", "stderr")
                .property("warden.report", folder.resolve("x-%p.json").toString())
                .properties(database.properties());
    }

    private AgentJvm jvm(TestDatabase database) {
        return withoutBypass(database)
                .property("warden.bypass.statistics.at", MAIN + "#counted")
                .property("warden.bypass.statistics.reason", "counts the \"customers\" of all tenants");
    }

    private List<Path> reports() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json")).toList();
        }
    }

    private JsonObject report() throws Exception {
        List<Path> files = reports();
        assertEquals(1, files.size(), files::toString);
        String text = Files.readString(files.get(0));
        ReportSchema.validate(text);
        return JsonParser.object().from(text);
    }

    private static Set<String> keys(JsonObject object) {
        return new TreeSet<>(object.keySet());
    }

    private static JsonObject only(JsonArray array) {
        assertEquals(1, array.size(), array::toString);
        return array.getObject(0);
    }

    @Test
    void everyFieldOfTheContract() throws Exception {
        Instant before = Instant.now().minusSeconds(1);
        AgentJvm.Result result = jvm(TestDatabase.create(18)).run(LogTest.main());
        assertEquals(0, result.exit(), result::all);
        JsonObject report = report();
        assertEquals(
                Set.of("version", "started", "mode", "agent", "health", "violations", "findings", "bypasses", "sites"),
                keys(report));
        assertEquals(1, report.getInt("version"));
        assertTrue(Instant.parse(report.getString("started")).isAfter(before));
        assertEquals("inject", report.getString("mode"));
        assertTrue(report.getString("agent").matches("\\d+\\.\\d+\\.\\d+.*"), report::toString);

        JsonObject health = report.getObject("health");
        assertEquals(Set.of("state", "databases", "agentErrors"), keys(health));
        assertEquals("protecting", health.getString("state"));
        assertEquals(0, health.getInt("agentErrors", -1));
        JsonObject database = only(health.getArray("databases"));
        assertEquals(Set.of("database", "server", "role", "strategy", "protected"), keys(database));
        assertTrue(database.getString("database").startsWith("scenario_"));
        assertEquals("warden_app", database.getString("role"));
        assertEquals("pipelined", database.getString("strategy"));
        assertEquals(2, database.getInt("protected"));

        checkViolation(report.getArray("violations"));

        JsonObject bypass = only(report.getArray("bypasses"));
        assertEquals(Set.of("name", "reason", "count", "lastUsed"), keys(bypass));
        assertEquals("statistics", bypass.getString("name"));
        assertEquals("counts the \"customers\" of all tenants", bypass.getString("reason"));
        assertEquals(1, bypass.getInt("count"));
        assertTrue(Instant.parse(bypass.getString("lastUsed")).isAfter(before));

        checkSites(report.getArray("sites"));
    }

    private static void checkViolation(JsonArray violations) throws Exception {
        JsonObject violation = null;
        for (Object each : violations) {
            JsonObject object = (JsonObject) each;
            assertEquals(
                    Set.of(
                            "id",
                            "kind",
                            "site",
                            "stack",
                            "submitSite",
                            "sql",
                            "fingerprint",
                            "tables",
                            "operation",
                            "role",
                            "database",
                            "threads",
                            "count",
                            "refused",
                            "firstSeen",
                            "lastSeen",
                            "next"),
                    keys(object));
            if (object.getString("kind").equals("unscoped-query")) {
                assertNull(violation, violations::toString);
                violation = object;
            }
        }
        JsonObject site = violation.getObject("site");
        assertEquals(Set.of("class", "method", "file", "line"), keys(site));
        assertEquals(MAIN, site.getString("class"));
        assertEquals("known", site.getString("method"));
        assertEquals("ReportMain.java", site.getString("file"));
        assertEquals(line("select note from invoices where amount = 42"), site.getInt("line"));
        assertTrue(violation.getArray("stack").getString(0).contains("ReportMain.known(ReportMain.java:"));
        assertTrue(violation.getArray("stack").size() > 1);
        assertTrue(violation.isNull("submitSite"));
        String sql = violation.getString("sql");
        assertTrue(sql.startsWith("select note from invoices where amount = ") && !sql.contains("42"), sql);
        assertFalse(violation.getString("fingerprint").isBlank());
        assertEquals(List.of("public.invoices"), violation.getArray("tables"));
        assertEquals("SELECT", violation.getString("operation"));
        assertEquals("warden_app", violation.getString("role"));
        assertEquals(List.of("main"), violation.getArray("threads"));
        assertEquals(3, violation.getInt("count"));
        assertEquals(0, violation.getInt("refused", -1));
        assertFalse(Instant.parse(violation.getString("lastSeen"))
                .isBefore(Instant.parse(violation.getString("firstSeen"))));
    }

    /** The line of the source in which a text stands. */
    private static int line(String text) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(
                System.getProperty("project.root"), "agent-tests/src/test/java", MAIN.replace('.', '/') + ".java"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i + 1;
            }
        }
        throw new AssertionError(text);
    }

    private static void checkSites(JsonArray sites) {
        Set<String> seen = new TreeSet<>();
        for (Object each : sites) {
            JsonObject site = (JsonObject) each;
            assertEquals(
                    Set.of("site", "tables", "scoped", "captured", "application", "unscoped", "bypassed", "estimated"),
                    keys(site));
            seen.add(site.getObject("site").getString("method") + " " + site.getArray("tables") + " scoped="
                    + site.getInt("scoped") + " unscoped=" + site.getInt("unscoped") + " bypassed="
                    + site.getInt("bypassed") + " captured=" + site.getInt("captured") + " application="
                    + site.getInt("application") + " " + site.getBoolean("estimated"));
        }
        assertEquals(
                Set.of(
                        "known [public.invoices] scoped=0 unscoped=3 bypassed=0 captured=0 application=0 false",
                        "column [public.customers] scoped=1 unscoped=0 bypassed=0 captured=0 application=0 false",
                        "counted [public.customers] scoped=0 unscoped=0 bypassed=1 captured=0 application=0 false"),
                seen);
    }

    @Test
    void findingsAreThere() throws Exception {
        AgentJvm.Result result = jvm(TestDatabase.create(18)).run(LogTest.main(), "roles");
        assertEquals(0, result.exit(), result::all);
        JsonArray findings = report().getArray("findings");
        assertTrue(findings.size() >= 2, findings::toString);
        for (Object each : findings) {
            JsonObject finding = (JsonObject) each;
            assertEquals(Set.of("rule", "level", "object", "message", "fix"), keys(finding));
            assertFalse(finding.getString("fix").isBlank(), finding::toString);
        }
        assertEquals("WD001", findings.getObject(0).getString("rule"));
        assertEquals("error", findings.getObject(0).getString("level"));
        assertEquals("postgres", findings.getObject(0).getString("object"));
        assertEquals(4, report().getObject("health").getArray("databases").size());
    }

    @Test
    void survivesAKill() throws Exception {
        AgentJvm jvm = jvm(TestDatabase.create(18));
        // not through run(): that waits for the end
        Process process = jvm.start(List.of("-cp", jvm.classPath(), MAIN, "wait"));
        try {
            Await.until(
                    () -> reports().size() == 1
                            && report().getArray("bypasses").size() == 1
                            && report().getArray("violations").stream()
                                    .anyMatch(each -> ((JsonObject) each).getInt("count") == 3),
                    () -> folder.toString());
        } finally {
            // SIGKILL on every system that has it
            process.destroyForcibly().waitFor();
        }
        assertNotEquals(0, process.exitValue());
        Path file = reports().get(0);
        assertEquals("x-" + process.pid() + ".json", file.getFileName().toString());
        checkViolation(report().getArray("violations"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    left.filter(path -> path.toString().endsWith(".tmp")).toList());
        }
    }

    @Test
    void whatTheBaselineKnowsIsNeitherLoggedNorRefused() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        AgentJvm.Result first = jvm(database).run(LogTest.main());
        assertEquals(1, first.lines("VIOLATION unscoped-query").size(), first::all);
        Path baseline = Files.move(reports().get(0), folder.resolve("baseline"));

        AgentJvm.Result without =
                jvm(database).property("warden.mode", "enforce").run(LogTest.main(), "more");
        assertTrue(without.out().contains("##known [warden] refused: unscoped SELECT"), without::all);
        Files.delete(reports().get(0));

        AgentJvm.Result with = jvm(database)
                .property("warden.mode", "enforce")
                .property("warden.baseline", baseline.toString())
                .run(LogTest.main(), "more");
        assertEquals(0, with.exit(), with::all);
        assertTrue(with.out().contains("##known ran"), with::all);
        assertTrue(with.out().contains("##fresh [warden] refused: unscoped SELECT"), with::all);
        List<String> told = with.lines("VIOLATION unscoped-query");
        assertEquals(1, told.size(), with::all);
        assertTrue(told.get(0).contains("ReportMain.fresh(ReportMain.java:"), with::all);
        assertFalse(with.err().contains("ReportMain.known"), with::all);
        assertFalse(with.all().contains("secret literal"), with::all);
        // counted all the same: the report can be the next baseline
        long known = report().getArray("violations").stream()
                .map(JsonObject.class::cast)
                .filter(violation ->
                        violation.getObject("site").getString("method").equals("known"))
                .mapToInt(violation -> violation.getInt("count"))
                .sum();
        assertEquals(3, known);
    }

    /** Every format that an ending of warden.report names, with the path of the source file. */
    @Test
    void everyFormatIsKept() throws Exception {
        List<String> endings = List.of("json", "md", "html", "sarif", "xml");
        Path root = Path.of(System.getProperty("project.root")).toRealPath();
        AgentJvm.Result result = jvm(TestDatabase.create(18))
                .property(
                        "warden.report",
                        endings.stream()
                                .map(ending -> folder.resolve("x." + ending).toString())
                                .collect(Collectors.joining(",")))
                .property("warden.sourceRoots", "agent-tests/src/test/java")
                .in(root)
                .run(LogTest.main());
        assertEquals(0, result.exit(), result::all);
        int line = line("select note from invoices where amount = 42");
        for (String ending : endings) {
            String content = Files.readString(folder.resolve("x." + ending));
            assertTrue(content.contains("ReportMain.java"), content);
            assertFalse(content.contains("secret literal") || content.contains(" = 42"), content);
        }
        JsonObject found = JsonParser.object()
                .from(Files.readString(folder.resolve("x.sarif")))
                .getArray("runs")
                .getObject(0)
                .getArray("results")
                .getObject(0);
        JsonObject place = found.getArray("locations").getObject(0).getObject("physicalLocation");
        assertEquals(
                "agent-tests/src/test/java/" + MAIN.replace('.', '/') + ".java",
                place.getObject("artifactLocation").getString("uri"));
        assertEquals(line, place.getObject("region").getInt("startLine"));
        assertTrue(place.getObject("region").getInt("endColumn") > 10, "the source file was found");
        assertTrue(
                Files.readString(folder.resolve("x.md")).contains("`ReportMain.java:" + line + "`"),
                () -> "no " + line);
        assertTrue(Files.readString(folder.resolve("x.xml")).contains("line=\"" + line + "\""), () -> "no " + line);
    }

    /** A test run fails without a change of the build: warden.fail ends the JVM, whatever the log is, but not for what the baseline knows. */
    @Test
    void failEndsTheJvm() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        AgentJvm.Result failed = jvm(database)
                .property("warden.fail", "unscoped")
                .property("warden.log", "none")
                .run(LogTest.main());
        assertEquals(1, failed.exit(), failed::all);
        assertTrue(failed.out().contains("##known ran"), "the application runs to its end");
        List<String> lines = failed.lines("[warden]");
        assertEquals(1, lines.size(), failed::all);
        assertTrue(
                lines.get(0)
                        .startsWith("[warden] FAIL warden.fail: unscoped-query (3 times), first at " + MAIN
                                + ".known(ReportMain.java:"),
                failed::all);
        Path baseline = Files.move(reports().get(0), folder.resolve("baseline"));

        AgentJvm.Result known = jvm(database)
                .property("warden.fail", "unscoped")
                .property("warden.baseline", baseline.toString())
                .run(LogTest.main());
        assertEquals(0, known.exit(), known::all);
        AgentJvm.Result other = jvm(database)
                .property("warden.fail", "tenant-switch")
                .property("warden.report", "")
                .run(LogTest.main());
        assertEquals(0, other.exit(), other::all);
    }

    private static AgentJvm.Result command(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-jar", AgentJvm.agentJar().toString()));
        all.addAll(List.of(arguments));
        return new AgentJvm().withoutAgent().runJava(all);
    }

    /** check on reports of real JVMs: 3 without a baseline, 0 with it, 1 with file and line after a statement was added. */
    @Test
    void checkFailsWithWhatIsNew() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        withoutBypass(database).run(LogTest.main());
        String known = folder.resolve("known.json").toString();
        String[] check = {"check", "--report", folder + "/x-%p.json", "--baseline", known};
        AgentJvm.Result missing = command(check);
        assertEquals(3, missing.exit(), missing::all);
        AgentJvm.Result written = command("check", "--report", check[2], "--baseline", known, "--write-baseline");
        assertEquals(0, written.exit(), written::all);
        AgentJvm.Result same = command(check);
        assertEquals(0, same.exit(), same::all);
        assertTrue(same.out().contains("new=0 known=2"), same::all);

        // a second JVM, whose report lies beside the first
        withoutBypass(database).run(LogTest.main(), "more");
        AgentJvm.Result more = command(check);
        assertEquals(1, more.exit(), more::all);
        assertTrue(
                more.out()
                        .contains("ReportMain.java:" + line("select amount from invoices where note = 'secret literal'")
                                + ": new unscoped-query "),
                more::all);
        assertTrue(more.out().contains("new=1 known=2 sites="), more::all);
        assertTrue(more.out().contains("reports=2"), more::all);
        AgentJvm.Result page =
                command("report", check[2], "--out", folder.resolve("page.html").toString());
        assertEquals(0, page.exit(), page::all);
        assertTrue(Files.readString(folder.resolve("page.html")).contains("ReportMain"));
    }
}
