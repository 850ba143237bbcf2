package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.tenantwarden.engine.report.document.SarifLog;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.testing.PostgresServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code doctor --sarif} against the schema of SARIF 2.1.0 and against what GitHub writes about uploads.
 *
 * @see <a href="https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support">GitHub: SARIF
 *     support for code scanning</a>
 */
class SarifTest {

    /** Names that a URI, a JSON text or SQL would take for something else. */
    private static final String SCHEMA = """
            CREATE SCHEMA "Back Office";
            CREATE TABLE "Back Office"."100% ""Notes""/2?#" (tenant_id uuid);
            CREATE TABLE "Back Office"."Größe" (tenant_id uuid);
            CREATE TABLE orders (tenant_id uuid NOT NULL, code text UNIQUE);
            CREATE TABLE order_lines (id int PRIMARY KEY, tenant_id uuid NOT NULL);
            ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON orders USING (tenant_id = current_setting('app.tenant_id')::uuid
                OR current_setting('app.tenant_id', true) = '');
            CREATE FUNCTION sneak(x int) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM public.orders';
            CREATE VIEW all_orders AS SELECT * FROM orders;
            GRANT USAGE ON SCHEMA "Back Office" TO sarif_app;
            GRANT SELECT ON ALL TABLES IN SCHEMA "Back Office", public TO sarif_app;
            """;

    private static final String ROLE = "sarif_app";

    private static String url;
    private static String other;

