package io.tenantwarden.engine.report;

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

    /** Counts a use; it is logged at the first, tenth, hundredth ... of each site. */
    void used(String name, String reason, Site site) {
        Use use = byName.get(name);
        if (use == null) {
            use = byName.computeIfAbsent(name, n -> new Use(n, reason));
        }
        use.count.increment();
        use.lastUsed = clock.instant();
        UseAtSite key = new UseAtSite(name, site);
        AtomicLong uses = bySite.get(key);
        if (uses == null && bySite.size() < MAX_SITES) {
            uses = bySite.computeIfAbsent(key, k -> new AtomicLong());
        }
        long count = uses == null ? 0 : uses.incrementAndGet();
        if (isPowerOfTen(count)) {
            log.accept(LogLine.bypassUsed(name, reason, site, count));
        }
    }

    private static boolean isPowerOfTen(long number) {
        long rest = number;
        while (rest >= 10 && rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 1;
    }

    List<Use> all() {
        List<Use> all = new ArrayList<>(byName.values());
        all.sort(Comparator.comparing(Use::name));
        return all;
    }

    /** How often bypasses were used, all together. */
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
        private volatile Instant lastUsed;

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

        /** Null in the moment before its first use is complete. */
        Instant lastUsed() {
            return lastUsed;
        }
    }
}
