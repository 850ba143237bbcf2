package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Queue;
import java.util.Timer;
import java.util.TimerTask;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the source says to everybody, it says on new threads and in periodic tasks, too. Mode enforce. */
class ConstantSourceScenario {

    private static final ThreadLocal<String> CURRENT = ThreadLocal.withInitial(() -> "a");

    /** Named by warden.tenant, or {@code value:a} is. */
    static String current() {
        return CURRENT.get();
    }

    private static String seen() {
        try {
            return Rows.tenants();
        } catch (Exception e) {
            return e.getMessage();
        }
    }

    @Test
    void onMainAndInExecutors() throws Exception {
        assertEquals("a", seen());
        ExecutorService pool = Executors.newFixedThreadPool(1);
        assertEquals("a", pool.submit(ConstantSourceScenario::seen).get());
        pool.shutdown();
    }

    @Test
    void onNewThreads() throws Exception {
        CompletableFuture<String> plain = new CompletableFuture<>();
        CompletableFuture<String> ownRun = new CompletableFuture<>();
        new Thread(() -> plain.complete(seen())).start();
        new Thread() {
            @Override
            public void run() {
                ownRun.complete(seen());
            }
        }.start();
        assertEquals("a", plain.get(30, TimeUnit.SECONDS));
        assertEquals("a", ownRun.get(30, TimeUnit.SECONDS));
    }

    @Test
    void inPeriodicTasks() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch ran = new CountDownLatch(12);
        Runnable look = () -> {
            seen.add(seen());
            ran.countDown();
        };
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
        scheduler.scheduleAtFixedRate(look, 0, 5, TimeUnit.MILLISECONDS);
        scheduler.scheduleWithFixedDelay(look, 0, 5, TimeUnit.MILLISECONDS);
        Timer timer = new Timer(true);
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        look.run();
                    }
                },
                0,
                5);
        assertTrue(ran.await(30, TimeUnit.SECONDS));
        scheduler.shutdownNow();
        timer.cancel();
        assertEquals("[a]", new TreeSet<>(seen).toString());
    }

    /** With {@code value:} the ThreadLocal is nothing to Warden. */
    @Test
    void anotherTenantThatATaskLeftIsNobodysAsEver() throws Exception {
        boolean watched = System.getProperty("warden.tenant").startsWith("method:");
        ExecutorService pool = Executors.newFixedThreadPool(1);
        pool.submit(() -> CURRENT.set("b")).get();
        CompletableFuture<String> seen = new CompletableFuture<>();
        new Thread(() -> pool.execute(() -> seen.complete(seen()))).start();
        String answer = seen.get(30, TimeUnit.SECONDS);
        assertEquals("a", answer, "what everybody hears was handed over");
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
        scheduler.submit(() -> CURRENT.set("b")).get();
        CompletableFuture<String> periodic = new CompletableFuture<>();
        scheduler.scheduleAtFixedRate(() -> periodic.complete(seen()), 0, 1, TimeUnit.HOURS);
        answer = periodic.get(30, TimeUnit.SECONDS);
        if (watched) {
            assertTrue(answer.startsWith("[warden] refused:"), answer);
        } else {
            assertEquals("a", answer);
        }
        pool.shutdown();
        scheduler.shutdownNow();
    }
}
