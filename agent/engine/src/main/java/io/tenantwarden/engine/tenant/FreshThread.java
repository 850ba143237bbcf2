package io.tenantwarden.engine.tenant;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * What the tenant sources say on a thread that has inherited nothing and has run nothing: that is what they say to
 * everybody, and no earlier task or request can have left it behind. A static method with a fixed answer is such a source,
 * and a ThreadLocal with an initial value.
 *
 * <p>Asked only when a value would not count otherwise. The answer is remembered for a minute; another one is asked for at
 * most every two seconds. A source that throws there, or does not answer in time, has said nothing.
 *
 * <p>Safe for use by several threads.
 */
public final class FreshThread {

    private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(60);
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(2);

    /** A source that needs a lock of the thread that waits here, or a connection, would never answer. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(500);

    private final TenantReader reader;
    private final Consumer<Thread> starter;
    private final AtomicReference<Asking> asking = new AtomicReference<>();

    /**
     * @param reader all configured tenant sources, in their order
     * @param starter starts a thread as Warden's own, so that nothing is carried to it
     */
    public FreshThread(TenantReader reader, Consumer<Thread> starter) {
        this.reader = Objects.requireNonNull(reader, "reader");
        this.starter = Objects.requireNonNull(starter, "starter");
    }

    /** One question, from its beginning on. */
    private final class Asking implements Runnable {
        private final long since = System.nanoTime();
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile String answer;

        @Override
        public void run() {
            try {
                answer = reader.read();
            } catch (Throwable e) {
                answer = null; // made for requests only, for instance
            } finally {
                Thread.currentThread().setContextClassLoader(null);
                done.countDown();
            }
        }

        private boolean isDone() {
            return done.getCount() == 0;
        }

        /** The answer; null also when it does not come in time. */
        private String await() {
            boolean interrupted = false;
            try {
                for (long left = remaining(); !isDone() && left > 0; left = remaining()) {
                    try {
                        done.await(left, TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            return answer;
        }

        private long remaining() {
            return PATIENCE - (System.nanoTime() - since);
        }
    }

    /**
     * Whether the sources say this on a fresh thread.
     *
     * @param tenant what they say on this thread, not null
     */
    public boolean says(String tenant) {
        if (reader.isConstant(tenant)) {
            return true;
        }
        Asking last = asking.get();
        if (last != null) {
            if (!last.isDone()) {
                return tenant.equals(last.await());
            }
            long age = System.nanoTime() - last.since;
            boolean same = tenant.equals(last.answer);
            if (age < (same ? REMEMBERED : AGAIN)) {
                return same;
            }
        }
        Asking next = new Asking();
        if (!asking.compareAndSet(last, next)) {
            return tenant.equals(asking.get().await());
        }
        start(next);
        return tenant.equals(next.await());
    }

    private void start(Asking question) {
        try {
            Thread thread = new Thread(null, question, "tenant-warden-source", 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
            starter.accept(thread);
        } catch (RuntimeException | Error e) {
            // no thread can be made, or its group has ended: nobody answers
            question.done.countDown();
        }
    }
}
