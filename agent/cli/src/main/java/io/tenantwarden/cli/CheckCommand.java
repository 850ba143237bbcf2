package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.engine.report.document.Comparison;
import io.tenantwarden.engine.report.document.RenderOptions;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import io.tenantwarden.engine.report.document.ReportFormat;
import io.tenantwarden.engine.report.document.ReportFormats;
import io.tenantwarden.engine.report.document.SourceTree;
import io.tenantwarden.rls.audit.Phrases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: fails a build that has violations which it did not have. */
@Command(
        name = "check",
        description = {
            "Compares reports of the agent with a baseline: new violations fail, fewer never do.",
            "Violations are compared by id, which holds no line number."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: nothing new. 1: new violations. 2: wrong usage. 3: a report or the baseline is missing or is none,",
            "or nothing was checked.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar check --report 'target/warden-*.json' --baseline warden-known.json"
        })
final class CheckCommand implements Callable<Integer> {

    @Option(
            names = "--report",
            required = true,
            paramLabel = "PATTERN",
            description =
                    "reports (warden.report, JSON), or patterns in quotes: *, **, ?; %%p is any process id; may be"
                            + " repeated")
    private List<String> reports;

    @Option(
            names = "--baseline",
            required = true,
            paramLabel = "FILE",
            description = "the report whose unscoped-query and zero-row-write violations are known")
    private Path baseline;

    @Option(
            names = "--write-baseline",
            description = "take out of the baseline what is gone; make it when there is none")
    private boolean write;

    @Option(names = "--accept-new", description = "with --write-baseline: take new violations in, too")
    private boolean acceptNew;

    @Option(names = "--sarif", paramLabel = "FILE", description = "write SARIF 2.1.0 for code scanning, too")
    private Path sarif;

    @Option(names = "--junit", paramLabel = "FILE", description = "write JUnit's XML, too: one test case for each site")
    private Path junit;

    @Option(names = "--markdown", paramLabel = "FILE", description = "write a punch list in Markdown, too")
    private Path markdown;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page to read, too")
    private Path html;

    @Option(names = "--json", description = "print what is new, gone and known as JSON")
    private boolean asJson;

    @Mixin
    private SourceOptions sources;

