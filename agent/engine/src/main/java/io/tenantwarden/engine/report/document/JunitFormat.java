package io.tenantwarden.engine.report.document;

import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JUnit's XML, as Surefire and Gradle write it and CI servers read it: one test case for each site. A site fails with a new violation, is skipped
 * when the baseline knows all of its, and passes when all that ran there had a tenant or a bypass.
 */
final class JunitFormat implements ReportFormat {

    private static final String SUITE = "Tenant Warden";

    @Override
    public String name() {
        return "junit";
    }

    @Override
    public List<String> endings() {
        return List.of(".xml");
    }

    /** One test case: a site and what is wrong there. */
    private record Case(Frame site, List<ViolationEntry> violations) {}

    @Override
    public String render(Report report, RenderOptions options) {
        Comparison comparison = options.compare(report);
        StringBuilder cases = new StringBuilder();
        int failures = 0;
        int skipped = 0;
        int tests = 0;
        Map<String, Integer> names = new HashMap<>();
        for (Case each : cases(report)) {
            tests++;
            List<ViolationEntry> fresh = each.violations().stream()
                    .filter(violation -> !comparison.isKnown(violation))
                    .toList();
            String name = each.site().method();
            // lines change with every edit, and CI servers tell tests by their names
            int number = names.merge(each.site().className() + "#" + name, 1, Integer::sum);
            open(cases, each.site().className(), number == 1 ? name : name + " (" + number + ")", options, each.site());
            if (!fresh.isEmpty()) {
                failures++;
                failure(cases, fresh);
            } else if (!each.violations().isEmpty()) {
                skipped++;
                cases.append("<skipped message=\"the baseline has it: ")
                        .append(escape(ids(each.violations())))
                        .append("\"/>");
            }
            cases.append("</testcase>\n");
        }
        String counts = " tests=\"" + tests + "\" failures=\"" + failures + "\" errors=\"0\" skipped=\"" + skipped
                + "\" time=\"0\"";
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" + SUITE + "\"" + counts
                + ">\n<testsuite name=\"" + SUITE + "\"" + counts
                + (report.started() == null ? "" : " timestamp=\"" + timestamp(report) + "\"") + ">\n" + cases
                + findings(report.findings())
                + "</testsuite>\n</testsuites>\n";
    }

    /** For people to read: a finding is no site, and whether it fails a build is for doctor to say. */
    private static String findings(List<FindingEntry> findings) {
        StringBuilder text = new StringBuilder();
        for (FindingEntry finding : findings) {
            text.append(finding.rule())
                    .append(' ')
                    .append(finding.level())
                    .append(' ')
                    .append(finding.object());
            text.append(": ").append(finding.message()).append('\n');
        }
        return findings.isEmpty() ? "" : "  <system-out>" + escape(text.toString()) + "</system-out>\n";
    }

    /** ISO 8601 without fraction and zone, as the schema that Ant's users share has it. */
    private static String timestamp(Report report) {
        return report.started().toString().substring(0, 19);
    }

    private static List<Case> cases(Report report) {
        Map<Frame, Case> bySite = new LinkedHashMap<>();
        for (SiteEntry site : report.sites()) {
            bySite.computeIfAbsent(site.site(), key -> new Case(key, new ArrayList<>()));
        }
        for (ViolationEntry violation : report.violations()) {
            bySite.computeIfAbsent(violation.site(), key -> new Case(key, new ArrayList<>()))
                    .violations()
                    .add(violation);
        }
        return bySite.values().stream()
                .sorted(Comparator.comparing((Case each) -> each.site().className())
                        .thenComparing(each -> each.site().method())
                        .thenComparing(each -> each.site().line()))
                .toList();
    }

    private static void open(StringBuilder xml, String className, String name, RenderOptions options, Frame site) {
        xml.append("  <testcase classname=\"")
                .append(escape(className))
                .append("\" name=\"")
                .append(escape(name))
                .append("\" file=\"")
                .append(escape(options.sources().find(site).path()))
                .append("\" line=\"")
                .append(Math.max(1, site.line()))
                .append("\" time=\"0\">");
    }

    private static void failure(StringBuilder xml, List<ViolationEntry> fresh) {
        ViolationEntry first = fresh.get(0);
        xml.append("<failure type=\"")
                .append(escape(first.kind()))
                .append("\" message=\"")
                .append(escape(first.headline()))
                .append("\">");
        for (ViolationEntry violation : fresh) {
            StringBuilder text = new StringBuilder();
            text.append(violation.kind()).append(' ').append(violation.id()).append(": ");
            text.append(violation.headline())
                    .append(", ")
                    .append(PunchList.count(violation.count(), "time"))
                    .append('\n');
            if (violation.sql() != null) {
                text.append(violation.sql()).append('\n');
            }
            List<String> stack =
                    violation.stack().isEmpty() ? List.of(violation.site().toString()) : violation.stack();
            stack.forEach(frame -> text.append("\tat ").append(frame).append('\n'));
            text.append(violation.step()).append("\n\n");
            xml.append(escape(text.toString()));
        }
        xml.append("</failure>");
    }

    private static String ids(List<ViolationEntry> violations) {
        return String.join(", ", violations.stream().map(ViolationEntry::id).toList());
    }

    private static String escape(String text) {
        return Markup.escape(text);
    }
}
