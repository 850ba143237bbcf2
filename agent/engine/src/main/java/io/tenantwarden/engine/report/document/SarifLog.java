package io.tenantwarden.engine.report.document;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.audit.Rule;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Results as SARIF 2.1.0, with what GitHub's code scanning wants besides: a physical location for each, a fingerprint, texts of the rules. One
 * run of one tool. For one thread.
 *
 * @see <a href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html">SARIF 2.1.0</a>
 * @see <a href="https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support">GitHub: SARIF
 *     support for code scanning</a>
 */
public final class SarifLog {

    /** What GitHub takes in one run. */
    public static final int MAX_RESULTS = 25_000;

    private static final String ROOT = "%SRCROOT%";

    private final JsonStringWriter json = JsonWriter.indent("  ").string();

    private SarifLog() {}

    /**
     * What can be found. Immutable.
     *
     * @param id stable
     * @param title a few words
     * @param why why it matters, one sentence
     * @param fix what to do
     * @param limits what is not seen; null when there is nothing to say
     * @param level {@code error}, {@code warning} or {@code note}
     */
    public record RuleText(String id, String title, String why, String fix, String limits, String level) {

        /** A rule of the preflight. */
        public static RuleText of(Rule rule) {
            Rule.About about = rule.about();
            return new RuleText(
                    about.id(),
                    about.title(),
                    about.why(),
                    about.fix(),
                    about.limits(),
                    SarifLog.level(about.level().name()));
        }
    }

    /**
     * Where a result is shown. Immutable.
     *
     * @param uri of a file, relative to the root of the repository
     * @param line from 1 on
     * @param endColumn after the last character that is meant, from 1 on
     * @param description what the file is; null when it is an ordinary one
     */
    public record Place(String uri, int line, int endColumn, String description) {}

    /**
     * One thing that was found. Immutable.
     *
     * @param rule id of its rule
     * @param level {@code error}, {@code warning} or {@code note}
     * @param message what was found and what to do, for people
     * @param place where it is shown
     * @param logical the object or method
     * @param qualified its full name
     * @param kind {@code resource} or {@code function}
     * @param identity what makes it the same alert in the next run; never a line number
     * @param fingerprints further names of it
     * @param known whether a baseline has it; null when there is no baseline
     * @param occurrences how often it happened; 0 when that means nothing
     */
    public record Result(
            String rule,
            String level,
            String message,
            Place place,
            String logical,
            String qualified,
            String kind,
            String identity,
            Map<String, String> fingerprints,
            Boolean known,
            long occurrences) {

        public Result {
            fingerprints = Map.copyOf(fingerprints);
        }
    }

    /**
     * Writes a log.
     *
     * @param version of the tool
     * @param category results of one category do not close the alerts of another; ends with a slash
     * @param rules all that were looked for
     * @param results what was found, each of one of the rules; those after {@link #MAX_RESULTS} are left out
     */
    public static String write(String version, String category, List<RuleText> rules, List<Result> results) {
        return new SarifLog().all(version, category, rules, results.subList(0, Math.min(results.size(), MAX_RESULTS)));
    }

    /** The level of a finding, whatever its case, as SARIF calls it. */
    public static String level(String level) {
        return switch (level.toLowerCase(java.util.Locale.ROOT)) {
            case "error" -> "error";
            case "info" -> "note";
            default -> "warning";
        };
    }

    private String all(String version, String category, List<RuleText> rules, List<Result> results) {
        json.object()
                .value("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                .value("version", "2.1.0")
                .array("runs")
                .object();
        json.object("tool").object("driver").value("name", "Tenant Warden");
        // semantic, so that GitHub knows when results change because the tool did
        json.value("semanticVersion", version.matches("\\d+\\.\\d+\\.\\d+.*") ? version : "0.0.0")
                .array("rules");
        List<String> ids = new ArrayList<>();
        for (RuleText rule : rules) {
            ids.add(rule.id());
            write(rule);
        }
        json.end().end().end();
        json.object("automationDetails").value("id", category).end();
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
        Map<String, Integer> artifacts = artifacts(results);
        json.array("results");
        for (Result result : results) {
            write(
                    result,
                    ids.indexOf(result.rule()),
                    artifacts.get(result.place().uri()));
        }
        return json.end().end().end().end().done();
    }

    private void write(RuleText rule) {
        json.object().value("id", rule.id()).value("name", rule.title());
        json.object("shortDescription").value("text", rule.title()).end();
        json.object("fullDescription").value("text", rule.why()).end();
        String limits = rule.limits() == null ? "" : " It cannot see everything: " + rule.limits();
        String seen = rule.limits() == null ? "" : "\n\n**Cannot see:** " + rule.limits();
        json.object("help")
                .value("text", rule.why() + " Fix: " + rule.fix() + limits)
                .value("markdown", "**Why:** " + rule.why() + "\n\n**Fix:** " + rule.fix() + seen)
                .end();
        json.object("defaultConfiguration").value("level", rule.level()).end();
        json.object("properties")
                .array("tags")
                .value("security")
                .end()
                .value("precision", "high")
                .value("security-severity", severity(rule.level()))
                .end();
        json.end();
    }

    private static String severity(String level) {
        return switch (level) {
            case "error" -> "8.0";
            case "note" -> "2.0";
            default -> "5.0";
        };
    }

    private Map<String, Integer> artifacts(List<Result> results) {
        Map<String, Integer> artifacts = new LinkedHashMap<>();
        json.array("artifacts");
        for (Result result : results) {
            Place place = result.place();
            if (artifacts.putIfAbsent(place.uri(), artifacts.size()) == null) {
                json.object()
                        .object("location")
                        .value("uri", place.uri())
                        .value("uriBaseId", ROOT)
                        .end();
                if (place.description() != null) {
                    json.object("description")
                            .value("text", place.description())
                            .end();
                }
                json.end();
            }
        }
        json.end();
        return artifacts;
    }

    private void write(Result result, int rule, int artifact) {
        Place place = result.place();
        json.object().value("ruleId", result.rule()).value("ruleIndex", rule).value("level", result.level());
        json.object("message").value("text", result.message()).end();
        json.array("locations").object();
        json.object("physicalLocation");
        json.object("artifactLocation")
                .value("uri", place.uri())
                .value("uriBaseId", ROOT)
                .value("index", artifact)
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
                .value("name", result.logical())
                .value("fullyQualifiedName", result.qualified())
                .value("kind", result.kind())
                .end()
                .end();
        json.end().end();
        json.object("partialFingerprints").value("primaryLocationLineHash", hash(result.identity()) + ":1");
        result.fingerprints().forEach(json::value);
        json.end();
        if (result.occurrences() > 0) {
            json.value("occurrenceCount", (int) Math.min(result.occurrences(), Integer.MAX_VALUE));
        }
        if (result.known() != null) {
            json.value("baselineState", result.known() ? "unchanged" : "new");
        }
        if (Boolean.TRUE.equals(result.known())) {
            json.array("suppressions")
                    .object()
                    .value("kind", "external")
                    .value("justification", "The baseline has it.")
                    .end()
                    .end();
        }
        json.end();
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
