package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.RenderOptions;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.ReportFormat;
import io.tenantwarden.engine.report.document.ReportFormats;
import io.tenantwarden.engine.report.document.ReportReader;
import io.tenantwarden.engine.report.document.UnreadableReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: the agent's reports in other forms. */
@Command(
        name = "report",
        description = {
            "Writes reports of the agent (warden.report, JSON) in other forms.",
            "Several reports are merged: what is the same stands once, and counts are added."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: written. 2: wrong usage. 3: a report is missing, or is none.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar report 'target/warden-*.json' --out warden.html --out warden.sarif"
        })
final class ReportCommand implements Callable<Integer> {

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description = "reports, or patterns in quotes: *, **, ?; %%p is any process id")
    private List<String> files;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "file to write; its ending names the format: .json, .md, .html, .sarif, .xml (JUnit); may be repeated")
    private List<Path> out = List.of();

    @Option(
            names = "--format",
            paramLabel = "NAME",
            description = "what to print when there is no --out: markdown (the default), json, html, sarif or junit")
    private String format;

    @Option(names = "--json", description = "the same as --format json")
    private boolean asJson;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "a report whose violations are known: they are told apart")
    private Path baseline;

    @Mixin
    private SourceOptions sources;

    private final Terminal terminal;

    ReportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (asJson) {
            if (format != null && !format.equalsIgnoreCase("json")) {
                throw CommandFailure.usage(
                        "--json and --format " + format + " contradict each other: give one of them");
            }
            format = "json";
        }
        if (format != null && !out.isEmpty()) {
            throw CommandFailure.usage(
                    "--format and --json are for printing: with --out the ending of the file names the format");
        }
        Map<Path, ReportFormat> formats = new LinkedHashMap<>();
        for (Path file : out) {
            ReportFormat named = ReportFormats.ofFile(file.toString());
            if (named == null) {
                throw CommandFailure.usage(
                        "--out " + file + ": the ending names no format; write one of " + ReportFormats.endings());
            }
            formats.put(file, named);
        }
        ReportFormat printed = printed();
        Report report = ReportFiles.read(files, baseline);
        RenderOptions options = new RenderOptions(
                sources.tree(), sources.url(terminal.environment()), baseline == null ? null : readBaseline(baseline));
        if (formats.isEmpty()) {
            terminal.data().print(printed.render(report, options));
            terminal.data().flush();
        }
        formats.forEach((file, named) -> OutputFile.write(file, named, report, options));
        return ExitCodes.NOTHING_FOUND;
    }

    private ReportFormat printed() {
        String name = format == null ? "markdown" : format.toLowerCase(java.util.Locale.ROOT);
        for (ReportFormat each : ReportFormats.ALL) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw CommandFailure.usage("--format " + format + " is none of "
                + ReportFormats.ALL.stream().map(ReportFormat::name).collect(Collectors.joining(", ")));
    }

    /** @throws CommandFailure when it is not there, or is no report: a baseline is never taken for an empty one */
    static Report readBaseline(Path file) {
        try {
            return ReportReader.read(file);
        } catch (UnreadableReport e) {
            throw CommandFailure.couldNotRun("the baseline " + file + ": " + e.getMessage());
        }
    }
}
