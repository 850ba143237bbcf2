package io.tenantwarden.engine.report;

import java.util.concurrent.TimeUnit;

/** The application's log, or standard error. */
final class LogSink implements ReportSink {

    private static final long LAST_TIMEOUT_MILLIS = 3_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LogQueue queue;
    private final LogRouter router;
    private final Runnable wake;

    /** @param wake has {@link #write} called soon */
    LogSink(LogQueue queue, LogRouter router, Runnable wake) {
        this.queue = queue;
        this.router = router;
        this.wake = wake;
    }

    @Override
    public void line(LogLine line) {
        queue.add(line);
        wake.run();
    }

    @Override
    public long write(boolean exiting) {
        return router.drain(exiting) ? PAUSE_NANOS : Long.MAX_VALUE;
    }

    @Override
    public void last() {
        try {
            router.drainLast(LAST_TIMEOUT_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
