package io.tenantwarden.tests.scenarios;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.internal.SerializingExecutor;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.FutureTask;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineDispatcher;
import kotlinx.coroutines.CoroutineStart;
import kotlinx.coroutines.DelayKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorsKt;
import kotlinx.coroutines.GlobalScope;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jboss.threads.EnhancedQueueExecutor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The constructs of the JDK that runs, and of the libraries on the class path. Threads are kept from one use to the next. */
public final class Constructs {

    /**
     * One of them.
     *
     * @param artifact the library that it is of; empty for the JDK
     * @param since the first JDK that has it
     */
    public record Known(String name, String artifact, int since, Construct construct) {}

    private static final List<Known> ALL = new ArrayList<>();
    private static String artifact = "";
    private static int since = 17;

    static {
        threadPools();
        forkJoin();
        stages();
        timers();
        virtualThreads();
        since = 17;
        spring();
        reactor();
        coroutines();
        servers();
    }

    private Constructs() {}

    /** Those that this JDK has. */
    static Map<String, Construct> all() {
        Map<String, Construct> all = new LinkedHashMap<>();
        for (Known known : ALL) {
            if (known.since() <= Runtime.version().feature()) {
                all.put(known.name(), known.construct());
            }
        }
        return all;
    }

    /** All of them, also those of a newer JDK. */
    public static List<Known> known() {
        return List.copyOf(ALL);
    }

    private static void add(String name, Construct construct) {
        ALL.add(new Known(name, artifact, since, construct));
    }

    private static Runnable into(CompletableFuture<String> result, Callable<String> work) {
        return () -> {
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        };
    }

