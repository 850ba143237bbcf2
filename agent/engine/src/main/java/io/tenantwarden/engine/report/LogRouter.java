package io.tenantwarden.engine.report;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Takes lines out of the queue to where they are read: the application's log, or standard error. Used by the writing thread, and by the
 * shutdown hook when that thread hangs.
 */
final class LogRouter {

    private static final Thread NEVER_STARTED = new Thread(() -> {});

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
            writeAll(null);
            return;
        }
        try {
            drainLocked(true);
        } finally {
            writing.unlock();
        }
    }

    private boolean drainLocked(boolean exiting) {
        if (queue.isEmpty()) {
            return false;
        }
        if (mode == LogMode.STDERR || mode == LogMode.NONE) {
            writeAll(null);
            return false;
        }
        Slf4j slf4j = usable();
        if (slf4j != null && slf4j.isListening()) {
            waiting = false;
            writeAll(slf4j);
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
            writeAll(slf4j);
            return false;
        }
        if (exiting || (patienceOver && mode == LogMode.AUTO)) {
            writeAll(null);
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
    private void writeAll(Slf4j slf4j) {
        for (LogLine line = queue.poll(); line != null; line = queue.poll()) {
            write(slf4j, line);
        }
        LogLine dropped = queue.pollDropped();
        if (dropped != null) {
            write(slf4j, dropped);
        }
    }

    private void write(Slf4j slf4j, LogLine line) {
        if (mode == LogMode.NONE) {
            return;
        }
        if (slf4j != null && slf4j.write(line) && !(jvmEnds() && slf4j.isStopping())) {
            return;
        }
        PrintStream stream = stderr.get();
        stream.println(line.text());
    }

    /** The application's log is stopped in a shutdown hook, at the same time as lines are on their way to it. */
    private static boolean jvmEnds() {
        try {
            Runtime.getRuntime().removeShutdownHook(NEVER_STARTED);
            return false;
        } catch (
                IllegalStateException
                        e) { // the only way to ask: "if the virtual machine is already in the process of shutting down"
            return true;
        }
    }
}
