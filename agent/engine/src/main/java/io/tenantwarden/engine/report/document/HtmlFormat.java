package io.tenantwarden.engine.report.document;

import static io.tenantwarden.engine.report.document.PunchList.count;

import io.tenantwarden.engine.report.document.Report.BypassEntry;
import io.tenantwarden.engine.report.document.Report.DatabaseEntry;
import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One HTML file that needs nothing else. Everything can be read without scripting; with it, it can be filtered and sorted. The file's own policy lets
 * no other script run than the one it comes with, and nothing be loaded.
 */
final class HtmlFormat implements ReportFormat {

    @Override
    public String name() {
        return "html";
    }

    @Override
    public List<String> endings() {
        return List.of(".html", ".htm");
    }

    @Override
    public String render(Report report, RenderOptions options) {
        return new Page(report, options, options.compare(report)).write();
    }

    /** One page on its way. Not thread-safe. */
    private static final class Page {

        private final Report report;
        private final RenderOptions options;
        private final Comparison comparison;
        private final StringBuilder html = new StringBuilder(64 * 1024);

        Page(Report report, RenderOptions options, Comparison comparison) {
            this.report = report;
            this.options = options;
            this.comparison = comparison;
        }

        String write() {
            html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
            html.append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '")
                    .append(hash(HtmlAssets.STYLE))
                    .append("'; script-src '")
                    .append(hash(HtmlAssets.SCRIPT))
                    .append("'; base-uri 'none'; form-action 'none'\">\n");
            html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
            html.append("<meta name=\"referrer\" content=\"no-referrer\">\n");
            html.append("<title>Tenant Warden</title>\n<style>")
                    .append(HtmlAssets.STYLE)
                    .append("</style>\n");
            html.append("</head>\n<body>\n<main>\n");
            head();
            violations();
            findings();
            bypasses();
            inventory();
            databases();
            html.append("</main>\n<script>").append(HtmlAssets.SCRIPT).append("</script>\n</body>\n</html>\n");
            return html.toString();
        }

        private static String hash(String text) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                return "sha256-" + Base64.getEncoder().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private void head() {
            html.append("<h1>Tenant Warden</h1>\n");
            boolean ready = PunchList.readiness(report).sites() == 0;
            html.append("<p class=\"lead").append(ready ? " good" : "").append("\">");
            text(PunchList.readinessSentence(report));
            html.append("</p>\n<dl class=\"facts\">\n");
            fact(
                    "Violations",
                    comparison.against()
                            ? comparison.fresh().size() + " new, "
                                    + comparison.known().size() + " known, "
                                    + comparison.stale().size() + " gone"
                            : String.valueOf(report.violations().size()));
            fact("Findings", String.valueOf(report.findings().size()));
            fact(
                    "Sites",
                    PunchList.scopedSites(report) + " of " + report.sites().size() + " never without a tenant");
            fact("State", report.health().state());
            fact("Mode", report.mode());
            fact("Started", time(report.started()));
            if (report.processes() > 1) {
                fact("JVMs", String.valueOf(report.processes()));
            }
            if (report.health().agentErrors() > 0) {
                fact("Errors of the agent", String.valueOf(report.health().agentErrors()));
            }
            if (report.violationsBeyondLimit() > 0) {
                fact("Not kept apart", count(report.violationsBeyondLimit(), "event"));
            }
            fact("Agent", report.agent());
            html.append("</dl>\n");
        }

        private void fact(String name, String value) {
            html.append("<div><dt>");
            text(name);
            html.append("</dt><dd>");
            text(value);
            html.append("</dd></div>\n");
        }

