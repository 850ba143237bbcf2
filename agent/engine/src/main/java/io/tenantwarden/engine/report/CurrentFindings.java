package io.tenantwarden.engine.report;

import io.tenantwarden.rls.audit.Finding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is wrong, or covered, apart from single statements: told once, and kept as it is now. Thread-safe. */
final class CurrentFindings {

    private static final int MAX_FINDINGS = 10_000;

    private final Map<List<String>, Finding> findings = new ConcurrentHashMap<>();
    private final Map<List<String>, Cover> covers = new ConcurrentHashMap<>();
    private final LongAdder changes = new LongAdder();
    private final Consumer<LogLine> log;
    private volatile Supplier<List<Finding>> selfCheck = List::of;
    private volatile boolean selfCheckAsked;
    private volatile boolean selfCheckTold;

    CurrentFindings(Consumer<LogLine> log) {
        this.log = log;
    }

    /** Of the agent itself. */
    void add(Finding finding) {
        add(List.of(finding.rule(), finding.object()), finding, LogLine.finding(finding));
    }

    /** Of the preflight. */
    void add(String database, String server, String role, Finding finding) {
        add(
                List.of(finding.rule(), finding.object(), database, server, role),
                finding,
                LogLine.finding(database, server, role, finding));
    }

    private void add(List<String> key, Finding finding, LogLine line) {
        if (findings.size() >= MAX_FINDINGS && !findings.containsKey(key)) {
            return;
        }
        Finding before = findings.put(key, finding);
        if (!finding.equals(before)) {
            changes.increment();
        }
        if (before == null) {
            log.accept(line);
        }
    }

    /** No longer true. */
    void remove(String... key) {
        if (findings.remove(List.of(key)) != null) {
            changes.increment();
        }
    }

    void cover(Cover cover) {
        Cover before = covers.put(List.of(cover.database(), cover.server(), cover.role()), cover);
        if (!cover.equals(before)) {
            changes.increment();
        }
        if (before == null) {
            log.accept(LogLine.cover(cover));
        }
    }

    void selfCheck(Supplier<List<Finding>> check) {
        selfCheck = check;
    }

    /** There is something to judge by {@link #selfCheck} from now on. */
    void selfCheckAsked() {
        selfCheckAsked = true;
    }

    /** At the end what waited for its time is told, if there was anything to judge. */
    void tellSelfCheckAtEnd() {
        if (selfCheckAsked) {
            tellSelfCheck();
        }
    }

    void tellSelfCheck() {
        if (selfCheckTold) {
            return;
        }
        selfCheckTold = true;
        changes.increment();
        selfCheck.get().forEach(finding -> log.accept(LogLine.finding(finding)));
    }

    /** Those of now, by rule and object; what two roles or databases share stands once. */
    List<Finding> all() {
        List<Finding> all = new ArrayList<>(new HashSet<>(findings.values()));
        if (selfCheckTold) {
            all.addAll(selfCheck.get());
        }
        all.sort(Comparator.comparing(Finding::rule).thenComparing(Finding::object));
        return all;
    }

    /** How many there are, those of each database and role. */
    int count() {
        return findings.size() + (selfCheckTold ? selfCheck.get().size() : 0);
    }

    /** One per server, database and role. */
    List<Cover> covers() {
        List<Cover> all = new ArrayList<>(covers.values());
        all.sort(Comparator.comparing(Cover::database)
                .thenComparing(Cover::server)
                .thenComparing(Cover::role));
        return all;
    }

    boolean isEmpty() {
        return findings.isEmpty() && covers.isEmpty();
    }

    /** A number that moves with everything that is added, changed or removed. */
    long changes() {
        return changes.sum();
    }
}
