package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** How often each bypass was used. Thread-safe. */
final class Bypasses {

    private static final int MAX_SITES = 10_000;

    private final Map<String, Use> byName = new ConcurrentHashMap<>();
    private final Map<UseAtSite, AtomicLong> bySite = new ConcurrentHashMap<>();
    private final Consumer<LogLine> log;
    private final Clock clock;

    Bypasses(Consumer<LogLine> log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /** A bypass is configured: from now on it is in the report, used or not. */
    void declare(String name, String reason) {
        byName.computeIfAbsent(name, n -> new Use(n, reason));
    }

    /** Counts a use, exactly. Takes no lock and allocates nothing. */
    void used(String name) {
        Use use = byName.get(name);
        if (use != null) {
            use.lastUsed = clock.millis();
            use.count.increment();
        }
    }

    /** Uses at a site; a line is logged at its first, tenth, hundredth ... use. */
    void at(String name, Site site, int uses) {
        Use use = byName.get(name);
        UseAtSite key = new UseAtSite(name, site);
        AtomicLong known = bySite.get(key);
        if (known == null && bySite.size() < MAX_SITES) {
            known = bySite.computeIfAbsent(key, k -> new AtomicLong());
        }
        if (use == null || known == null) {
            return;
        }
        long after = known.addAndGet(uses);
        if (digits(after) > digits(after - uses)) {
            log.accept(LogLine.bypassUsed(name, use.reason(), site, after));
        }
    }

    /** Grows at 1, 10, 100 ... */
    private static int digits(long number) {
        int digits = 0;
        for (long rest = number; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    List<Use> all() {
        List<Use> all = new ArrayList<>(byName.values());
        all.sort(Comparator.comparing(Use::name));
        return all;
    }

    /** How often bypasses were used, all together; moves after everything else that is known of a use. */
    long total() {
        long total = 0;
        for (Use use : byName.values()) {
            total += use.count();
        }
        return total;
    }

    private record UseAtSite(String name, Site site) {}

    /** One bypass. */
    static final class Use {

        private final String name;
        private final String reason;
        private final LongAdder count = new LongAdder();
        private volatile long lastUsed;

        private Use(String name, String reason) {
            this.name = name;
            this.reason = reason;
        }

        String name() {
            return name;
        }

        String reason() {
            return reason;
        }

        long count() {
            return count.sum();
        }

        /** Null when it was not used. */
        Instant lastUsed() {
            return lastUsed == 0 ? null : Instant.ofEpochMilli(lastUsed);
        }

        /** As the report has it. */
        Report.BypassEntry entry() {
            return new Report.BypassEntry(name, reason, count(), lastUsed());
        }
    }
}
