package io.tenantwarden.engine.report.document;

import io.tenantwarden.engine.report.document.Report.BypassEntry;
import io.tenantwarden.engine.report.document.Report.DatabaseEntry;
import io.tenantwarden.engine.report.document.Report.FindingEntry;
import io.tenantwarden.engine.report.document.Report.ModeChange;
import io.tenantwarden.engine.report.document.Report.SiteEntry;
import io.tenantwarden.engine.report.document.Report.ViolationEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Reports of several JVMs as one: what is the same stands once, counts are added. */
public final class ReportMerge {

    private static final int MAX_THREADS = 20;

    /** The worst first. */
    private static final List<String> STATES = List.of("degraded", "off", "audit", "idle", "protecting");

    private ReportMerge() {}

    /**
     * The result does not depend on the order of the reports.
     *
     * @param reports at least one
     */
    public static Report of(List<Report> reports) {
        if (reports.isEmpty()) {
            throw new IllegalArgumentException("no report to merge");
        }
        if (reports.size() == 1) {
            return reports.get(0);
        }
        Set<String> modes = new TreeSet<>();
        Set<String> agents = new TreeSet<>();
        reports.forEach(report -> modes.add(report.mode()));
        reports.forEach(report -> agents.add(report.agent()));
        return new Report(
                earliest(all(reports, report -> report.started() == null ? List.of() : List.of(report.started()))),
                String.join(",", modes),
                String.join(",", agents),
                health(reports),
                violations(all(reports, Report::violations)),
                findings(all(reports, Report::findings)),
                bypasses(all(reports, Report::bypasses)),
                sites(all(reports, Report::sites)),
                all(reports, Report::modeChanges).stream()
                        .sorted(Comparator.comparing(ModeChange::at, Comparator.nullsFirst(Comparator.naturalOrder())))
                        .toList(),
                reports.stream().mapToLong(Report::violationsBeyondLimit).sum(),
                reports.stream().mapToInt(Report::processes).sum());
    }

    private static <T> List<T> all(List<Report> reports, Function<Report, List<T>> part) {
        List<T> all = new ArrayList<>();
        reports.forEach(report -> all.addAll(part.apply(report)));
        return all;
    }

    private static Report.Health health(List<Report> reports) {
        String worst = null;
        for (Report report : reports) {
            String state = report.health().state();
            if (worst == null || STATES.indexOf(state) < STATES.indexOf(worst)) {
                worst = state;
            }
        }
        Set<DatabaseEntry> databases = new LinkedHashSet<>();
        reports.forEach(report -> databases.addAll(report.health().databases()));
        List<DatabaseEntry> sorted = new ArrayList<>(databases);
        sorted.sort(Comparator.comparing(DatabaseEntry::database)
                .thenComparing(DatabaseEntry::server)
                .thenComparing(DatabaseEntry::role)
                .thenComparing(DatabaseEntry::strategy)
                .thenComparing(DatabaseEntry::protectedTables));
        return new Report.Health(
                worst,
                sorted,
                reports.stream()
                        .mapToLong(report -> report.health().agentErrors())
                        .sum());
    }

    private static List<ViolationEntry> violations(List<ViolationEntry> all) {
        Map<String, ViolationEntry> byId = new LinkedHashMap<>();
        for (ViolationEntry violation : all) {
            byId.merge(violation.id(), violation, ReportMerge::both);
        }
        return sorted(
                byId.values(),
                violation -> violation.site().className() + "\u0000"
                        + violation.site().method() + "\u0000" + violation.id());
    }

    /** Line and stack of the one seen last: an older JVM may have run older code. */
    private static ViolationEntry both(ViolationEntry a, ViolationEntry b) {
        ViolationEntry later = later(a, b);
        ViolationEntry other = later == a ? b : a;
        Set<String> tables = new TreeSet<>(a.tables());
        tables.addAll(b.tables());
        Set<String> threads = new TreeSet<>(a.threads());
        threads.addAll(b.threads());
        return new ViolationEntry(
                later.id(),
                later.kind(),
                later.site(),
                later.stack(),
                later.submitSite() == null ? other.submitSite() : later.submitSite(),
                later.sql(),
                later.fingerprint(),
                List.copyOf(tables),
                later.operation(),
                later.role(),
                later.database(),
                threads.stream().limit(MAX_THREADS).toList(),
                a.count() + b.count(),
                a.refused() + b.refused(),
                earliest(present(a.firstSeen(), b.firstSeen())),
                latest(present(a.lastSeen(), b.lastSeen())),
                later.next() == null ? other.next() : later.next(),
                later.via());
    }

    private static ViolationEntry later(ViolationEntry a, ViolationEntry b) {
        Comparator<ViolationEntry> order = Comparator.comparing(
                        ViolationEntry::lastSeen, Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
                .thenComparing(violation -> violation.site().toString())
                .thenComparing(violation -> String.join("\n", violation.stack()));
        return order.compare(a, b) >= 0 ? a : b;
    }

    private static List<FindingEntry> findings(List<FindingEntry> all) {
        return sorted(
                new LinkedHashSet<>(all),
                finding -> finding.rule() + "\u0000" + finding.object() + "\u0000" + finding.message());
    }

    private static List<BypassEntry> bypasses(List<BypassEntry> all) {
        Map<String, BypassEntry> byName = new TreeMap<>();
        for (BypassEntry bypass : all) {
            byName.merge(
                    bypass.name() + "\u0000" + bypass.reason(),
                    bypass,
                    (a, b) -> new BypassEntry(
                            a.name(), a.reason(), a.count() + b.count(), latest(present(a.lastUsed(), b.lastUsed()))));
        }
        return List.copyOf(byName.values());
    }

    private static List<SiteEntry> sites(List<SiteEntry> all) {
        Map<Frame, SiteEntry> bySite = new LinkedHashMap<>();
        for (SiteEntry site : all) {
            bySite.merge(site.site(), site, ReportMerge::both);
        }
        return sorted(
                bySite.values(),
                entry -> entry.site().className() + "\u0000" + entry.site().method() + "\u0000"
                        + String.format("%09d", Math.max(0, entry.site().line())));
    }

    private static SiteEntry both(SiteEntry a, SiteEntry b) {
        Set<String> tables = new TreeSet<>(a.tables());
        tables.addAll(b.tables());
        return new SiteEntry(
                a.site(),
                List.copyOf(tables),
                a.scoped() + b.scoped(),
                a.captured() + b.captured(),
                a.application() + b.application(),
                a.unscoped() + b.unscoped(),
                a.bypassed() + b.bypassed(),
                a.estimated() || b.estimated());
    }

    private static <T> List<T> sorted(Collection<T> entries, Function<T, String> key) {
        return entries.stream().sorted(Comparator.comparing(key)).toList();
    }

    private static List<Instant> present(Instant a, Instant b) {
        List<Instant> present = new ArrayList<>(2);
        if (a != null) {
            present.add(a);
        }
        if (b != null) {
            present.add(b);
        }
        return present;
    }

    private static Instant earliest(List<Instant> times) {
        return times.stream().min(Comparator.naturalOrder()).orElse(null);
    }

    private static Instant latest(List<Instant> times) {
        return times.stream().max(Comparator.naturalOrder()).orElse(null);
    }
}
