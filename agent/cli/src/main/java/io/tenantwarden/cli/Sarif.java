package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Findings as SARIF 2.1.0. Objects of a database lie in no file, so their location is a logical one.
 *
 * @see <a href="https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html">SARIF 2.1.0</a>
 */
final class Sarif {

    private Sarif() {}

    static String of(DoctorReport report) {
        Map<String, Finding> firstOfRule = new TreeMap<>();
        report.findings().forEach(f -> firstOfRule.putIfAbsent(f.rule(), f));
        List<String> rules = List.copyOf(firstOfRule.keySet());
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object()
                .value("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                .value("version", "2.1.0")
                .array("runs")
                .object();
        json.object("tool").object("driver").value("name", "Tenant Warden").value("version", WardenCli.version());
        json.array("rules");
        for (String id : rules) {
            writeRule(json, id, firstOfRule.get(id));
        }
        json.end().end().end();
        json.array("results");
        for (Finding f : report.findings()) {
            json.object()
                    .value("ruleId", f.rule())
                    .value("ruleIndex", rules.indexOf(f.rule()))
                    .value("level", level(f.level()))
                    .object("message")
                    .value("text", f.message() + (f.fix().isEmpty() ? "" : "\nFix: " + f.fix()))
                    .end()
                    .array("locations")
                    .object()
                    .array("logicalLocations")
                    .object()
                    .value("name", f.object())
                    .value("fullyQualifiedName", report.database() + "/" + f.object())
                    .value("kind", "resource")
                    .end()
                    .end()
                    .end()
                    .end()
                    .object("partialFingerprints")
                    .value("ruleAndObject/v1", f.rule() + ":" + f.object())
                    .end()
                    .end();
        }
        return json.end().end().end().end().done();
    }

    private static void writeRule(JsonStringWriter json, String id, Finding finding) {
        Rule rule = Rules.byId(id);
        ProbeResult.Check check = ProbeResult.Check.byRule(id);
        String title = rule != null ? rule.title() : check != null ? check.failure() : id;
        String why = rule != null ? rule.why() : title;
        json.object()
                .value("id", id)
                .object("shortDescription")
                .value("text", title)
                .end()
                .object("fullDescription")
                .value("text", why)
                .end()
                .object("defaultConfiguration")
                .value("level", level(finding.level()))
                .end()
                .end();
    }

    private static String level(Finding.Level level) {
        return switch (level) {
            case ERROR -> "error";
            case WARN -> "warning";
            case INFO -> "note";
        };
    }
}
