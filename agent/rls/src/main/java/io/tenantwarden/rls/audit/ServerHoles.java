package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

final class ServerHoles implements Rule {

    /** {@code server_version_num} is major * 10000 + minor since version 10. */
    private static final int MAJOR = 10_000;

    /**
     * A hole in row-level security that a minor release closed.
     *
     * @param what it lets happen
     * @param mended major version to the first minor version without it; a major version that is not there never had it
     * @param ofHierarchies whether only partitioned tables and those with children are concerned
     */
    private record Hole(String cve, String what, Map<Integer, Integer> mended, boolean ofHierarchies) {

        boolean isIn(int version) {
            Integer first = mended.get(version / MAJOR);
            return first != null && version % MAJOR < first;
        }
    }

    /** From the release notes of those versions (PostgreSQL manual, appendix E). */
    private static final List<Hole> KNOWN = List.of(
            new Hole(
                    "CVE-2025-8713",
                    "statistics of partitioned tables show sampled values of hidden rows",
                    Map.of(17, 6, 16, 10, 15, 14, 14, 19),
                    true),
            new Hole(
                    "CVE-2024-10976",
                    "a cached plan with a subquery, WITH or view goes on with the policies of another role",
                    Map.of(17, 1, 16, 5, 15, 9, 14, 14),
                    false),
            new Hole("CVE-2023-39418", "MERGE does not check UPDATE and SELECT policies", Map.of(15, 4), false),
            new Hole(
                    "CVE-2023-2455",
                    "an inlined function goes on with the policies of another role",
                    Map.of(15, 3, 14, 8),
                    false));

    /** The last release of a major version comes about then; only the oldest that this code still reads is of interest. */
    private static final Map<Integer, LocalDate> END_OF_LIFE = Map.of(14, LocalDate.of(2026, 11, 12));

    @Override
    public About about() {
        return new About(
                "WD045",
                Finding.Level.WARN,
                "Server with known holes in row-level security",
                "A minor release closed a hole through which policies are passed by, and this server does not have it.",
                "Says which minor release to install; no SQL can do it.",
                "Knows the holes that were published before this version of Warden, by the server's version number: what a vendor"
                        + " has mended without changing it is told as well.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        int version = facts.role().serverVersion();
        List<Hole> holes = in(version, hasHierarchy(facts));
        if (holes.isEmpty()) {
            return;
        }
        int major = version / MAJOR;
        int enough =
                holes.stream().mapToInt(hole -> hole.mended().get(major)).max().getAsInt();
        findings.add(
                "PostgreSQL " + text(version),
                "PostgreSQL " + text(version) + " has known holes in row-level security: "
                        + holes.stream()
                                .map(hole -> hole.cve() + " (" + hole.what() + ")")
                                .collect(Collectors.joining(", ")),
                Fix.decide("install PostgreSQL " + major + "." + enough + " or a newer minor release" + ended(major)));
    }

    private static List<Hole> in(int version, boolean hierarchies) {
        return KNOWN.stream()
                .filter(hole -> hole.isIn(version) && (hierarchies || !hole.ofHierarchies()))
                .toList();
    }

    private static String text(int version) {
        return version / MAJOR + "." + version % MAJOR;
    }

    private static String ended(int major) {
        LocalDate end = END_OF_LIFE.get(major);
        return end == null || LocalDate.now(ZoneOffset.UTC).isBefore(end)
                ? ""
                : "; version " + major + " gets no fixes any more since " + end
                        + ", so that a newer major version is better";
    }

    private static boolean hasHierarchy(AuditFacts facts) {
        return facts.guardedTables().stream()
                .anyMatch(t -> t.kind() == CatalogTable.Kind.PARTITIONED_TABLE || t.parent() != null);
    }
}