    private final Terminal terminal;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (acceptNew && !write) {
            throw CommandFailure.usage("--accept-new is for --write-baseline: add it");
        }
        Report known = knownSoFar();
        Report report = ReportFiles.read(reports, baseline);
        if (report.health().databases().isEmpty() && report.violations().isEmpty()) {
            throw CommandFailure.couldNotRun("nothing was checked: in " + String.join(", ", reports)
                    + " no connection was opened that Warden covers (health.state="
                    + report.health().state()
                    + "). Do the tests use PostgreSQL through pgjdbc?");
        }
        warn(report);
        if (known == null) {
            known = BaselineFile.first(report, Instant.now());
            save(known);
            terminal.progress("wrote " + baseline + ": commit it");
        }
        Comparison comparison = Comparison.of(report, known);
        if (write) {
            Report next = BaselineFile.next(known, report, comparison, acceptNew, Instant.now());
            if (next != known) {
                save(next);
                terminal.progress("wrote " + baseline + ": commit it");
            }
            if (acceptNew) {
                known = next;
            }
        }
        Comparison judged = Comparison.of(report, known);
        writeFiles(report, known);
        print(report, judged, known);
        return judged.fresh().isEmpty() && report.violationsBeyondLimit() == 0
                ? ExitCodes.NOTHING_FOUND
                : ExitCodes.FINDINGS;
    }

    /** Null when there is none yet and it is to be made. */
    private Report knownSoFar() {
        if (!Files.exists(baseline)) {
            if (write) {
                return null;
            }
            throw CommandFailure.couldNotRun(
                    "the baseline " + baseline + " does not exist, so nothing is known to be old."
                            + " Make it with --write-baseline, and commit it");
        }
        return ReportCommand.readBaseline(baseline);
    }

    private void save(Report next) {
        OutputFile.write(baseline, ReportFormats.JSON, next, RenderOptions.plain());
    }

    private void warn(Report report) {
        if (report.health().state().equals("degraded")) {
            terminal.progress(
                    "warning: health.state=degraded, so not everything was seen: the log and the report say what");
        }
        if (report.health().agentErrors() > 0) {
            terminal.progress("warning: the agent counted "
                    + Phrases.count(report.health().agentErrors(), "error") + " of its own");
        }
        if (report.violationsBeyondLimit() > 0) {
            terminal.progress("there were more violations than a JVM keeps apart: "
                    + Phrases.count(report.violationsBeyondLimit(), "event")
                    + " could not be compared. Fix some of those that are named first");
        }
    }

    private void writeFiles(Report report, Report known) {
        RenderOptions options = new RenderOptions(sources.tree(), sources.url(terminal.environment()), known);
        write(sarif, "x.sarif", report, options);
        write(junit, "x.xml", report, options);
        write(markdown, "x.md", report, options);
        write(html, "x.html", report, options);
    }

    private static void write(Path file, String like, Report report, RenderOptions options) {
        if (file != null) {
            ReportFormat format = ReportFormats.ofFile(like);
            OutputFile.write(file, format, report, options);
        }
    }

    private void print(Report report, Comparison comparison, Report known) {
        if (asJson) {
            terminal.data().println(json(report, comparison));
            return;
        }
        SourceTree tree = sources.tree();
        boolean annotate = "true".equals(terminal.environment().get("GITHUB_ACTIONS"));
        for (ViolationEntry violation : comparison.fresh()) {
            String path = tree.find(violation.site()).path();
            int line = Math.max(1, violation.site().line());
            String what = violation.headline() + " in " + violation.site().className() + "."
                    + violation.site().method();
            terminal.text()
                    .println(WardenCli.oneLine(
                            path + ":" + line + ": new " + violation.kind() + " " + violation.id() + ": " + what));
            if (annotate) {
                terminal.data().println(annotation(path, line, violation, what));
            }
        }
        for (ViolationEntry violation : comparison.stale()) {
            terminal.text()
                    .println(WardenCli.oneLine(
                            "gone: " + violation.kind() + " " + violation.id() + " " + violation.site()));
        }
        if (!comparison.stale().isEmpty() && !write) {
            terminal.text().println("What is gone may be taken out of the baseline: --write-baseline does it.");
        }
        LocalDate since = known.started() == null ? null : LocalDate.ofInstant(known.started(), ZoneOffset.UTC);
        String fewer = comparison.stale().isEmpty()
                ? ""
                : " (-" + comparison.stale().size() + (since == null ? "" : " since " + since) + ")";
        terminal.text()
                .println("new=" + comparison.fresh().size() + " known="
                        + comparison.known().size() + fewer + " sites="
                        + report.sites().size() + " reports=" + report.processes());
    }

    private String json(Report report, Comparison comparison) {
        SourceTree tree = sources.tree();
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().value("tool", "Tenant Warden " + WardenCli.version()).array("databases");
        report.health()
                .databases()
                .forEach(d -> json.object()
                        .value("database", d.database())
                        .value("role", d.role())
                        .end());
        json.end();
        list(json, "new", comparison.fresh(), tree);
        list(json, "gone", comparison.stale(), tree);
        return json.value("known", comparison.known().size())
                .value("sites", report.sites().size())
                .value("reports", report.processes())
                .value("beyondLimit", report.violationsBeyondLimit())
                .end()
                .done();
    }

    private static void list(JsonStringWriter json, String name, List<ViolationEntry> entries, SourceTree tree) {
        json.array(name);
        for (ViolationEntry violation : entries) {
            json.object()
                    .value("id", violation.id())
                    .value("kind", violation.kind())
                    .value("file", tree.find(violation.site()).path())
                    .value("line", Math.max(1, violation.site().line()))
                    .value("class", violation.site().className())
                    .value("method", violation.site().method())
                    .value("message", violation.headline())
                    .end();
        }
        json.end();
    }

    /**
     * A message at a line of a pull request.
     *
     * @see <a href="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands">GitHub: workflow commands</a>
     */
    private static String annotation(String path, int line, ViolationEntry violation, String what) {
        return "::error file=" + property(path) + ",line=" + line + ",title="
                + property("Tenant Warden: " + violation.kind()) + "::"
                + message(what + (violation.sql() == null ? "" : "\n" + violation.sql()));
    }

    private static String message(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return message(text).replace(":", "%3A").replace(",", "%2C");
    }
}
