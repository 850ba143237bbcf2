package io.tenantwarden.engine.report;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What is to be done once, after some time. Any thread adds, one runs what is due. */
final class Deadlines {

    private record Deadline(long at, Runnable work) {}

    private final Queue<Deadline> waiting = new ConcurrentLinkedQueue<>();

    void add(Duration after, Runnable work) {
        waiting.add(new Deadline(System.nanoTime() + after.toNanos(), work));
    }

    /** Runs what is due. Returns the nanoseconds until the next is; as good as for ever when there is none. */
    long run() {
        long next = Long.MAX_VALUE;
        for (Deadline deadline : waiting) {
            long remaining = deadline.at() - System.nanoTime();
            if (remaining > 0) {
                next = Math.min(next, remaining);
            } else if (waiting.remove(deadline)) {
                deadline.work().run();
                next = 0; // it may have said something that is to be written
            }
        }
        return next;
    }
}
