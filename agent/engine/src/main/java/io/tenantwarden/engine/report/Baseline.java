package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import java.util.List;
import java.util.Set;

/**
 * The violations of an earlier report that are known and may stay. Immutable.
 *
 * @param ids ids of its {@code unscoped-query} and {@code zero-row-write} violations; the other kinds are never excused
 * @param problems why it could not be read, in words for the person who configured it; empty when it was read
 * @param report the earlier report itself; null when there is none
 */
record Baseline(Set<String> ids, List<String> problems, Report report) {

    static final Baseline NONE = new Baseline(Set.of(), List.of(), null);

    Baseline {
        ids = Set.copyOf(ids);
        problems = List.copyOf(problems);
    }

    /** Whether this violation is known. */
    boolean knows(ViolationKind kind, String id) {
        return kind.coveredByBaseline() && ids.contains(id);
    }
}
