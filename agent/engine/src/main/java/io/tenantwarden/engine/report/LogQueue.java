package io.tenantwarden.engine.report;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Lines between the threads that have something to say and the one that writes. Thread-safe; adding never waits for room. */
final class LogQueue {

    static final int CAPACITY = 1_000;

    private final ArrayBlockingQueue<LogLine> lines = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong dropped = new AtomicLong();

    void add(LogLine line) {
        if (!lines.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    /** The oldest line; null when there is none. */
    LogLine poll() {
        return lines.poll();
    }

    boolean isEmpty() {
        return lines.isEmpty() && dropped.get() == 0;
    }

    /** A line that tells how many had to be dropped since it was last asked; null when none. */
    LogLine pollDropped() {
        long count = dropped.getAndSet(0);
        return count == 0
                ? null
                : LogLine.text(
                        Level.WARN,
                        count + " log lines were dropped: more than " + CAPACITY
                                + " were waiting for the application's log. The report (warden.report) has all violations");
    }
}
