package io.tenantwarden.engine.report;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** All violations of this JVM, each once. Thread-safe; recording a known one takes no lock. */
final class Violations {

    static final int MAX_DISTINCT = 10_000;

    private final Map<String, Violation> byId = new ConcurrentHashMap<>();
    private final AtomicInteger distinct = new AtomicInteger();
    private final LongAdder beyondLimit = new LongAdder();
    private final AtomicInteger limitTold = new AtomicInteger();
    private final LongAdder changes = new LongAdder();
    private final Consumer<LogLine> log;
    private final Clock clock;
    private volatile Baseline baseline = Baseline.NONE;

    Violations(Consumer<LogLine> log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    void use(Baseline read) {
        baseline = read;
    }

    /** Whether the baseline excuses this violation: counted, but neither logged nor refused. */
    boolean known(ViolationKind kind, String id) {
        return baseline.knows(kind, id);
    }

    /** Whether there is a baseline with entries at all; asked before anything is hashed. */
    boolean hasKnown() {
        return !baseline.ids().isEmpty();
    }

    /** Counts an event and logs it when its turn has come. Returns the id of its violation. */
    String record(ViolationEvent event) {
        String id = event.id();
        Instant now = clock.instant();
        Violation violation = byId.get(id);
        if (violation == null) {
            violation = add(id, event, now);
        }
        if (violation == null) {
            beyondLimit.add(event.times());
            changes.increment();
            tellLimit();
            return id;
        }
        long logged = violation.add(event, now);
        changes.increment();
        if (logged > 0 && !violation.known()) {
            log.accept(LogLine.violation(event, id, logged));
        }
        return id;
    }

    /** Null when the limit is reached. */
    private Violation add(String id, ViolationEvent event, Instant now) {
        if (distinct.incrementAndGet() > MAX_DISTINCT) {
            distinct.decrementAndGet();
            return byId.get(id);
        }
        Violation created = new Violation(id, event, known(event.kind(), id), now);
        Violation other = byId.putIfAbsent(id, created);
        if (other != null) {
            distinct.decrementAndGet();
            return other;
        }
        return created;
    }

    private void tellLimit() {
        if (limitTold.compareAndSet(0, 1)) {
            log.accept(new LogLine(
                    LogLine.VIOLATIONS,
                    Level.WARN,
                    "[warden] more than " + MAX_DISTINCT
                            + " distinct violations: the further ones are only counted, together. Fix those"
                            + " that the report names first"));
        }
    }

    /** A number that moves with every recorded event, once it is counted. */
    long changes() {
        return changes.sum();
    }

    /** How many are kept: a number that moves when something new is found. */
    int distinct() {
        return byId.size();
    }

    /** Events of violations that were no longer kept apart. */
    long beyondLimit() {
        return beyondLimit.sum();
    }

    /** All of them, in the order in which they were first seen. */
    List<Violation> all() {
        List<Violation> all = new ArrayList<>(byId.values());
        all.sort(Comparator.comparing(Violation::firstSeen).thenComparing(Violation::id));
        return all;
    }
}