        private void violations() {
            html.append("<h2 id=\"violations\">Violations</h2>\n");
            html.append("<form class=\"tools\" hidden role=\"search\">\n"
                    + "<input id=\"filter\" type=\"search\" placeholder=\"Filter: class, table, SQL, id\""
                    + " aria-label=\"Filter violations and sites\">\n"
                    + "<select id=\"kind\" aria-label=\"Kind\"><option value=\"\">All kinds</option>");
            for (String kind : new TreeSet<>(
                    report.violations().stream().map(ViolationEntry::kind).toList())) {
                html.append("<option>");
                text(kind);
                html.append("</option>");
            }
            html.append("</select>\n<select id=\"order\" aria-label=\"Order\"><option value=\"place\">By place</option>"
                    + "<option value=\"count\">Most often first</option><option value=\"last\">Last seen first</option>"
                    + "</select>\n<output id=\"shown\" class=\"quiet\"></output>\n</form>\n");
            html.append("<div id=\"flat\" hidden></div>\n<div id=\"tree\">\n");
            if (report.violations().isEmpty()) {
                html.append("<p>None.</p>\n");
            }
            Map<String, List<PunchList.ClassGroup>> packages = new TreeMap<>();
            for (PunchList.ClassGroup group : PunchList.byClass(report.violations())) {
                packages.computeIfAbsent(frame(group).packageName(), name -> new ArrayList<>())
                        .add(group);
            }
            packages.forEach((name, groups) -> {
                html.append("<details class=\"package\" open><summary>");
                text(name.isEmpty() ? "(no package)" : name);
                html.append("</summary>\n");
                groups.forEach(this::section);
                html.append("</details>\n");
            });
            html.append("</div>\n");
            if (!comparison.stale().isEmpty()) {
                html.append("<details><summary>")
                        .append(count(comparison.stale().size(), "violation"))
                        .append(" of the baseline not seen any more</summary>\n<ul>\n");
                for (ViolationEntry violation : comparison.stale()) {
                    html.append("<li><code>");
                    text(violation.id() + " " + violation.site());
                    html.append("</code> ");
                    text(violation.headline());
                    html.append("</li>\n");
                }
                html.append("</ul></details>\n");
            }
        }

        private static Frame frame(PunchList.ClassGroup group) {
            return group.violations().get(0).site();
        }

        private void section(PunchList.ClassGroup group) {
            html.append("<section><h3><code>");
            text(frame(group).simpleName());
            html.append("</code></h3>\n");
            group.violations().forEach(this::violation);
            html.append("</section>\n");
        }

        private void violation(ViolationEntry violation) {
            boolean known = comparison.isKnown(violation);
            html.append("<article class=\"").append(known ? "known" : "fresh").append("\" id=\"v-");
            text(violation.id());
            html.append("\" data-kind=\"");
            text(violation.kind());
            html.append("\" data-count=\"").append(violation.count()).append("\" data-last=\"");
            text(violation.lastSeen() == null ? "" : violation.lastSeen().toString());
            html.append("\">\n<p><strong>");
            text(violation.headline());
            html.append("</strong></p>\n<p>");
            place(violation.site());
            html.append("</p>\n<p><span class=\"tag\">");
            text(violation.kind());
            html.append("</span> ");
            if (comparison.against()) {
                html.append(known ? "<span class=\"tag\">known</span> " : "<span class=\"tag new\">new</span> ");
            }
            html.append("<span class=\"quiet\">");
            text(count(violation.count(), "time")
                    + (violation.refused() > 0 ? ", " + violation.refused() + " refused" : "")
                    + (violation.role() == null ? "" : ", role " + violation.role())
                    + (violation.database() == null ? "" : ", database " + violation.database())
                    + (violation.threads().isEmpty() ? "" : ", thread " + String.join(", ", violation.threads()))
                    + (violation.lastSeen() == null ? "" : ", last " + time(violation.lastSeen()))
                    + ", id " + violation.id());
            html.append("</span></p>\n");
            if (violation.sql() != null) {
                pre(violation.sql());
            }
            html.append("<p>");
            text(violation.step());
            html.append("</p>\n");
            if (violation.submitSite() != null) {
                html.append("<p>Handed over at ");
                place(violation.submitSite());
                html.append("</p>\n");
            }
            if (!violation.stack().isEmpty()) {
                html.append("<details><summary>Stack</summary>");
                pre(String.join("\n", violation.stack()));
                html.append("</details>\n");
            }
            html.append("</article>\n");
        }

        private void findings() {
            html.append("<h2 id=\"findings\">Findings about the database</h2>\n");
            if (report.findings().isEmpty()) {
                html.append("<p>None.</p>\n");
            }
            for (FindingEntry finding : report.findings()) {
                String level = finding.level();
                html.append("<article class=\"")
                        .append(level.equals("warn") || level.equals("info") ? level : "error")
                        .append("\">\n<p><span class=\"tag\">");
                text(finding.rule() + " " + level);
                html.append("</span> <strong><code>");
                text(finding.object());
                html.append("</code></strong></p>\n<p>");
                text(finding.message());
                html.append("</p>\n");
                if (!finding.fix().isEmpty()) {
                    pre(finding.fix());
                }
                html.append("</article>\n");
            }
        }

