package io.tenantwarden.engine.report;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * All violations of this JVM, each once, as many as there is room for; those beyond it are counted, by kind. Thread-safe; recording a known one takes
 * no lock.
 */
final class Violations {

    static final int MAX_DISTINCT = 10_000;

    /** Characters of what is kept, roughly: beyond the first, violations are kept without stack and with the beginning of their SQL. */
    static final long ROOM_FOR_DETAILS = 2_500_000;

    /** Beyond this, violations are only counted. */
    static final long ROOM = 5_000_000;

    private static final int MAX_SQL = 10_000;
    private static final int MAX_SHORT_SQL = 500;

    /** What a violation takes without its texts. */
    private static final int OVERHEAD = 400;

    private static final int MAX_SHARED = 5_000;

    private final Map<String, Violation> byId = new ConcurrentHashMap<>();
    private final AtomicInteger distinct = new AtomicInteger();
    private final LongAdder beyondLimit = new LongAdder();
    private final AtomicInteger limitTold = new AtomicInteger();
    private final AtomicLong taken = new AtomicLong();
    /** Texts that many have in common, each once. */
    private final Map<Object, Object> shared = new ConcurrentHashMap<>();

    private final LongAdder[] counts = adders();
    private final LongAdder refused = new LongAdder();
    private final LongAdder knownCount = new LongAdder();
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

    private static LongAdder[] adders() {
        LongAdder[] adders = new LongAdder[ViolationKind.values().length];
        Arrays.setAll(adders, i -> new LongAdder());
        return adders;
    }

    /** Counts an event and logs it when its turn has come. Returns the id of its violation. */
    String record(ViolationEvent event) {
        String id = event.id();
        Instant now = clock.instant();
        Violation violation = byId.get(id);
        if (violation == null) {
            violation = add(id, event, now);
        }
        counts[event.kind().ordinal()].add(event.times());
        if (violation == null ? known(event.kind(), id) : violation.known()) {
            knownCount.add(event.times());
        } else if (event.refused()) {
            refused.add(event.times());
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
        if (taken.get() > ROOM || distinct.incrementAndGet() > MAX_DISTINCT) {
            distinct.decrementAndGet();
            return byId.get(id);
        }
        Violation created = new Violation(id, kept(event), known(event.kind(), id), now);
        Violation other = byId.putIfAbsent(id, created);
        if (other != null) {
            distinct.decrementAndGet();
            return other;
        }
        return created;
    }

    /** What is kept of the first event, and the room that it takes. */
    private ViolationEvent kept(ViolationEvent event) {
        boolean whole = taken.get() <= ROOM_FOR_DETAILS;
        String sql = event.sql() == null ? null : LogText.cut(event.sql(), whole ? MAX_SQL : MAX_SHORT_SQL);
        List<String> stack = whole ? share(event.stack()) : List.of();
        List<String> tables = share(event.tables());
        String next = share(event.next());
        long texts = length(sql) + length(event.fingerprint()) + length(event.detail());
        texts += next == event.next() ? length(next) : 0;
        texts += stack == event.stack() ? length(stack) : 0;
        texts += tables == event.tables() ? length(tables) : 0;
        taken.addAndGet(OVERHEAD + texts);
        return event.keeping(sql, stack, tables, next);
    }

    /** The same object for equal ones, as far as there is room. */
    @SuppressWarnings("unchecked")
    private <T> T share(T text) {
        if (text == null) {
            return null;
        }
        Object before = shared.size() < MAX_SHARED ? shared.putIfAbsent(text, text) : shared.get(text);
        return before == null ? text : (T) before;
    }

    private static long length(String text) {
        return text == null ? 0 : text.length();
    }

    private static long length(List<String> texts) {
        return texts.stream().mapToLong(String::length).sum();
    }

    private void tellLimit() {
        if (limitTold.compareAndSet(0, 1)) {
            log.accept(new LogLine(
                    LogLine.VIOLATIONS,
                    Level.WARN,
                    "[warden] more distinct violations than are kept apart (" + byId.size()
                            + "): the further ones are only counted, by kind. Fix those that the report names first"));
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

    /** Events of this kind, those of the baseline and those beyond the limit included. */
    long count(ViolationKind kind) {
        return counts[kind.ordinal()].sum();
    }

    /** Events that the baseline excuses. */
    long knownCount() {
        return knownCount.sum();
    }

    /** Statements that were refused. */
    long refused() {
        return refused.sum();
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
