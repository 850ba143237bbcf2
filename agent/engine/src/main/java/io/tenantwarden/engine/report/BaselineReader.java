package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.KindText;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.ReportReader;
import io.tenantwarden.engine.report.document.UnreadableReport;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a {@link Baseline} out of a report. Apart from it, so that a JVM without a baseline loads no JSON at start. */
final class BaselineReader {

    private BaselineReader() {}

    /** What is wrong with it becomes a problem, never an exception and never an empty baseline that nobody hears of. */
    static Baseline read(String file) {
        try {
            Report report = ReportReader.read(file);
            Set<String> ids = report.violations().stream()
                    .filter(violation -> KindText.isExcusable(violation.kind()))
                    .map(Report.ViolationEntry::id)
                    .collect(Collectors.toSet());
            return new Baseline(ids, List.of(), report);
        } catch (UnreadableReport e) {
            String problem = "warden.baseline=" + file + ": " + e.getMessage()
                    + ". Give the path of a report written by warden.report, or drop the key";
            return new Baseline(Set.of(), List.of(problem), null);
        }
    }
}
