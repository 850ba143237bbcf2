package io.tenantwarden.engine.report.document;

import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A report beside a baseline. Compared are ids, in which no line number is, so that an edit elsewhere in the file changes nothing. Immutable.
 *
 * @param against whether there is a baseline at all; without one everything is new
 * @param fresh violations that the baseline does not have, or may not excuse
 * @param known violations that it has
 * @param stale its entries that the report does not have any more
 * @param excused ids in the baseline that excuse anything
 */
public record Comparison(
        boolean against,
        List<ViolationEntry> fresh,
        List<ViolationEntry> known,
        List<ViolationEntry> stale,
        Set<String> excused) {

    public Comparison {
        fresh = List.copyOf(fresh);
        known = List.copyOf(known);
        stale = List.copyOf(stale);
        excused = Set.copyOf(excused);
    }

    /** @param baseline null when there is none */
    public static Comparison of(Report report, Report baseline) {
        Set<String> excused = new HashSet<>();
        if (baseline != null) {
            baseline.violations().stream()
                    .filter(v -> KindText.isExcusable(v.kind()))
                    .forEach(v -> excused.add(v.id()));
        }
        List<ViolationEntry> fresh = new ArrayList<>();
        List<ViolationEntry> known = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (ViolationEntry violation : report.violations()) {
            seen.add(violation.id());
            (isKnown(violation, excused) ? known : fresh).add(violation);
        }
        List<ViolationEntry> stale = new ArrayList<>();
        if (baseline != null) {
            for (ViolationEntry violation : baseline.violations()) {
                if (excused.contains(violation.id()) && !seen.contains(violation.id())) {
                    stale.add(violation);
                }
            }
        }
        return new Comparison(baseline != null, fresh, known, stale, excused);
    }

    /** Whether the baseline excuses this violation. */
    public boolean isKnown(ViolationEntry violation) {
        return isKnown(violation, excused);
    }

    private static boolean isKnown(ViolationEntry violation, Set<String> excused) {
        return KindText.isExcusable(violation.kind()) && excused.contains(violation.id());
    }
}
