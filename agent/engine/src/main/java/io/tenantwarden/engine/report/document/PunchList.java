package io.tenantwarden.engine.report.document;

import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import io.tenantwarden.rls.audit.Phrases;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What is to be done, by class, and how far it is: what Markdown and HTML tell alike. Immutable. */
final class PunchList {

    /**
     * The violations of one class.
     *
     * @param className the class
     * @param violations by method and line
     */
    record ClassGroup(String className, List<ViolationEntry> violations) {}

    /**
     * What would break if row-level security were forced on every protected table today.
     *
     * @param sites places in the code
     * @param tables protected tables
     * @param roles database roles
     */
    record Readiness(int sites, Set<String> tables, Set<String> roles) {}

    private static final Comparator<ViolationEntry> BY_PLACE = Comparator.comparing(
                    (ViolationEntry violation) -> violation.site().method())
            .thenComparing(violation -> violation.site().line())
            .thenComparing(ViolationEntry::id);

    private PunchList() {}

    /** The violations by class, classes by name. */
    static List<ClassGroup> byClass(Collection<ViolationEntry> violations) {
        Map<String, List<ViolationEntry>> byName = new TreeMap<>();
        for (ViolationEntry violation : violations) {
            byName.computeIfAbsent(violation.site().className(), name -> new ArrayList<>())
                    .add(violation);
        }
        List<ClassGroup> groups = new ArrayList<>();
        byName.forEach((name, list) -> {
            list.sort(BY_PLACE);
            groups.add(new ClassGroup(name, List.copyOf(list)));
        });
        return groups;
    }

    /** From everything that ran without a tenant, a baseline's entries included: they would break as well. */
    static Readiness readiness(Report report) {
        Set<String> sites = new HashSet<>();
        Set<String> tables = new TreeSet<>();
        Set<String> roles = new TreeSet<>();
        for (ViolationEntry violation : report.violations()) {
            if (KindText.isExcusable(violation.kind())) {
                sites.add(violation.site().toString());
                tables.addAll(violation.tables());
                if (violation.role() != null) {
                    roles.add(violation.role());
                }
            }
        }
        return new Readiness(sites.size(), tables, roles);
    }

    /** The sentence about it. */
    static String readinessSentence(Report report) {
        Readiness readiness = readiness(report);
        if (report.sites().isEmpty() && readiness.sites() == 0) {
            return "Nothing ran on a protected table, so nothing is known about FORCE ROW LEVEL SECURITY.";
        }
        if (readiness.sites() == 0) {
            return "FORCE ROW LEVEL SECURITY today would break nothing that ran: every statement on a protected table had a"
                    + " tenant or a bypass.";
        }
        return "FORCE ROW LEVEL SECURITY today would break " + count(readiness.sites(), "site") + ", "
                + count(readiness.tables().size(), "table") + ", "
                + count(readiness.roles().size(), "role") + ".";
    }

    /** Of the inventory: sites that never ran without a tenant. */
    static long scopedSites(Report report) {
        return report.sites().stream().filter(site -> site.unscoped() == 0).count();
    }

    /** Of the inventory: those with unscoped executions first, then by name. */
    static List<SiteEntry> inventory(Report report) {
        return report.sites().stream()
                .sorted(Comparator.comparing((SiteEntry site) -> site.unscoped() == 0)
                        .thenComparing(site -> site.site().className())
                        .thenComparing(site -> site.site().method())
                        .thenComparing(site -> site.site().line()))
                .toList();
    }

    static String count(long number, String noun) {
        return Phrases.count(number, noun);
    }
}
