package io.tenantwarden.cli;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * What is going on, on stderr. Thread-safe: timers tell how far a command is.
 *
 * <p>Lines are always written. Steps are for people who wait: on a terminal they share one line; elsewhere, in the log of a
 * build for instance, at most one in ten seconds is written, and fewer the longer it takes.
 */
final class Progress {

    private static final long FIRST_NANOS = 10_000_000_000L;
    private static final String BACK = "\r\u001b[K";

    private final PrintStream errors;
    private final boolean live;
    private final int width;
    private final LongSupplier clock;
    private final long started;
    private long next;
    private boolean open;

    /**
     * @param live whether the stream is a terminal
     * @param width columns of that terminal
     * @param clock nanoseconds, from any origin
     */
    Progress(PrintStream errors, boolean live, int width, LongSupplier clock) {
        this.errors = errors;
        this.live = live;
        this.width = width;
        this.clock = clock;
        this.started = clock.getAsLong();
        this.next = started + FIRST_NANOS;
    }

    /** A line that stays. */
    synchronized void line(String line) {
        clear();
        errors.println(line);
    }

    /** One of many steps, of which only the last is of interest. */
    synchronized void step(String line) {
        if (live) {
            errors.print(BACK + (line.length() < width ? line : line.substring(0, width - 1)));
            errors.flush();
            open = true;
            return;
        }
        long now = clock.getAsLong();
        if (now - next >= 0) {
            errors.println(line);
            next = now + Math.max(FIRST_NANOS, (now - started) / 10);
        }
    }

    /** The line of the steps goes, before anything else is written to the terminal. */
    synchronized void clear() {
        if (open) {
            errors.print(BACK);
            errors.flush();
            open = false;
        }
    }
}
