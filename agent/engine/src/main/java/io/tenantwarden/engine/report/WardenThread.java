package io.tenantwarden.engine.report;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * The one thread that writes logs and reports, and what sees to it, when the JVM ends, that everything is written.
 *
 * <p>Both threads are created with this object, while the agent starts, and started later: a thread inherits from its creator, and nothing of
 * the application whose statement happened to be the first may be inherited (thread locals, context loader, protection domains).
 */
final class WardenThread {

    private static final String NAME = "tenant-warden";

    private final Work work;
    private final Thread thread;
    private final Thread hook;
    private final Runnable last;
    private final JvmEnd end;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean exiting;
    private volatile boolean stopped;
    private volatile boolean hasEnd;

    /** What is to be done. */
    interface Work {

        /**
         * Does what is due.
         *
         * @param exiting whether the JVM is on its way down
         * @return nanoseconds until it wants to be called again at the latest; {@link Long#MAX_VALUE} for not before {@link #wake}
         */
        long run(boolean exiting);

        /** The JVM has begun to exit, and shutdown hooks of the application are running; throws nothing. */
        void exiting();

        /** Does what has to be done once, as late as possible before the JVM exits; throws nothing. */
        void exit();

        /** Is told that {@link #run} threw; it is called again after a pause. */
        void failed(Throwable error);
    }

    /**
     * @param guard wraps what runs on the threads of this object, so that SQL which the application's own log runs is not taken for the application's
     */
    WardenThread(Work work, UnaryOperator<Runnable> guard, JvmEnd end) {
        this.work = work;
        this.end = end;
        thread = create(guard.apply(this::loop), NAME);
        thread.setDaemon(true);
        hook = create(guard.apply(this::runHook), NAME + "-exit");
        last = guard.apply(this::runLast);
    }

    private static Thread create(Runnable body, String name) {
        Thread created = new Thread(null, body, name, 0, false);
        created.setContextClassLoader(null);
        return created;
    }

    /** Has the work done soon; starts the thread at the first call. Cheap, and never waits. */
    void wake() {
        if (!started.get() && started.compareAndSet(false, true)) {
            start();
        }
        LockSupport.unpark(thread);
    }

    boolean isStarted() {
        return started.get();
    }

    private void start() {
        try {
            hasEnd = end.runLast(last);
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is going down already: nothing can be waited for.
            exiting = true;
        }
        thread.start();
    }

    private void loop() {
        try {
            while (!stopped) {
                long pause = runOnce();
                // An interrupt left pending would turn the pause into a busy loop.
                Thread.interrupted();
                if (pause > 0 && !stopped) {
                    LockSupport.parkNanos(this, pause);
                }
            }
        } finally {
            ended.countDown();
        }
    }

    private long runOnce() {
        try {
            return work.run(exiting);
        } catch (RuntimeException | Error e) {
            work.failed(e);
            return TimeUnit.SECONDS.toNanos(1);
        }
    }

    private void runHook() {
        exiting = true;
        if (hasEnd) {
            work.exiting();
        } else {
            work.exit();
        }
        LockSupport.unpark(thread);
    }

    private void runLast() {
        if (!stopped) {
            exiting = true;
            work.exit();
        }
    }

    /** Does the work of the exit and ends the thread; for a JVM that goes on. */
    void stop() {
        boolean ran = started.getAndSet(true);
        exiting = true;
        if (ran) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The hook is running: it does the same work.
                return;
            }
        }
        work.exit();
        stopped = true;
        if (ran) {
            LockSupport.unpark(thread);
            awaitEnd();
        }
    }

    private void awaitEnd() {
        try {
            ended.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
