package io.tenantwarden.engine.report;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Takes lines out of the queue to where they are read: the application's log, or standard error. Used by the writing thread, and by the
 * shutdown hook when that thread hangs.
 */
final class LogRouter {

    /** A backend that stops while lines are on their way swallows them: those of this long before are told again. */
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MAX_RECENT = 100;
    private static final long STOPPING_MILLIS = 200;

    /** A line that went to the application's log, and when. */
    private record Written(LogLine line, long at) {}

    private final ArrayDeque<Written> recent = new ArrayDeque<>();
    private final LogMode mode;
    private final LogQueue queue;
    private final LoggerFactories factories;
    private final Supplier<PrintStream> stderr;
    private final long patienceNanos;
    private final ReentrantLock writing = new ReentrantLock();
    private boolean waiting;
    private long waitingSince;
    private boolean patienceOver;

    /**
     * @param patienceNanos how long lines wait for the application's log before they go to standard error
     */
    LogRouter(
            LogMode mode, LogQueue queue, LoggerFactories factories, Supplier<PrintStream> stderr, long patienceNanos) {
        this.mode = mode;
        this.queue = queue;
        this.factories = factories;
        this.stderr = stderr;
        this.patienceNanos = patienceNanos;
    }

    /**
     * Writes what can be written now.
     *
     * @param exiting whether nothing can be waited for any more
     * @return whether lines are left waiting
     */
    boolean drain(boolean exiting) {
        writing.lock();
        try {
            return drainLocked(exiting);
        } finally {
            writing.unlock();
        }
    }

    /** As {@link #drain} at exit, but when another thread hangs inside an appender, the lines go to standard error past it. */
    void drainLast(long timeoutMillis) throws InterruptedException {
        if (!writing.tryLock(timeoutMillis, TimeUnit.MILLISECONDS)) {
            writeAll(null, true);
            return;
        }
        try {
            drainLocked(true);
            tellAgainWhenStopped();
        } finally {
            writing.unlock();
        }
    }

    /**
     * The application's log stops in a shutdown hook of its own, at the same time as this runs, and takes its appenders away
     * before it says that it has stopped.
     */
    private void tellAgainWhenStopped() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOPPING_MILLIS);
        while (!recent.isEmpty() && System.nanoTime() < deadline) {
            if (usable() == null) {
                PrintStream stream = stderr.get();
                recent.removeIf(written -> System.nanoTime() - written.at > RECENT_NANOS);
                recent.forEach(written -> stream.println(written.line.text()));
                recent.clear();
                return;
            }
            Thread.sleep(10);
        }
    }

    private boolean drainLocked(boolean exiting) {
        if (queue.isEmpty()) {
            return false;
        }
        if (mode == LogMode.STDERR || mode == LogMode.NONE) {
            writeAll(null, exiting);
            return false;
        }
        Slf4j slf4j = usable();
        if (slf4j != null && slf4j.isListening()) {
            waiting = false;
            writeAll(slf4j, exiting);
            return false;
        }
        long now = System.nanoTime();
        if (!waiting) {
            waiting = true;
            waitingSince = now;
        }
        patienceOver |= now - waitingSince >= patienceNanos;
        if (slf4j != null && patienceOver) {
            // The application has turned these loggers off; that is its decision.
            writeAll(slf4j, exiting);
            return false;
        }
        if (exiting || (patienceOver && mode == LogMode.AUTO)) {
            writeAll(null, exiting);
            return false;
        }
        return true;
    }

    private Slf4j usable() {
        for (Class<?> candidate : factories.candidates()) {
            Slf4j slf4j = Slf4j.of(candidate);
            if (slf4j.isUsable()) {
                return slf4j;
            }
        }
        return null;
    }

    /** To this log, or to standard error when it is null. */
    private void writeAll(Slf4j slf4j, boolean exiting) {
        for (LogLine line = queue.poll(); line != null; line = queue.poll()) {
            write(slf4j, line, exiting);
        }
        LogLine dropped = queue.pollDropped();
        if (dropped != null) {
            write(slf4j, dropped, exiting);
        }
    }

    private void write(Slf4j slf4j, LogLine line, boolean exiting) {
        if (mode == LogMode.NONE) {
            return;
        }
        if (slf4j != null && slf4j.write(line) && (!exiting || slf4j.isUsable())) {
            if (recent.size() == MAX_RECENT) {
                recent.removeFirst();
            }
            recent.addLast(new Written(line, System.nanoTime()));
            return;
        }
        // At exit the backend may have stopped while the line was on its way: told twice is better than never.
        PrintStream stream = stderr.get();
        stream.println(line.text());
    }
}
