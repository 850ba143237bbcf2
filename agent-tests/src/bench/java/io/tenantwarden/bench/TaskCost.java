package io.tenantwarden.bench;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a task costs, from where it is handed over to its end: time and bytes. Run with and without the agent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TaskCost {

    private static final int TASKS = 1_000;

    /** The application's own tenant, which the agent is told to read. */
    public static final class Tenant {
        private static final ThreadLocal<String> CURRENT = new ThreadLocal<>();

        private Tenant() {}

        public static String current() {
            return CURRENT.get();
        }
    }

    @Param({"acme", ""})
    public String tenant;

    private final Executor sameThread = Runnable::run;
    private ExecutorService pool;
    private ForkJoinPool forkJoin;
    private int done;

    @Setup(Level.Trial)
    public void start() {
        pool = Executors.newFixedThreadPool(1);
        forkJoin = new ForkJoinPool(1);
    }

    /** JMH runs each iteration as a task of a pool: a tenant left behind by the one before would be nobody's. */
    @Setup(Level.Iteration)
    public void enter() {
        Tenant.CURRENT.set(tenant.isEmpty() ? null : tenant);
    }

    @TearDown(Level.Iteration)
    public void leave() {
        Tenant.CURRENT.remove();
    }

    @TearDown(Level.Trial)
    public void stop() {
        pool.shutdown();
        forkJoin.shutdown();
    }

    /** Through the queue of a ThreadPoolExecutor. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void execute() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 1; i < TASKS; i++) {
            pool.execute(() -> done++);
        }
        pool.execute(end::countDown);
        end.await();
    }

    /** A FutureTask through the queue of a ThreadPoolExecutor. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void submit() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 1; i < TASKS; i++) {
            pool.submit(() -> done++);
        }
        pool.execute(end::countDown);
        end.await();
    }

    /** A stage on this thread: hand-over and run alone, without any queue. */
    @Benchmark
    public CompletableFuture<Void> stage() {
        return CompletableFuture.runAsync(() -> done++, sameThread);
    }

    /** A thousand tasks forked one after the other, each run at once by the thread that forked it. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void fork() {
        forkJoin.invoke(new Forks());
    }

    private final class Forks extends RecursiveAction {
        private static final long serialVersionUID = 1;

        @Override
        protected void compute() {
            for (int i = 0; i < TASKS; i++) {
                new One().fork().join();
            }
        }
    }

    private final class One extends RecursiveAction {
        private static final long serialVersionUID = 1;

        @Override
        protected void compute() {
            done++;
        }
    }
}
