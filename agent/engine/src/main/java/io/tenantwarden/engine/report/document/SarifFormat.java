package io.tenantwarden.engine.report.document;

import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import io.tenantwarden.engine.report.document.SarifLog.RuleText;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SARIF 2.1.0 for code scanning. What the baseline knows stays in it, suppressed and {@code unchanged}: an alert that came and went with the
 * tests that happened to run would be opened and closed by turns.
 */
final class SarifFormat implements ReportFormat {

    @Override
    public String name() {
        return "sarif";
    }

    @Override
    public List<String> endings() {
        return List.of(".sarif", ".sarif.json");
    }

    @Override
    public String render(Report report, RenderOptions options) {
        Comparison comparison = options.compare(report);
        Map<String, RuleText> rules = new LinkedHashMap<>();
        // all that is looked for, so that a file without results says so, too
        KindText.all().forEach(kind -> rules.put(kind.kind(), ruleText(kind)));
        List<SarifLog.Result> results = new ArrayList<>();
        // the new ones first: what is over the limit is left out
        comparison.fresh().forEach(violation -> add(violation, comparison, options, rules, results));
        comparison.known().forEach(violation -> add(violation, comparison, options, rules, results));
        addFindings(report.findings(), rules, results);
        return SarifLog.write(report.agent(), "tenant-warden/report/", List.copyOf(rules.values()), results);
    }

    private static void add(
            ViolationEntry violation,
            Comparison comparison,
            RenderOptions options,
            Map<String, RuleText> rules,
            List<SarifLog.Result> results) {
        KindText kind = KindText.of(violation.kind());
        rules.computeIfAbsent(kind.kind(), id -> ruleText(kind));
        Frame site = violation.site();
        SourceTree.SourceFile file = options.sources().find(site);
        int line = Math.max(1, site.line());
        String message = violation.headline() + " in " + site.simpleName() + "." + site.method() + "."
                + (violation.sql() == null ? "" : "\nSQL: " + violation.sql()) + "\nWhat to do: " + violation.step();
        results.add(new SarifLog.Result(
                kind.kind(),
                "warning",
                message,
                new SarifLog.Place(
                        file.uri(),
                        line,
                        options.sources().lineLength(file, line) + 1,
                        file.exists() ? null : "The source file of the class, where it usually is."),
                site.simpleName() + "." + site.method(),
                site.className() + "." + site.method(),
                "function",
                violation.id(),
                Map.of("violationId/v1", violation.id()),
                comparison.against() ? comparison.isKnown(violation) : null,
                violation.count()));
    }

    private static void addFindings(
            List<FindingEntry> findings, Map<String, RuleText> rules, List<SarifLog.Result> results) {
        Set<String> identities = new HashSet<>();
        for (FindingEntry finding : findings) {
            String identity = finding.rule() + "\n" + finding.object();
            // of several databases or roles: two results of one fingerprint would hide each other
            if (!identities.add(identity)) {
                continue;
            }
            rules.computeIfAbsent(finding.rule(), id -> ruleText(finding));
            results.add(new SarifLog.Result(
                    finding.rule(),
                    SarifLog.level(finding.level()),
                    finding.message() + "." + (finding.fix().isEmpty() ? "" : "\nWhat to do:\n" + finding.fix()),
                    new SarifLog.Place(
                            SourceTree.objectUri(finding.object()),
                            1,
                            1,
                            "What the finding is about, " + finding.object() + ". It is no file of the repository."),
                    finding.object(),
                    finding.object(),
                    "resource",
                    identity,
                    Map.of("ruleAndObject/v1", finding.rule() + ":" + finding.object()),
                    null,
                    0));
        }
    }

    private static RuleText ruleText(KindText kind) {
        return new RuleText(kind.kind(), kind.title(), kind.why(), kind.fix(), null, "warning");
    }

    private static RuleText ruleText(FindingEntry finding) {
        for (Rule rule : Rules.ALL) {
            if (rule.id().equals(finding.rule())) {
                return RuleText.of(rule);
            }
        }
        return new RuleText(
                finding.rule(),
                finding.rule(),
                "The agent found it while the application ran.",
                "Each result says what to do.",
                null,
                SarifLog.level(finding.level()));
    }
}
