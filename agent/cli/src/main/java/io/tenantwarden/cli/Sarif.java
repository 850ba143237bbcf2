package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Findings as SARIF 2.1.0, with what GitHub's code scanning wants besides: a physical location, a fingerprint, texts of the
 * rules. Findings that were accepted are left out: GitHub takes a suppressed result for an open one.
 *
 * @see <a href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html">SARIF 2.1.0</a>
 * @see <a href="https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support">GitHub: SARIF
 *     support for code scanning</a>
 */
final class Sarif {

    /** What GitHub takes in one run. */
    static final int MAX_RESULTS = 25_000;

    private static final String ROOT = "%SRCROOT%";

    private final DoctorReport report;
    private final SarifLocations locations;
    private final List<String> rules = new ArrayList<>();
    private final JsonStringWriter json = JsonWriter.indent("  ").string();

    private Sarif(DoctorReport report, SarifLocations locations) {
        this.report = report;
        this.locations = locations;
    }

    static String of(DoctorReport report, SarifLocations locations) {
        return new Sarif(report, locations).write();
    }

    private String write() {
        json.object()
                .value("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                .value("version", "2.1.0")
                .array("runs")
                .object();
        json.object("tool")
                .object("driver")
                .value("name", "Tenant Warden")
                .value("semanticVersion", version())
                .array("rules");
        writeRules();
        json.end().end().end();
        // one category for each role: the results of one must not close those of another
        json.object("automationDetails")
                .value("id", "tenant-warden/" + report.role() + "/")
                .end();
        json.array("invocations")
                .object()
                .value("executionSuccessful", true)
                .end()
                .end();
        json.object("originalUriBaseIds")
                .object(ROOT)
                .object("description")
                .value("text", "The root of the repository.")
                .end()
                .end()
                .end();
        List<Finding> findings = report.findings();
        List<Finding> shown = findings.subList(0, Math.min(findings.size(), MAX_RESULTS));
        Map<String, Integer> artifacts = writeArtifacts(shown);
        json.array("results");
        for (Finding f : shown) {
            writeResult(f, artifacts);
        }
        return json.end().end().end().end().done();
    }

    /** Semantic, so that GitHub knows when results change because the tool did. */
    private static String version() {
        return WardenCli.version().matches("\\d+\\.\\d+\\.\\d+.*") ? WardenCli.version() : "0.0.0";
    }

    // ---------------------------------------------------------------- rules

    private void writeRules() {
        for (Rule rule : Rules.ALL) {
            Rule.About about = rule.about();
            writeRule(about.id(), about.title(), about.why(), about.fix(), about.limits(), about.level());
        }
        for (ProbeResult.Check check : ProbeResult.Check.values()) {
            writeRule(
                    check.rule(),
                    check.failure(),
                    "Tried with real statements that were rolled back: this does not hold: " + check.sentence() + ".",
                    "The findings about the table name the policy that lets it through.",
                    "What could not be tried is said for each table.",
                    Finding.Level.ERROR);
        }
    }

    private void writeRule(String id, String title, String why, String fix, String limits, Finding.Level level) {
        rules.add(id);
        json.object().value("id", id).value("name", title);
        json.object("shortDescription").value("text", title).end();
        json.object("fullDescription").value("text", why).end();
        json.object("help")
                .value("text", why + " Fix: " + fix + " It cannot see everything: " + limits)
                .value("markdown", "**Why:** " + why + "\n\n**Fix:** " + fix + "\n\n**Cannot see:** " + limits)
                .end();
        json.object("defaultConfiguration").value("level", level(level)).end();
        json.object("properties")
                .array("tags")
                .value("security")
                .end()
                .value("precision", "high")
                .value("security-severity", severity(level))
                .end();
        json.end();
    }

    private static String level(Finding.Level level) {
        return switch (level) {
            case ERROR -> "error";
            case WARN -> "warning";
            case INFO -> "note";
        };
    }

    private static String severity(Finding.Level level) {
        return switch (level) {
            case ERROR -> "8.0";
            case WARN -> "5.0";
            case INFO -> "2.0";
        };
    }

    // ---------------------------------------------------------------- results

    private Map<String, Integer> writeArtifacts(List<Finding> findings) {
        Map<String, Integer> artifacts = new LinkedHashMap<>();
        json.array("artifacts");
        for (Finding f : findings) {
            String uri = locations.of(stable(f.object())).uri();
            if (artifacts.putIfAbsent(uri, artifacts.size()) == null) {
                json.object()
                        .object("location")
                        .value("uri", uri)
                        .value("uriBaseId", ROOT)
                        .end();
                json.object("description")
                        .value(
                                "text",
                                locations.isFile()
                                        ? "The file that describes the schema."
                                        : "An object of the database, " + f.object()
                                                + ". It is no file of the repository"
                                                + " (doctor --sarif-file names the one that describes the schema).")
                        .end();
                json.end();
            }
        }
        json.end();
        return artifacts;
    }

    private void writeResult(Finding f, Map<String, Integer> artifacts) {
        String object = stable(f.object());
        SarifLocations.Place place = locations.of(object);
        json.object()
                .value("ruleId", f.rule())
                .value("ruleIndex", rules.indexOf(f.rule()))
                .value("level", level(f.level()));
        json.object("message")
                .value("text", f.message() + "." + (f.fix().isEmpty() ? "" : "\nWhat to do:\n" + f.fix()))
                .end();
        json.array("locations").object();
        json.object("physicalLocation");
        json.object("artifactLocation")
                .value("uri", place.uri())
                .value("uriBaseId", ROOT)
                .value("index", artifacts.get(place.uri()))
                .end();
        json.object("region")
                .value("startLine", place.line())
                .value("startColumn", 1)
                .value("endLine", place.line())
                .value("endColumn", place.endColumn())
                .end();
        json.end();
        json.array("logicalLocations")
                .object()
                .value("name", f.object())
                .value("fullyQualifiedName", report.database() + "/" + f.object())
                .value("kind", "resource")
                .end()
                .end();
        json.end().end();
        json.object("partialFingerprints")
                .value("primaryLocationLineHash", hash(f.rule() + "\n" + object) + ":1")
                .value("ruleAndObject/v1", f.rule() + ":" + object)
                .end();
        json.end();
    }

    /** Without the name of the database, which a build may make anew each time: an alert is to stay the same. */
    private String stable(String object) {
        String database = report.database();
        return object.equals(database)
                ? "database"
                : object.replace(" in " + database, " in database").replace("database " + database, "database");
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return String.format("%064x", new BigInteger(1, digest)).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
