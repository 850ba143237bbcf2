package io.tenantwarden.engine.report;

import java.util.List;
import java.util.Set;

/**
 * The violations of an earlier report that are known and may stay. Immutable.
 *
 * @param ids ids of its {@code unscoped-query} and {@code zero-row-write} violations; the other kinds are never excused
 * @param problems why it could not be read, in words for the person who configured it; empty when it was read
 */
record Baseline(Set<String> ids, List<String> problems) {

    static final Baseline NONE = new Baseline(Set.of(), List.of());

    Baseline {
        ids = Set.copyOf(ids);
        problems = List.copyOf(problems);
    }

    /** Whether this violation is known. */
    boolean knows(ViolationKind kind, String id) {
        return kind.coveredByBaseline() && ids.contains(id);
    }
}
