package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.SarifLog;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Rule;
import io.tenantwarden.rls.audit.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Findings of doctor as SARIF 2.1.0. Findings that were accepted are left out: GitHub takes a suppressed result for an open one, and there is no
 * baseline here that would have to be told apart.
 */
final class Sarif {

    private Sarif() {}

    static String of(DoctorReport report, SarifLocations locations) {
        List<SarifLog.RuleText> rules = new ArrayList<>();
        for (Rule rule : Rules.ALL) {
            rules.add(SarifLog.RuleText.of(rule));
        }
        for (ProbeResult.Check check : ProbeResult.Check.values()) {
            rules.add(new SarifLog.RuleText(
                    check.rule(),
                    check.failure(),
                    "Tried with real statements that were rolled back: this does not hold: " + check.sentence() + ".",
                    "The findings about the table name the policy that lets it through.",
                    "What could not be tried is said for each table.",
                    "error"));
        }
        List<SarifLog.Result> results = new ArrayList<>();
        for (Finding finding : report.findings()) {
            results.add(result(finding, report.database(), locations));
        }
        // one category for each role: the results of one must not close those of another
        return SarifLog.write(WardenCli.version(), "tenant-warden/" + report.role() + "/", rules, results);
    }

    private static SarifLog.Result result(Finding finding, String database, SarifLocations locations) {
        String object = stable(finding.object(), database);
        SarifLocations.Place place = locations.of(object);
        String description = locations.isFile()
                ? "The file that describes the schema."
                : "An object of the database, " + finding.object()
                        + ". It is no file of the repository (doctor --sarif-file names the one that describes the"
                        + " schema).";
        return new SarifLog.Result(
                finding.rule(),
                SarifLog.level(finding.level().name()),
                finding.message() + "." + (finding.fix().isEmpty() ? "" : "\nWhat to do:\n" + finding.fix()),
                new SarifLog.Place(place.uri(), place.line(), place.endColumn(), description),
                finding.object(),
                database + "/" + finding.object(),
                "resource",
                finding.rule() + "\n" + object,
                Map.of("ruleAndObject/v1", finding.rule() + ":" + object),
                null,
                0);
    }

    /** Without the name of the database, which a build may make anew each time: an alert is to stay the same. */
    private static String stable(String object, String database) {
        return object.equals(database)
                ? "database"
                : object.replace(" in " + database, " in database").replace("database " + database, "database");
    }
}
