package io.tenantwarden.engine.report.document;

import static io.tenantwarden.engine.report.document.PunchList.count;

import io.tenantwarden.engine.report.document.Report.BypassEntry;
import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.util.List;

/** A punch list in GitHub's Markdown, by class, ready for a ticket or the summary of a build. */
final class MarkdownFormat implements ReportFormat {

    @Override
    public String name() {
        return "markdown";
    }

    @Override
    public List<String> endings() {
        return List.of(".md");
    }

    @Override
    public String render(Report report, RenderOptions options) {
        StringBuilder page = new StringBuilder();
        Comparison comparison = options.compare(report);
        page.append("# Tenant Warden: punch list\n\n");
        page.append(PunchList.readinessSentence(report)).append("\n\n");
        page.append(summary(report, comparison)).append("\n");
        violations(page, "To do", comparison.fresh(), options);
        findings(page, report.findings());
        bypasses(page, report.bypasses());
        if (!comparison.known().isEmpty()) {
            violations(page, "Known: in the baseline", comparison.known(), options);
        }
        if (!comparison.stale().isEmpty()) {
            page.append("\n## Gone\n\nIn the baseline and not seen any more. Take them out of it:"
                    + " `check --write-baseline` does.\n\n");
            for (ViolationEntry violation : comparison.stale()) {
                page.append("- ").append(line(violation, options)).append("\n");
            }
        }
        return page.toString();
    }

    private static String summary(Report report, Comparison comparison) {
        StringBuilder text = new StringBuilder("| | |\n|---|---|\n");
        row(
                text,
                "Violations",
                comparison.against()
                        ? comparison.fresh().size() + " new, "
                                + comparison.known().size() + " known, "
                                + comparison.stale().size() + " gone"
                        : String.valueOf(report.violations().size()));
        row(
                text,
                "Sites on protected tables",
                report.sites().size() + ", of which " + PunchList.scopedSites(report) + " never ran without a tenant");
        row(text, "Findings", String.valueOf(report.findings().size()));
        row(
                text,
                "State",
                report.health().state() + ", mode " + report.mode()
                        + (report.processes() > 1 ? ", " + report.processes() + " JVMs" : ""));
        if (report.violationsBeyondLimit() > 0) {
            row(text, "Not kept apart", count(report.violationsBeyondLimit(), "event"));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, String value) {
        text.append("| ").append(name).append(" | ").append(escape(value)).append(" |\n");
    }

    private static void violations(
            StringBuilder page, String title, List<ViolationEntry> violations, RenderOptions options) {
        page.append("\n## ").append(title).append("\n");
        if (violations.isEmpty()) {
            page.append("\nNothing.\n");
        }
        for (PunchList.ClassGroup group : PunchList.byClass(violations)) {
            page.append("\n### ").append(code(group.className())).append("\n\n");
            for (ViolationEntry violation : group.violations()) {
                page.append("- [ ] ").append(line(violation, options)).append("\n");
                if (violation.sql() != null) {
                    page.append("  - ").append(code(violation.sql())).append("\n");
                }
                if (violation.submitSite() != null) {
                    page.append("  - handed over at ")
                            .append(place(violation.submitSite(), options))
                            .append("\n");
                }
                page.append("  - ").append(escape(violation.step())).append("\n");
            }
        }
    }

    private static String line(ViolationEntry violation, RenderOptions options) {
        return code(violation.site().method()) + ", " + place(violation.site(), options) + ": "
                + escape(violation.headline()) + ", " + count(violation.count(), "time")
                + (violation.refused() > 0 ? ", " + violation.refused() + " refused" : "") + ", "
                + code(violation.kind() + " " + violation.id());
    }

    private static String place(Frame frame, RenderOptions options) {
        String link = options.link(frame);
        String place = code(frame.place());
        return link == null ? place : "[" + place + "](<" + link.replace(">", "%3E") + ">)";
    }

    private static void findings(StringBuilder page, List<FindingEntry> findings) {
        if (findings.isEmpty()) {
            return;
        }
        page.append("\n## Findings about the database\n");
        for (FindingEntry finding : findings) {
            page.append("\n- [ ] **")
                    .append(escape(finding.rule()))
                    .append("** ")
                    .append(escape(finding.level()))
                    .append(", ")
                    .append(code(finding.object()))
                    .append(": ")
                    .append(escape(finding.message()))
                    .append("\n");
            if (!finding.fix().isEmpty()) {
                fence(page, finding.fix());
            }
        }
    }

    private static void bypasses(StringBuilder page, List<BypassEntry> bypasses) {
        if (bypasses.isEmpty()) {
            return;
        }
        page.append("\n## Bypasses\n\n");
        for (BypassEntry bypass : bypasses) {
            page.append("- ")
                    .append(code(bypass.name()))
                    .append(": ")
                    .append(escape(bypass.reason()))
                    .append(". ")
                    .append(
                            bypass.count() == 0
                                    ? "Never used: can it go?"
                                    : "Used " + count(bypass.count(), "time")
                                            + (bypass.lastUsed() == null ? "" : ", last " + bypass.lastUsed()) + ".")
                    .append("\n");
        }
    }

    /** A block of code inside a list entry, whatever is in it. */
    private static void fence(StringBuilder page, String text) {
        String fence = "`".repeat(Math.max(3, longestRun(text) + 1));
        page.append("\n  ").append(fence).append("sql\n");
        text.lines().forEach(line -> page.append("  ").append(visible(line)).append("\n"));
        page.append("  ").append(fence).append("\n");
    }

    /** A span of code, whatever is in it (CommonMark 0.31, 6.1). */
    static String code(String text) {
        String line = visible(text.replaceAll("\\s+", " ").strip());
        if (line.isEmpty()) {
            return "` `";
        }
        String ticks = "`".repeat(longestRun(line) + 1);
        boolean pad = line.startsWith("`") || line.endsWith("`");
        return ticks + (pad ? " " : "") + line + (pad ? " " : "") + ticks;
    }

    private static int longestRun(String text) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = text.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Plain text, whatever is in it: nothing of it becomes a link, markup, a mention or HTML. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        String line = visible(text.replaceAll("\\s+", " "));
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '<') {
                escaped.append("&lt;");
            } else if (c == '&') {
                escaped.append("&amp;");
            } else if (c == '@') {
                escaped.append("&#64;");
            } else {
                if ("\\`*_[]|~#>!".indexOf(c) >= 0) {
                    escaped.append('\\');
                }
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** Without what turns the reading direction or cannot be seen. */
    private static String visible(String text) {
        return text.codePoints()
                .map(c -> switch (Character.getType(c)) {
                    case Character.CONTROL, Character.FORMAT, Character.SURROGATE -> '\ufffd';
                    default -> c;
                })
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
