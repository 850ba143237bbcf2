package io.tenantwarden.tests.scenarios;

import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Pools of the server, which outlive the applications that use them. */
public final class SharedPools {

    private static final ExecutorService PLAIN = pool(new LinkedBlockingQueue<>());
    private static final ExecutorService BY_PRIORITY = pool(new PriorityBlockingQueue<>());
    private static final Timer TIMER = new Timer(true);

    private SharedPools() {}

    /**
     * Gives each thread something of the server's own to do. A thread remembers the code that started it (its inherited
     * access control context), and a timer the task that it ran last: neither must be an application's.
     */
    public static void useAll() throws Exception {
        PLAIN.submit(() -> {}).get();
        BY_PRIORITY.execute(new Waiting(new CountDownLatch(0)));
        ForkJoinPool.commonPool().submit(() -> {}).get();
        CompletableFuture.runAsync(() -> {}).get();
        CompletableFuture<Void> rang = new CompletableFuture<>();
        TIMER.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        rang.complete(null);
                    }
                },
                0);
        rang.get();
    }

    private static ExecutorService pool(BlockingQueue<Runnable> queue) {
        return new ThreadPoolExecutor(1, 1, 1, TimeUnit.HOURS, queue, task -> {
            Thread thread = new Thread(task, "server");
            thread.setDaemon(true);
            thread.setContextClassLoader(SharedPools.class.getClassLoader());
            return thread;
        });
    }

    public static ExecutorService plain() {
        return PLAIN;
    }

    public static ExecutorService byPriority() {
        return BY_PRIORITY;
    }

    public static Timer timer() {
        return TIMER;
    }

    /** A pool whose only thread is busy until the work has been done. */
    public static void gated(Consumer<ExecutorService> work) throws InterruptedException {
        ExecutorService gated = pool(new PriorityBlockingQueue<>());
        CountDownLatch gate = new CountDownLatch(1);
        gated.execute(new Waiting(gate));
        work.accept(gated);
        gate.countDown();
        gated.shutdown();
        gated.awaitTermination(30, TimeUnit.SECONDS);
    }

    private record Waiting(CountDownLatch gate) implements Runnable, Comparable<Waiting> {
        @Override
        public void run() {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public int compareTo(Waiting other) {
            return 0;
        }
    }
}
