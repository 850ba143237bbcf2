package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One kind of broken rule at one site for one statement, counted. Thread-safe. */
final class Violation {

    private static final int MAX_THREADS = 20;

    /** A helper of many callers is one site, and each of them has a step of its own. */
    private static final int MAX_STEPS = 50;

    private final String id;
    private final ViolationEvent first;
    private final boolean known;
    private final Instant firstSeen;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile Instant lastSeen;
    private final Set<String> steps = ConcurrentHashMap.newKeySet(2);
    private volatile String next;
    private volatile List<String> threads = List.of();

    Violation(String id, ViolationEvent first, boolean known, Instant now) {
        this.id = id;
        this.first = first;
        this.known = known;
        this.firstSeen = now;
        this.lastSeen = now;
    }

    /**
     * Counts an event.
     *
     * @return the count to be logged with this event; 0 when there is nothing to log now
     */
    long add(ViolationEvent event, Instant now) {
        long times = event.times();
        long before = count.getAndAdd(times);
        boolean firstRefusal = event.refused() && refused.getAndAdd(times) == 0;
        lastSeen = now;
        boolean newStep = false;
        if (event.next() != null) {
            // the latest knows best which methods are helpers
            next = event.next().equals(first.next()) ? first.next() : event.next();
            newStep = !steps.contains(next) && steps.size() < MAX_STEPS && steps.add(next);
        }
        if (event.thread() != null) {
            addThread(LogText.threadName(event.thread()));
        }
        boolean milestone = before == 0 || digits(before + times) > digits(before);
        return milestone || firstRefusal || newStep ? before + times : 0;
    }

    /** Grows at 10, 100, 1000 ... */
    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void addThread(String name) {
        if (threads.size() >= MAX_THREADS || threads.contains(name)) {
            return;
        }
        synchronized (this) {
            if (threads.size() < MAX_THREADS && !threads.contains(name)) {
                List<String> more = new ArrayList<>(threads);
                more.add(name);
                threads = List.copyOf(more);
            }
        }
    }

    String id() {
        return id;
    }

    /** The event that it began with. */
    ViolationEvent first() {
        return first;
    }

    boolean known() {
        return known;
    }

    /** The next step, as it was said last; null when there is none to say. */
    String next() {
        return next;
    }

    long count() {
        return count.get();
    }

    long refused() {
        return refused.get();
    }

    Instant firstSeen() {
        return firstSeen;
    }

    Instant lastSeen() {
        return lastSeen;
    }

    List<String> threads() {
        return threads;
    }

    /** As the report has it. */
    Report.ViolationEntry entry() {
        return new Report.ViolationEntry(
                id,
                first.kind().wireName(),
                first.site().frame(),
                first.stack(),
                first.submitSite() == null ? null : first.submitSite().frame(),
                first.sql(),
                first.fingerprint(),
                first.tables(),
                first.operation(),
                first.role(),
                first.database(),
                threads,
                count(),
                refused(),
                firstSeen,
                lastSeen,
                next,
                first.via());
    }
}
