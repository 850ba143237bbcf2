package io.tenantwarden.cli;

import io.tenantwarden.engine.report.document.Comparison;
import io.tenantwarden.engine.report.document.KindText;
import io.tenantwarden.engine.report.document.Report;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The file of known violations, as it is written into a repository: a report with nothing in it that changes from run to run, so that its history
 * shows what was fixed.
 */
final class BaselineFile {

    private BaselineFile() {}

    /** The first: everything that may be excused. */
    static Report first(Report report, Instant now) {
        return of(
                report.agent(),
                report.violations().stream()
                        .filter(v -> KindText.isExcusable(v.kind()))
                        .toList(),
                now);
    }

    /**
     * The next: without what is gone.
     *
     * @param withNew whether new ones are taken in
     * @return the same object when there is nothing to change
     */
    static Report next(Report baseline, Report report, Comparison comparison, boolean withNew, Instant now) {
        List<ViolationEntry> added = withNew
                ? comparison.fresh().stream()
                        .filter(v -> KindText.isExcusable(v.kind()))
                        .toList()
                : List.of();
        if (comparison.stale().isEmpty() && added.isEmpty()) {
            return baseline;
        }
        List<ViolationEntry> entries = new ArrayList<>(added);
        for (ViolationEntry violation : baseline.violations()) {
            if (KindText.isExcusable(violation.kind()) && !comparison.stale().contains(violation)) {
                entries.add(violation);
            }
        }
        return of(report.agent(), entries, now);
    }

    private static Report of(String agent, List<ViolationEntry> violations, Instant now) {
        List<ViolationEntry> entries = violations.stream()
                .sorted(Comparator.comparing((ViolationEntry v) -> v.site().className())
                        .thenComparing(v -> v.site().method())
                        .thenComparing(ViolationEntry::id))
                .map(BaselineFile::lasting)
                .toList();
        return new Report(
                now.truncatedTo(ChronoUnit.SECONDS),
                "baseline",
                agent,
                new Report.Health("baseline", List.of(), 0),
                entries,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                1);
    }

    private static ViolationEntry lasting(ViolationEntry v) {
        return new ViolationEntry(
                v.id(),
                v.kind(),
                v.site(),
                List.of(),
                null,
                v.sql(),
                v.fingerprint(),
                v.tables(),
                v.operation(),
                v.role(),
                null,
                List.of(),
                1,
                0,
                null,
                null,
                null,
                v.via());
    }
}