    /** What an executor does with a plain Runnable. */
    private static Construct executor(Executor executor) {
        return work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            executor.execute(into(result, work));
            return get(result);
        };
    }

    private static String get(CompletableFuture<String> result) throws Exception {
        return result.get(30, TimeUnit.SECONDS);
    }

    private static String call(Callable<String> work) {
        try {
            return work.call();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private static ThreadFactory daemons() {
        return task -> {
            Thread thread = new Thread(task, "scenario");
            thread.setDaemon(true);
            return thread;
        };
    }

    private static void threadPools() {
        ExecutorService pool = Executors.newFixedThreadPool(1, daemons());
        add("ThreadPoolExecutor.execute", executor(pool));
        add("ThreadPoolExecutor.submit(Callable)", work -> pool.submit(work).get());
        add("ThreadPoolExecutor.submit(Runnable)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            pool.submit(into(result, work));
            return get(result);
        });
        add(
                "ThreadPoolExecutor.invokeAll",
                work -> pool.invokeAll(List.of(work)).get(0).get());
        add("ThreadPoolExecutor.invokeAny", work -> pool.invokeAny(List.of(work)));
        add("ThreadPoolExecutor.execute(FutureTask)", work -> {
            FutureTask<String> task = new FutureTask<>(work);
            pool.execute(task);
            return task.get();
        });
        add("ExecutorCompletionService", work -> {
            ExecutorCompletionService<String> service = new ExecutorCompletionService<>(pool);
            service.submit(work);
            return service.take().get();
        });
        add("FutureTask.done", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            pool.execute(new FutureTask<>(() -> "") {
                @Override
                protected void done() {
                    into(result, work).run();
                }
            });
            return get(result);
        });
        add("Executors.newCachedThreadPool", executor(Executors.newCachedThreadPool(daemons())));
        add("Executors.newSingleThreadExecutor", executor(Executors.newSingleThreadExecutor(daemons())));
        ThreadPoolExecutor byPriority = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(11, Comparator.comparingInt(task -> ((Prioritised) task).priority())),
                daemons());
        add("ThreadPoolExecutor with a PriorityBlockingQueue", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            byPriority.execute(new Prioritised(1, () -> {}));
            byPriority.execute(new Prioritised(2, into(result, work)));
            return get(result);
        });
        ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(1, daemons());
        add(
                "ScheduledThreadPoolExecutor.schedule(Callable)",
                work -> scheduled.schedule(work, 5, TimeUnit.MILLISECONDS).get());
        add("ScheduledThreadPoolExecutor.schedule(Runnable)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            scheduled.schedule(into(result, work), 5, TimeUnit.MILLISECONDS);
            return get(result);
        });
        add("ScheduledThreadPoolExecutor.execute", executor(scheduled));
    }

    private record Prioritised(int priority, Runnable work) implements Runnable {
        @Override
        public void run() {
            work.run();
        }
    }

    private static void forkJoin() {
        ForkJoinPool pool = new ForkJoinPool(2);
        add("ForkJoinPool.submit", work -> pool.submit(work).get());
        add("ForkJoinPool.execute", executor(pool));
        add(
                "ForkJoinPool.invokeAll",
                work -> pool.invokeAll(List.of(work)).get(0).get());
        add("ForkJoinTask.fork", work -> pool.invoke(new Halves(work, 8)));
        add(
                "Stream.parallel",
                work -> IntStream.range(0, 64)
                        .parallel()
                        .mapToObj(i -> call(work))
                        .distinct()
                        .collect(Collectors.joining("|")));
        add(
                "Stream.parallel in a pool",
                work -> pool.submit(() -> IntStream.range(0, 64)
                                .parallel()
                                .mapToObj(i -> call(work))
                                .distinct()
                                .collect(Collectors.joining("|")))
                        .get());
        since = 25;
        Object newer = pool;
        add(
                "ForkJoinPool.schedule",
                work -> ((ScheduledExecutorService) newer)
                        .schedule(work, 5, TimeUnit.MILLISECONDS)
                        .get());
        since = 17;
    }

    private static final class Halves extends RecursiveTask<String> {
        private final transient Callable<String> work;
        private final int size;

        Halves(Callable<String> work, int size) {
            this.work = work;
            this.size = size;
        }

        @Override
        protected String compute() {
            if (size == 1) {
                return call(work);
            }
            Halves left = new Halves(work, size / 2);
            left.fork();
            String right = new Halves(work, size / 2).compute();
            return left.join().equals(right) ? right : "different";
        }
    }

    private static void stages() {
        ExecutorService nobody = Executors.newFixedThreadPool(1, daemons());
        add("CompletableFuture.supplyAsync", work -> get(CompletableFuture.supplyAsync(() -> call(work))));
        add("CompletableFuture.runAsync", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            CompletableFuture.runAsync(into(result, work));
            return get(result);
        });
        add(
                "CompletableFuture.supplyAsync on an unknown executor",
                work -> get(CompletableFuture.supplyAsync(() -> call(work), task -> new Thread(task).start())));
        add("CompletableFuture.thenApplyAsync, completed by nobody", work -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = first.thenApplyAsync(x -> call(work));
            completeElsewhere(first);
            return get(second);
        });
        add("CompletableFuture.thenApply, completed by nobody", work -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = first.thenApply(x -> call(work));
            completeElsewhere(first);
            return get(second);
        });
        add(
                "CompletableFuture.handleAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody).handleAsync((x, e) -> call(work), nobody)));
        add(
                "CompletableFuture.thenComposeAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody)
                        .thenComposeAsync(x -> CompletableFuture.completedFuture(call(work)), nobody)));
        add(
                "CompletableFuture.thenCombineAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody)
                        .thenCombineAsync(CompletableFuture.completedFuture(1), (x, y) -> call(work), nobody)));
        add(
                "CompletableFuture.exceptionallyAsync",
                work -> get(CompletableFuture.<String>failedFuture(new IllegalStateException("on purpose"))
                        .exceptionallyAsync(e -> call(work), nobody)));
        add("CompletableFuture.whenCompleteAsync", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            CompletableFuture.runAsync(() -> {}, nobody)
                    .whenCompleteAsync((x, e) -> into(result, work).run(), nobody);
            return get(result);
        });
        add(
                "CompletableFuture.delayedExecutor",
                work -> get(CompletableFuture.supplyAsync(
                        () -> call(work), CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS))));
    }

    /** On a thread that was never in a scope. */
    private static void completeElsewhere(CompletableFuture<String> future) {
        COMPLETER.complete(future);
    }

    private static final Completer COMPLETER = new Completer();

    private static final class Completer {
        private final java.util.concurrent.SynchronousQueue<CompletableFuture<String>> queue =
                new java.util.concurrent.SynchronousQueue<>();

        Completer() {
            Thread thread = new Thread(() -> {
                while (true) {
                    try {
                        queue.take().complete("");
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        void complete(CompletableFuture<String> future) {
            try {
                queue.put(future);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void timers() {
        Timer timer = new Timer(true);
        add("Timer.schedule", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            timer.schedule(
                    new TimerTask() {
                        @Override
                        public void run() {
                            into(result, work).run();
                        }
                    },
                    5);
            return get(result);
        });
    }

    /** What a Spring application has: {@code @Async} on its executor. */
    @Configuration
    @EnableAsync
    static class SpringApplication {

        @Bean
        ThreadPoolTaskExecutor taskExecutor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(1);
            executor.setDaemon(true);
            return executor;
        }

        @Bean
        Notifications notifications() {
            return new Notifications();
        }
    }

    static class Notifications {
        @Async
        public CompletableFuture<String> send(Callable<String> work) throws Exception {
            return CompletableFuture.completedFuture(work.call());
        }
    }

    private static void spring() {
        artifact = "spring-context";
        Notifications notifications =
                new AnnotationConfigApplicationContext(SpringApplication.class).getBean(Notifications.class);
        add("Spring @Async", work -> get(notifications.send(work)));
        add("Spring SimpleAsyncTaskExecutor", executor(new SimpleAsyncTaskExecutor()));
        ThreadPoolTaskExecutor decorated = new ThreadPoolTaskExecutor();
        decorated.setTaskDecorator((TaskDecorator) task -> () -> task.run());
        decorated.setDaemon(true);
        decorated.initialize();
        add("Spring ThreadPoolTaskExecutor", work -> decorated.submit(work).get());
        ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        scheduler.setDaemon(true);
        scheduler.initialize();
        add("Spring TaskScheduler.schedule(Instant)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            scheduler.schedule(into(result, work), Instant.now());
            return get(result);
        });
    }

    private static void reactor() {
        artifact = "reactor-core";
        add(
                "Reactor subscribeOn(boundedElastic)",
                work -> Mono.fromCallable(work)
                        .subscribeOn(Schedulers.boundedElastic())
                        .block(Duration.ofSeconds(30)));
        add(
                "Reactor publishOn(boundedElastic)",
                work -> Flux.range(0, 3)
                        .publishOn(Schedulers.boundedElastic())
                        .map(i -> call(work))
                        .distinct()
                        .collect(Collectors.joining("|"))
                        .block(Duration.ofSeconds(30)));
        add(
                "Reactor delay",
                work -> Mono.delay(Duration.ofMillis(5), Schedulers.boundedElastic())
                        .map(i -> call(work))
                        .block(Duration.ofSeconds(30)));
    }

    private static void coroutines() {
        artifact = "kotlinx-coroutines-core-jvm";
        add("Kotlin Dispatchers.IO", work -> coroutine(Dispatchers.getIO(), work));
        add("Kotlin Dispatchers.Default", work -> coroutine(Dispatchers.getDefault(), work));
        CoroutineDispatcher own = ExecutorsKt.from(Executors.newFixedThreadPool(1, daemons()));
        add("Kotlin executor dispatcher", work -> coroutine(own, work));
    }

    private static String coroutine(CoroutineDispatcher dispatcher, Callable<String> work) throws Exception {
        CompletableFuture<String> result = new CompletableFuture<>();
        BuildersKt.launch(
                GlobalScope.INSTANCE,
                (CoroutineContext) dispatcher,
                CoroutineStart.DEFAULT,
                (scope, completion) -> new TwoSteps(completion, work, result).invokeSuspend(Unit.INSTANCE));
        return get(result);
    }

    /** As the compiler would write it: works, suspends in delay, works again on whatever thread goes on. */
    private static final class TwoSteps extends ContinuationImpl {
        private final transient Callable<String> work;
        private final transient CompletableFuture<String> result;
        private transient String before;
        private int step;

        @SuppressWarnings("unchecked")
        TwoSteps(Continuation<? super Unit> completion, Callable<String> work, CompletableFuture<String> result) {
            super((Continuation<Object>) (Continuation<?>) completion);
            this.work = work;
            this.result = result;
        }

        @Override
        protected Object invokeSuspend(Object ignored) {
            if (step++ == 0) {
                before = call(work);
                Object suspended = DelayKt.delay(5, (Continuation<? super Unit>) (Continuation<?>) this);
                if (suspended == IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
                    return suspended;
                }
            }
            into(result, () -> before.equals(work.call()) ? before : "different")
                    .run();
            return Unit.INSTANCE;
        }
    }

    private static void servers() {
        artifact = "netty-common";
        DefaultEventExecutorGroup netty = new DefaultEventExecutorGroup(1);
        add("Netty EventExecutor.execute", executor(netty));
        add("Netty EventExecutor.submit", work -> netty.submit(work).get());
        add(
                "Netty EventExecutor.schedule",
                work -> netty.schedule(work, 5, TimeUnit.MILLISECONDS).get());
        artifact = "tomcat-embed-core";
        var tomcat = new org.apache.tomcat.util.threads.ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new java.util.concurrent.LinkedBlockingQueue<>(), daemons());
        add("Tomcat ThreadPoolExecutor", executor(tomcat));
        artifact = "jetty-util";
        QueuedThreadPool jetty = new QueuedThreadPool(4, 1);
        jetty.setDaemon(true);
        try {
            jetty.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        add("Jetty QueuedThreadPool", executor(jetty));
        artifact = "jboss-threads";
        EnhancedQueueExecutor undertow = new EnhancedQueueExecutor.Builder()
                .setCorePoolSize(1)
                .setThreadFactory(daemons())
                .build();
        add("Undertow's executor (JBoss EnhancedQueueExecutor)", executor(undertow));
        artifact = "grpc-core";
        Executor grpc = new SerializingExecutor(Executors.newFixedThreadPool(1, daemons()));
        add("gRPC SerializingExecutor", executor(grpc));
        artifact = "guava";
        ExecutorService below = Executors.newFixedThreadPool(1, daemons());
        add("Guava sequential executor", executor(MoreExecutors.newSequentialExecutor(below)));
    }

    /** By reflection: the tests are compiled for Java 17. */
    private static void virtualThreads() {
        since = 21;
        add("Thread.startVirtualThread", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, into(result, work));
            return get(result);
        });
        add("Thread.ofVirtual().start", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
            builder.getMethod("start", Runnable.class).invoke(virtual, into(result, work));
            return get(result);
        });
        add(
                "newVirtualThreadPerTaskExecutor.submit",
                work -> ThreadPerTask.VIRTUAL.submit(work).get());
        add(
                "newVirtualThreadPerTaskExecutor.execute",
                work -> executor(ThreadPerTask.VIRTUAL).run(work));
        add(
                "newThreadPerTaskExecutor with platform threads",
                work -> ThreadPerTask.PLATFORM.submit(work).get());
        since = 25;
        add("StructuredTaskScope.fork", Constructs::structured);
    }

    /** Made where the JDK has them. */
    private static final class ThreadPerTask {
        static final ExecutorService VIRTUAL;
        static final ExecutorService PLATFORM;

        static {
            try {
                VIRTUAL = (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null);
                PLATFORM = (ExecutorService) Executors.class
                        .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                        .invoke(null, daemons());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A preview API in JDK 25: {@code --enable-preview}. */
    private static String structured(Callable<String> work) throws Exception {
        Class<?> type = Class.forName("java.util.concurrent.StructuredTaskScope");
        Class<?> subtask = Class.forName("java.util.concurrent.StructuredTaskScope$Subtask");
        try (AutoCloseable scope = (AutoCloseable) type.getMethod("open").invoke(null)) {
            Object forked = type.getMethod("fork", Callable.class).invoke(scope, work);
            type.getMethod("join").invoke(scope);
            return (String) subtask.getMethod("get").invoke(forked);
        }
    }
}
