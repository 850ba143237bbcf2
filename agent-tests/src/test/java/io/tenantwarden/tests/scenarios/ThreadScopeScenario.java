package io.tenantwarden.tests.scenarios;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a scope on another thread must not do: stay, be inherited, be another's, be a bypass, show itself. Mode inject. */
class ThreadScopeScenario {

    @AfterEach
    void clear() {
        TenantContext.clear();
        InheritedContext.clear();
    }

    private static <T> T as(String tenant, Callable<T> work) throws Exception {
        return TenantContext.as(tenant, work);
    }

    @Test
    void aValueLeftBehindOnAPooledThreadIsNobodys() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        pool.submit(() -> TenantContext.set("a")).get();
        assertEquals("", pool.submit(Rows::tenants).get());
        assertEquals("b", as("b", () -> pool.submit(Rows::tenants)).get());
        assertEquals("", pool.submit(Rows::tenants).get());
        pool.shutdown();
    }

    /** To leave a value and to set the same one again are two things. */
    @Test
    void aTaskThatSetsTheTenantWhichAnEarlierOneLeftHasIt() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        Callable<String> setsItself = () -> {
            TenantContext.set("b");
            return Rows.tenants();
        };
        for (String submitter : new String[] {"a", null}) {
            assertEquals("b", as(submitter, () -> pool.submit(setsItself)).get());
            assertEquals("b", as(submitter, () -> pool.submit(setsItself)).get());
            String own = submitter == null ? "" : submitter;
            assertEquals(own, as(submitter, () -> pool.submit(Rows::tenants)).get());
        }
        pool.shutdown();
    }

    /** A helper that runs something as another tenant puts back what an earlier task left: that enters nothing. */
    @Test
    void puttingBackWhatAnEarlierTaskLeftEntersNothing() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        pool.submit(() -> TenantContext.set("b")).get();
        Callable<String> helper = () -> as("a", Rows::tenants) + "," + Rows.tenants();
        assertEquals("a,", pool.submit(helper).get());
        Callable<String> asOther = () -> as("b", Rows::tenants) + "," + Rows.tenants();
        assertEquals("b,a", as("a", () -> pool.submit(asOther)).get());
        pool.shutdown();
    }

    @Test
    void aTenantSetInsideTheTaskWinsAndEndsWithIt() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        Callable<String> other = () -> as("b", Rows::tenants) + Rows.seen();
        assertEquals("ba", as("a", () -> pool.submit(other)).get());
        assertEquals("", pool.submit(Rows::tenants).get());
        pool.shutdown();
    }

    @Test
    void aTaskThatFailsLeavesNothingBehind() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        Callable<String> failing = () -> {
            throw new IllegalStateException(Rows.seen());
        };
        ExecutionException thrown = assertThrows(
                ExecutionException.class,
                () -> as("a", () -> pool.submit(failing)).get());
        assertEquals("a", thrown.getCause().getMessage());
        assertEquals("", pool.submit(Rows::tenants).get());
        pool.shutdown();
    }

    @Test
    void aPeriodicTaskKeepsNoTenant() throws Exception {
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch ran = new CountDownLatch(6);
        Runnable look = () -> {
            seen.add(Rows.seen());
            ran.countDown();
        };
        as("a", () -> {
            scheduler.scheduleAtFixedRate(look, 0, 5, TimeUnit.MILLISECONDS);
            return scheduler.scheduleWithFixedDelay(look, 0, 5, TimeUnit.MILLISECONDS);
        });
        assertTrue(ran.await(30, TimeUnit.SECONDS));
        scheduler.shutdownNow();
        assertEquals(List.of(""), seen.stream().distinct().toList());
    }

    @Test
    void aNewThreadBeginsAsNobodyThoughItInherits() throws Exception {
        AtomicReference<String> inherited = new AtomicReference<>();
        AtomicReference<String> ownRun = new AtomicReference<>();
        AtomicReference<String> setItself = new AtomicReference<>();
        InheritedContext.set("a");
        Thread plain = new Thread(() -> {
            inherited.set(Rows.seen());
            InheritedContext.set("b");
            setItself.set(Rows.seen());
        });
        Thread subclass = new Thread() {
            @Override
            public void run() {
                ownRun.set(Rows.seen());
            }
        };
        plain.start();
        subclass.start();
        plain.join();
        subclass.join();
        assertEquals("", inherited.get());
        assertEquals("", ownRun.get());
        assertEquals("b", setItself.get());
    }

    @Test
    void aNewThreadThatIsToldItsTenantHasIt() throws Exception {
        CompletableFuture<String> seen = new CompletableFuture<>();
        as("a", () -> {
            new Thread(() -> {
                        TenantContext.set("a");
                        seen.complete(Rows.seen());
                    })
                    .start();
            return null;
        });
        assertEquals("a", seen.get(30, TimeUnit.SECONDS));
    }

    @Test
    void aPooledThreadMadeInARequestIsNobodysAfterwards() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        InheritedContext.set("a");
        assertEquals("a", pool.submit(Rows::tenants).get());
        InheritedContext.clear();
        assertEquals("", pool.submit(Rows::tenants).get());
        pool.shutdown();
    }

    @Test
    void oneRunnableHandedOverByTwoTenantsRunsAsEach() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Runnable shared = () -> seen.add(Rows.seen());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        CountDownLatch gate = hold(pool);
        for (String tenant : new String[] {"a", "b", null, "a"}) {
            as(tenant, () -> {
                pool.execute(shared);
                return null;
            });
        }
        gate.countDown();
        pool.shutdown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals(List.of("a", "b", "", "a"), List.copyOf(seen));
    }

    @Test
    void whereNobodyCanTellWhichOfTwoTenantsItIsNobody() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Runnable shared = () -> seen.add(Rows.seen());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(4, Comparator.comparingInt(System::identityHashCode)));
        CountDownLatch gate = hold(pool);
        for (String tenant : new String[] {"a", "b"}) {
            as(tenant, () -> {
                pool.execute(shared);
                return null;
            });
        }
        gate.countDown();
        pool.shutdown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals(List.of("", ""), List.copyOf(seen));
    }

    /** What was removed before it ran leaves no tenant to whoever hands the same Runnable over again. */
    @Test
    void aTaskThatNeverRanLeavesItsTenantToNobody() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        Runnable shared = () -> seen.add(Rows.seen());
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(4, Comparator.comparingInt(System::identityHashCode)));
        CountDownLatch gate = hold(pool);
        as("a", () -> {
            pool.execute(shared);
            return null;
        });
        assertTrue(pool.remove(shared));
        pool.execute(shared);
        gate.countDown();
        pool.shutdown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertEquals(List.of(""), List.copyOf(seen));
    }

    @Test
    void aSourceThatThrowsOnceDoesNotBringBackWhatTheThreadKept() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        for (String tenant : new String[] {"a", null}) {
            pool.submit(() -> TenantContext.set("b")).get();
            CountDownLatch gate = hold(pool);
            Future<String> seen = as(tenant, () -> pool.submit(Rows::tenants));
            TenantContext.throwOnce();
            gate.countDown();
            assertEquals(tenant == null ? "" : tenant, seen.get());
        }
        pool.shutdown();
    }

    /** Keeps the pool's only thread busy until the gate opens. */
    private static CountDownLatch hold(ExecutorService pool) throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch holds = new CountDownLatch(1);
        pool.execute(() -> {
            holds.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        holds.await();
        return gate;
    }

    @Test
    void theApplicationMeetsItsOwnTasks() throws Exception {
        List<Runnable> hooks = new ArrayList<>();
        List<Runnable> rejected = new ArrayList<>();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(2), (task, executor) -> {
                    rejected.add(task);
                }) {
                    @Override
                    protected synchronized void beforeExecute(Thread thread, Runnable task) {
                        hooks.add(task);
                    }

                    @Override
                    protected synchronized void afterExecute(Runnable task, Throwable thrown) {
                        hooks.add(task);
                    }
                };
        TenantContext.set("a");
        Runnable first = () -> {};
        CountDownLatch ran = new CountDownLatch(1);
        Runnable named = ran::countDown;
        pool.execute(named);
        ran.await();
        CountDownLatch gate = hold(pool);
        Runnable second = () -> {};
        pool.execute(first);
        pool.execute(second);
        Runnable third = () -> {};
        pool.execute(third);
        assertEquals(1, rejected.size());
        assertSame(third, rejected.get(0));
        assertTrue(pool.remove(first));
        assertEquals(false, pool.remove(first));
        List<Runnable> never = pool.shutdownNow();
        assertEquals(1, never.size());
        assertSame(second, never.get(0));
        gate.countDown();
        assertTrue(pool.awaitTermination(30, TimeUnit.SECONDS));
        assertSame(named, hooks.get(0));
        assertSame(named, hooks.get(1));
    }

    @Test
    void whoeverHelpsRunsTheTaskAsItsOwner() throws Exception {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy());
        CountDownLatch gate = hold(pool);
        assertEquals("b", as("b", () -> pool.submit(Rows::tenants).get()));
        gate.countDown();
        pool.shutdown();
    }

    @Test
    void aStageOfATenantCompletedByAnotherIsItsOwners() throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> ofA = as("a", () -> first.thenApply(x -> Rows.seen()));
        CompletableFuture<String> ofB = as("b", () -> first.thenApplyAsync(x -> Rows.seen()));
        as("b", () -> first.complete(""));
        assertEquals("a", ofA.get());
        assertEquals("b", ofB.get());
    }

    @Test
    void aBypassStaysOnItsThread() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(1);
        assertEquals("", inBypassOf(() -> pool.submit(Rows::tenants)).get());
        assertEquals(
                "", inBypassOf(() -> CompletableFuture.supplyAsync(Rows::seen)).get());
        pool.shutdown();
    }

    @Test
    void aStageThatTheBypassRunsAtOnceIsInTheBypass() throws Exception {
        assertEquals(
                "BYPASS(all)",
                inBypassOf(() -> CompletableFuture.completedFuture("")
                        .thenApply(x -> innermost())
                        .join()));
        assertEquals("nobody", innermost());
    }

    /** What the agent has pushed on this thread. The rows cannot tell: the role does not bypass the policies. */
    private static String innermost() {
        try {
            Class<?> type = Class.forName("io.tenantwarden.bootstrap.ThreadState", true, null);
            Object top = type.getMethod("top").invoke(type.getMethod("current").invoke(null));
            return top == null
                    ? "nobody"
                    : top.getClass().getMethod("scope").invoke(top).toString();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tenThousandTasksOfTwentyTenantsInOneSmallPool() throws Exception {
        Many many = new Many();
        many.run();
        assertEquals(List.of(), List.copyOf(many.wrong));
        assertEquals(10_000, many.done());
    }

    /** Tasks, tasks of tasks, tasks that fail, tasks of a bypass and of nobody. */
    private static final class Many {
        private static final int TENANTS = 20;
        private static final HikariDataSource POOL = Db.hikari(6);
        private final ExecutorService outer = Executors.newFixedThreadPool(3);
        private final ExecutorService inner = Executors.newFixedThreadPool(3);
        private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
        private final AtomicInteger done = new AtomicInteger();

        int done() {
            return done.get();
        }

        static String seen() throws SQLException {
            try (Connection c = POOL.getConnection()) {
                return String.join(
                        ",", new TreeSet<>(Db.column(c, "select tenant_id from customers where note = 'many'")));
            }
        }

        void run() throws Exception {
            for (int t = 0; t < TENANTS; t++) {
                as("t" + t, () -> {
                    try (Connection c = POOL.getConnection();
                            Statement s = c.createStatement()) {
                        return s.executeUpdate("insert into customers (tenant_id, note) select"
                                + " current_setting('app.tenant_id'), 'many'");
                    }
                });
            }
            Random random = new Random(7);
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                int who = random.nextInt(TENANTS + 2);
                String tenant = who < TENANTS ? "t" + who : null;
                int kind = random.nextInt(5);
                futures.add(
                        who == TENANTS + 1
                                ? ofBypass(outer)
                                : as(tenant, () -> outer.submit(() -> task(tenant == null ? "" : tenant, kind))));
            }
            for (Future<?> future : futures) {
                try {
                    future.get(60, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof IllegalStateException)) {
                        wrong.add(String.valueOf(e.getCause()));
                    }
                }
                done.incrementAndGet();
            }
            outer.shutdown();
            inner.shutdown();
        }

        private Future<?> ofBypass(ExecutorService pool) {
            return inBypassOf(() -> pool.submit(() -> task("", 4)));
        }

        private Object task(String expected, int kind) throws Exception {
            check(expected, seen());
            if (kind == 0) {
                throw new IllegalStateException("on purpose");
            }
            if (kind == 1) {
                check(expected, inner.submit(() -> seen()).get());
                check(expected, seen());
            }
            if (kind == 2) {
                Future<String> nested = inBypassOf(() -> inner.submit(() -> seen()));
                check("", nested.get());
                check(expected, seen());
            }
            if (kind == 3) {
                String other = "t19".equals(TenantContext.current()) ? "t18" : "t19";
                TenantContext.set(other); // and forgets it there
                check(other, seen());
            }
            return null;
        }

        private void check(String expected, String seen) {
            if (!expected.equals(seen)) {
                wrong.add("expected " + expected + ", saw " + seen);
            }
        }
    }

    /** Named by warden.bypass.all.at. */
    static <T> T inBypassOf(Supplier<T> work) {
        return work.get();
    }
}