        private void bypasses() {
            html.append("<h2 id=\"bypasses\">Bypasses</h2>\n");
            if (report.bypasses().isEmpty()) {
                html.append("<p>None is configured.</p>\n");
                return;
            }
            table("", "Name", "Reason", "+Used", "Last used");
            for (BypassEntry bypass : report.bypasses()) {
                html.append("<tr><td><code>");
                text(bypass.name());
                html.append("</code></td><td>");
                text(bypass.reason());
                html.append("</td><td class=\"number\">").append(bypass.count()).append("</td><td>");
                text(bypass.count() == 0 ? "never: can it go?" : time(bypass.lastUsed()));
                html.append("</td></tr>\n");
            }
            endTable();
        }

        private void inventory() {
            html.append("<h2 id=\"sites\">Sites on protected tables</h2>\n");
            if (report.sites().isEmpty()) {
                html.append("<p>None ran.</p>\n");
                return;
            }
            if (report.sites().stream().anyMatch(SiteEntry::estimated)) {
                html.append("<p class=\"quiet\">~: shared out among the sites of a statement as samples fell.</p>\n");
            }
            table(
                    " id=\"inventory\"",
                    "Site",
                    "Tables",
                    "+Scoped",
                    "+Captured",
                    "+Application",
                    "+Unscoped",
                    "+Bypassed");
            for (SiteEntry site : PunchList.inventory(report)) {
                html.append("<tr><td>");
                place(site.site());
                html.append("</td><td>");
                text(String.join(", ", site.tables()));
                html.append("</td>");
                number(site.scoped(), site.estimated(), false);
                number(site.captured(), site.estimated(), false);
                number(site.application(), site.estimated(), false);
                number(site.unscoped(), site.estimated(), site.unscoped() > 0);
                number(site.bypassed(), site.estimated(), false);
                html.append("</tr>\n");
            }
            endTable();
        }

        private void number(long number, boolean estimated, boolean bad) {
            html.append("<td class=\"number\">").append(bad ? "<span class=\"unscoped\">" : "");
            html.append(number).append(estimated && number > 0 ? " ~" : "");
            html.append(bad ? "</span>" : "").append("</td>");
        }

        private void databases() {
            html.append("<h2 id=\"databases\">Databases</h2>\n");
            if (report.health().databases().isEmpty()) {
                html.append("<p>No connection was opened that Warden covers.</p>\n");
                return;
            }
            table("", "Database", "Server", "Role", "Strategy", "+Protected tables");
            for (DatabaseEntry database : report.health().databases()) {
                html.append("<tr>");
                for (String cell :
                        List.of(database.database(), database.server(), database.role(), database.strategy())) {
                    html.append("<td>");
                    text(cell);
                    html.append("</td>");
                }
                html.append("<td class=\"number\">")
                        .append(database.protectedTables())
                        .append("</td></tr>\n");
            }
            endTable();
        }

        /** Headings with a plus are of numbers. */
        private void table(String attributes, String... headings) {
            html.append("<div class=\"table\"><table").append(attributes).append("><thead><tr>");
            for (String heading : headings) {
                boolean number = heading.startsWith("+");
                html.append("<th scope=\"col\"")
                        .append(number ? " class=\"number\"" : "")
                        .append(">");
                text(number ? heading.substring(1) : heading);
                html.append("</th>");
            }
            html.append("</tr></thead><tbody>\n");
        }

        private void endTable() {
            html.append("</tbody></table></div>\n");
        }

        private void place(Frame frame) {
            String link = options.link(frame);
            html.append("<code>");
            text(frame.className() + "." + frame.method() + "(");
            if (link != null) {
                html.append("<a href=\"");
                text(link);
                html.append("\">");
            }
            text(frame.place());
            html.append(link == null ? "" : "</a>");
            html.append(")</code>");
        }

        private void pre(String content) {
            html.append("<pre>");
            text(content);
            html.append("</pre>\n");
        }

        private void text(String text) {
            html.append(Markup.escape(text));
        }

        private static String time(Instant time) {
            return time == null
                    ? ""
                    : time.truncatedTo(ChronoUnit.SECONDS)
                            .toString()
                            .replace('T', ' ')
                            .replace("Z", " UTC");
        }
    }
}