    @BeforeAll
    static void databases() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        try (Connection c = server.superuser("postgres")) {
            Scripts.run(c, "CREATE ROLE " + ROLE + " LOGIN BYPASSRLS");
        }
        for (int i = 0; i < 2; i++) {
            String database = server.createDatabase("sarif");
            try (Connection c = server.superuser(database)) {
                Scripts.run(c, SCHEMA);
            }
            other = url;
            url = server.url(database);
        }
    }

    private static Captured doctor(String at, String... more) {
        List<String> arguments = new ArrayList<>(List.of("doctor", "--sarif", "--url", at, "--user", ROLE));
        arguments.addAll(List.of(more));
        return Captured.run(arguments.toArray(String[]::new));
    }

    private static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SarifTest.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json"));
    }

    static void validate(String sarif) {
        assertEquals(List.of(), List.copyOf(schema().validate(sarif, InputFormat.JSON)), sarif);
    }

    /** Required properties, and lengths that GitHub writes of. */
    static void assertGitHubTakes(String sarif) throws Exception {
        JsonObject log = JsonParser.object().from(sarif);
        assertEquals("https://json.schemastore.org/sarif-2.1.0.json", log.getString("$schema"));
        assertEquals("2.1.0", log.getString("version"));
        JsonArray runs = log.getArray("runs");
        assertEquals(1, runs.size());
        JsonObject run = runs.getObject(0);
        JsonObject driver = run.getObject("tool").getObject("driver");
        assertFalse(driver.getString("name").isBlank());
        assertFalse(driver.getArray("rules").isEmpty());
        for (Object each : driver.getArray("rules")) {
            assertRule((JsonObject) each);
        }
        JsonArray results = run.getArray("results");
        assertTrue(results.size() <= 25_000);
        for (Object each : results) {
            assertResult((JsonObject) each, driver.getArray("rules"), run.getArray("artifacts"));
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
            zip.write(sarif.getBytes(StandardCharsets.UTF_8));
        }
        assertTrue(packed.size() <= 10 * 1024 * 1024, () -> packed.size() + " bytes");
    }

    private static void assertRule(JsonObject rule) {
        assertFalse(rule.getString("id").isBlank(), rule::toString);
        assertTrue(rule.getString("name").length() <= 255, rule::toString);
        for (String description : new String[] {"shortDescription", "fullDescription"}) {
            String text = rule.getObject(description).getString("text");
            assertFalse(text.isBlank(), rule::toString);
            assertTrue(text.length() <= 1024, rule::toString);
        }
        assertFalse(rule.getObject("help").getString("text").isBlank(), rule::toString);
        assertTrue(rule.getObject("properties").getArray("tags").size() <= 10, rule::toString);
        double severity = Double.parseDouble(rule.getObject("properties").getString("security-severity"));
        assertTrue(severity > 0 && severity <= 10, rule::toString);
    }

    private static void assertResult(JsonObject result, JsonArray rules, JsonArray artifacts) {
        assertEquals(
                result.getString("ruleId"),
                rules.getObject(result.getInt("ruleIndex")).getString("id"));
        assertFalse(result.getObject("message").getString("text").isBlank(), result::toString);
        assertEquals(1, result.getArray("locations").size(), result::toString);
        JsonObject place = result.getArray("locations").getObject(0).getObject("physicalLocation");
        JsonObject artifact = place.getObject("artifactLocation");
        URI uri = URI.create(artifact.getString("uri"));
        assertFalse(uri.isAbsolute(), result::toString);
        assertFalse(uri.getPath().startsWith("/"), result::toString);
        assertEquals(uri.normalize(), uri, result::toString);
        assertEquals(null, uri.getRawQuery(), result::toString);
        assertEquals(null, uri.getRawFragment(), result::toString);
        assertEquals(
                artifact.getString("uri"),
                artifacts
                        .getObject(artifact.getInt("index"))
                        .getObject("location")
                        .getString("uri"));
        JsonObject region = place.getObject("region");
        for (String required : new String[] {"startLine", "startColumn", "endLine", "endColumn"}) {
            assertTrue(region.getInt(required, 0) >= 1, result::toString);
        }
        assertFalse(
                result.getObject("partialFingerprints")
                        .getString("primaryLocationLineHash")
                        .isBlank(),
                result::toString);
    }

    private static JsonArray results(Captured doctor) throws Exception {
        return JsonParser.object()
                .from(doctor.out())
                .getArray("runs")
                .getObject(0)
                .getArray("results");
    }

    /** By fingerprint, what has it: file and rule. */
    private static Map<String, String> fingerprints(Captured doctor) throws Exception {
        Map<String, String> fingerprints = new TreeMap<>();
        for (Object each : results(doctor)) {
            JsonObject result = (JsonObject) each;
            String earlier = fingerprints.put(
                    result.getObject("partialFingerprints").getString("primaryLocationLineHash"),
                    uri(result) + " " + result.getString("ruleId"));
            assertEquals(null, earlier, "two results with one fingerprint: one alert would hide the other");
        }
        return fingerprints;
    }

    private static String uri(JsonObject result) {
        return physical(result).getObject("artifactLocation").getString("uri");
    }

    private static JsonObject physical(JsonObject result) {
        return result.getArray("locations").getObject(0).getObject("physicalLocation");
    }

    @Test
    void whatIsFoundCanBeUploaded() throws Exception {
        Captured doctor = doctor(url, "--probe");
        assertEquals(1, doctor.exitCode(), doctor::toString);
        assertFalse(results(doctor).isEmpty());
        validate(doctor.out());
        assertGitHubTakes(doctor.out());
        List<String> files = results(doctor).stream()
                .map(r -> uri((JsonObject) r))
                .distinct()
                .toList();
        assertTrue(
                files.containsAll(List.of(
                        "database/public.orders",
                        "database/Back%20Office.100%25%20%22Notes%22%2F2%3F%23",
                        "database/Back%20Office.Gr%C3%B6%C3%9Fe")),
                files::toString);
        String wrong = doctor.out().replace("\"startLine\":1,", "\"startLine\":0,");
        assertNotEquals(wrong, doctor.out());
        assertFalse(schema().validate(wrong, InputFormat.JSON).isEmpty());
        // nothing to upload is an upload as well: it closes the alerts of before
        DoctorReport clean = new DoctorReport("app", "app_user", 180_006, 3, List.of(), null);
        validate(Sarif.of(clean, SarifLocations.ofObjects()));
        assertGitHubTakes(Sarif.of(clean, SarifLocations.ofObjects()));
    }

    /** An alert stays the same alert: in the next run, in a database that a build made anew, with another wording. */
    @Test
    void fingerprintsStay() throws Exception {
        Map<String, String> before = fingerprints(doctor(url));
        assertFalse(before.isEmpty());
        assertEquals(before, fingerprints(doctor(url)));
        assertEquals(before, fingerprints(doctor(other)));
        Finding once = new Finding("WD004", Finding.Level.ERROR, "public.t", "no RLS", "fix");
        Finding later = new Finding("WD004", Finding.Level.WARN, "public.t", "has no RLS", "");
        Finding elsewhere = new Finding("WD004", Finding.Level.ERROR, "public.u", "no RLS", "fix");
        assertEquals(fingerprint(once), fingerprint(later));
        assertNotEquals(fingerprint(once), fingerprint(elsewhere));
    }

    private static String fingerprint(Finding f) throws Exception {
        String sarif = Sarif.of(new DoctorReport("d", "r", 180_000, 1, List.of(f), null), SarifLocations.ofObjects());
        return fingerprints(new Captured(1, sarif, "")).keySet().iterator().next();
    }

    @Test
    void moreThanGitHubTakesIsCut() throws Exception {
        List<Finding> many = new ArrayList<>();
        for (int i = 0; i < SarifLog.MAX_RESULTS + 7; i++) {
            many.add(new Finding(
                    "WD004", Finding.Level.ERROR, "public.t" + i, "has no row-level security", "SELECT 1;"));
        }
        String sarif =
                Sarif.of(new DoctorReport("d", "r", 180_000, many.size(), many, null), SarifLocations.ofObjects());
        assertEquals(SarifLog.MAX_RESULTS, results(new Captured(1, sarif, "")).size());
        assertGitHubTakes(sarif);
    }

    /** With the file that describes the schema a finding is shown where its object is created. */
    @Test
    void theLineThatCreatesTheObject() throws Exception {
        // the file has to lie below the working directory, which is the module
        Path folder = Files.createDirectories(Path.of("target", "sarif test"));
        Path file = Files.writeString(folder.resolve("schema #1.sql"), "-- orders, order_lines\n" + SCHEMA);
        Captured doctor = doctor(url, "--sarif-file", file.toString());
        assertEquals(1, doctor.exitCode(), doctor::toString);
        validate(doctor.out());
        assertGitHubTakes(doctor.out());
        List<String> lines = Files.readAllLines(file);
        Map<String, String> places = new HashMap<>();
        for (Object each : results(doctor)) {
            JsonObject result = (JsonObject) each;
            assertEquals("target/sarif%20test/schema%20%231.sql", uri(result));
            JsonObject region = physical(result).getObject("region");
            int line = region.getInt("startLine");
            assertEquals(line, region.getInt("endLine"));
            assertEquals(lines.get(line - 1).length() + 1, region.getInt("endColumn"));
            places.put(
                    result.getArray("locations")
                            .getObject(0)
                            .getArray("logicalLocations")
                            .getObject(0)
                            .getString("name"),
                    lines.get(line - 1).strip());
        }
        Map<String, String> wanted = Map.of(
                "public.orders", "CREATE TABLE orders (",
                "public.order_lines", "CREATE TABLE order_lines (",
                "public.all_orders", "CREATE VIEW all_orders AS",
                "Back Office.Größe", "CREATE TABLE \"Back Office\".\"Größe\"",
                "Back Office.100% \"Notes\"/2?#", "CREATE TABLE \"Back Office\".\"100% \"\"Notes\"\"/2?#\"");
        wanted.forEach((object, line) ->
                assertTrue(places.getOrDefault(object, "nothing").startsWith(line), () -> object + " in " + places));
        assertTrue(
                places.entrySet().stream()
                        .anyMatch(e -> e.getKey().startsWith("public.sneak")
                                && e.getValue().startsWith("CREATE FUNCTION sneak")),
                places::toString);
        // what the file does not create is shown where it is named, else at the beginning
        assertTrue(places.get(ROLE).startsWith("GRANT USAGE ON SCHEMA"), places::toString);
        assertEquals(1, SarifLocations.in(file).of("public.elsewhere").line());
        assertEquals(1, SarifLocations.in(file).of("public.line").line());
        // the same alerts as without the file
        assertEquals(fingerprints(doctor(url)).keySet(), fingerprints(doctor).keySet());
    }

    @Test
    void aFileThatCannotBeShownIsRefused() throws Exception {
        Path latin = Files.write(Path.of("target", "latin.sql"), new byte[] {(byte) 0xe4, '\n'});
        Map<String, String> refusals = Map.of(
                "no/such.sql",
                "does not exist",
                "../pom.xml",
                "is to be relative to the root of the repository",
                Path.of("pom.xml").toAbsolutePath().toString(),
                "is to be relative to the root of the repository",
                "target",
                "cannot be read as text",
                latin.toString(),
                "cannot be read as text");
        refusals.forEach((file, why) -> {
            Captured refused = doctor(url, "--sarif-file", file);
            assertEquals(2, refused.exitCode(), refused::toString);
            assertTrue(refused.err().contains("--sarif-file " + file + " " + why), refused::toString);
        });
        Captured alone = Captured.run("doctor", "--url", url, "--user", "postgres", "--sarif-file", "pom.xml");
        assertEquals(2, alone.exitCode(), alone::toString);
        assertTrue(alone.err().contains("--sarif-file is for --sarif"), alone::toString);
    }
}
