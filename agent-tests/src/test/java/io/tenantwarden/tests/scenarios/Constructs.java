package io.tenantwarden.tests.scenarios;

import com.google.common.util.concurrent.MoreExecutors;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
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
final class Constructs {

    private static final Map<String, Construct> ALL = new LinkedHashMap<>();

    static {
        threadPools();
        forkJoin();
        stages();
        timers();
        spring();
        reactor();
        coroutines();
        servers();
        if (Runtime.version().feature() >= 21) {
            virtualThreads();
        }
    }

    private Constructs() {}

    static Map<String, Construct> all() {
        return ALL;
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
        ALL.put("ThreadPoolExecutor.execute", executor(pool));
        ALL.put("ThreadPoolExecutor.submit(Callable)", work -> pool.submit(work).get());
        ALL.put("ThreadPoolExecutor.submit(Runnable)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            pool.submit(into(result, work));
            return get(result);
        });
        ALL.put(
                "ThreadPoolExecutor.invokeAll",
                work -> pool.invokeAll(List.of(work)).get(0).get());
        ALL.put("ThreadPoolExecutor.invokeAny", work -> pool.invokeAny(List.of(work)));
        ALL.put("ThreadPoolExecutor.execute(FutureTask)", work -> {
            FutureTask<String> task = new FutureTask<>(work);
            pool.execute(task);
            return task.get();
        });
        ALL.put("ExecutorCompletionService", work -> {
            ExecutorCompletionService<String> service = new ExecutorCompletionService<>(pool);
            service.submit(work);
            return service.take().get();
        });
        ALL.put("FutureTask.done", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            pool.execute(new FutureTask<>(() -> "") {
                @Override
                protected void done() {
                    into(result, work).run();
                }
            });
            return get(result);
        });
        ALL.put("Executors.newCachedThreadPool", executor(Executors.newCachedThreadPool(daemons())));
        ALL.put("Executors.newSingleThreadExecutor", executor(Executors.newSingleThreadExecutor(daemons())));
        ThreadPoolExecutor byPriority = new ThreadPoolExecutor(
                1,
                1,
                1,
                TimeUnit.SECONDS,
                new PriorityBlockingQueue<>(11, Comparator.comparingInt(task -> ((Prioritised) task).priority())),
                daemons());
        ALL.put("ThreadPoolExecutor with a PriorityBlockingQueue", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            byPriority.execute(new Prioritised(1, () -> {}));
            byPriority.execute(new Prioritised(2, into(result, work)));
            return get(result);
        });
        ScheduledExecutorService scheduled = Executors.newScheduledThreadPool(1, daemons());
        ALL.put(
                "ScheduledThreadPoolExecutor.schedule(Callable)",
                work -> scheduled.schedule(work, 5, TimeUnit.MILLISECONDS).get());
        ALL.put("ScheduledThreadPoolExecutor.schedule(Runnable)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            scheduled.schedule(into(result, work), 5, TimeUnit.MILLISECONDS);
            return get(result);
        });
        ALL.put("ScheduledThreadPoolExecutor.execute", executor(scheduled));
    }

    private record Prioritised(int priority, Runnable work) implements Runnable {
        @Override
        public void run() {
            work.run();
        }
    }

    private static void forkJoin() {
        ForkJoinPool pool = new ForkJoinPool(2);
        ALL.put("ForkJoinPool.submit", work -> pool.submit(work).get());
        ALL.put("ForkJoinPool.execute", executor(pool));
        ALL.put(
                "ForkJoinPool.invokeAll",
                work -> pool.invokeAll(List.of(work)).get(0).get());
        ALL.put("ForkJoinTask.fork", work -> pool.invoke(new Halves(work, 8)));
        ALL.put(
                "Stream.parallel",
                work -> IntStream.range(0, 64)
                        .parallel()
                        .mapToObj(i -> call(work))
                        .distinct()
                        .collect(Collectors.joining("|")));
        ALL.put(
                "Stream.parallel in a pool",
                work -> pool.submit(() -> IntStream.range(0, 64)
                                .parallel()
                                .mapToObj(i -> call(work))
                                .distinct()
                                .collect(Collectors.joining("|")))
                        .get());
        Object newer = pool;
        if (newer instanceof ScheduledExecutorService scheduled) { // JDK 25
            ALL.put(
                    "ForkJoinPool.schedule",
                    work -> scheduled.schedule(work, 5, TimeUnit.MILLISECONDS).get());
        }
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
        ALL.put("CompletableFuture.supplyAsync", work -> get(CompletableFuture.supplyAsync(() -> call(work))));
        ALL.put("CompletableFuture.runAsync", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            CompletableFuture.runAsync(into(result, work));
            return get(result);
        });
        ALL.put(
                "CompletableFuture.supplyAsync on an unknown executor",
                work -> get(CompletableFuture.supplyAsync(() -> call(work), task -> new Thread(task).start())));
        ALL.put("CompletableFuture.thenApplyAsync, completed by nobody", work -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = first.thenApplyAsync(x -> call(work));
            completeElsewhere(first);
            return get(second);
        });
        ALL.put("CompletableFuture.thenApply, completed by nobody", work -> {
            CompletableFuture<String> first = new CompletableFuture<>();
            CompletableFuture<String> second = first.thenApply(x -> call(work));
            completeElsewhere(first);
            return get(second);
        });
        ALL.put(
                "CompletableFuture.handleAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody).handleAsync((x, e) -> call(work), nobody)));
        ALL.put(
                "CompletableFuture.thenComposeAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody)
                        .thenComposeAsync(x -> CompletableFuture.completedFuture(call(work)), nobody)));
        ALL.put(
                "CompletableFuture.thenCombineAsync",
                work -> get(CompletableFuture.runAsync(() -> {}, nobody)
                        .thenCombineAsync(CompletableFuture.completedFuture(1), (x, y) -> call(work), nobody)));
        ALL.put(
                "CompletableFuture.exceptionallyAsync",
                work -> get(CompletableFuture.<String>failedFuture(new IllegalStateException("on purpose"))
                        .exceptionallyAsync(e -> call(work), nobody)));
        ALL.put("CompletableFuture.whenCompleteAsync", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            CompletableFuture.runAsync(() -> {}, nobody)
                    .whenCompleteAsync((x, e) -> into(result, work).run(), nobody);
            return get(result);
        });
        ALL.put(
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
        ALL.put("Timer.schedule", work -> {
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
        Notifications notifications =
                new AnnotationConfigApplicationContext(SpringApplication.class).getBean(Notifications.class);
        ALL.put("Spring @Async", work -> get(notifications.send(work)));
        ALL.put("Spring SimpleAsyncTaskExecutor", executor(new SimpleAsyncTaskExecutor()));
        ThreadPoolTaskExecutor decorated = new ThreadPoolTaskExecutor();
        decorated.setTaskDecorator((TaskDecorator) task -> () -> task.run());
        decorated.setDaemon(true);
        decorated.initialize();
        ALL.put("Spring ThreadPoolTaskExecutor", work -> decorated.submit(work).get());
        ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
        scheduler.setDaemon(true);
        scheduler.initialize();
        ALL.put("Spring TaskScheduler.schedule(Instant)", work -> {
            CompletableFuture<String> result = new CompletableFuture<>();
            scheduler.schedule(into(result, work), Instant.now());
            return get(result);
        });
    }

    private static void reactor() {
        ALL.put(
                "Reactor subscribeOn(boundedElastic)",
                work -> Mono.fromCallable(work)
                        .subscribeOn(Schedulers.boundedElastic())
                        .block(Duration.ofSeconds(30)));
        ALL.put(
                "Reactor publishOn(boundedElastic)",
                work -> Flux.range(0, 3)
                        .publishOn(Schedulers.boundedElastic())
                        .map(i -> call(work))
                        .distinct()
                        .collect(Collectors.joining("|"))
                        .block(Duration.ofSeconds(30)));
        ALL.put(
                "Reactor delay",
                work -> Mono.delay(Duration.ofMillis(5), Schedulers.boundedElastic())
                        .map(i -> call(work))
                        .block(Duration.ofSeconds(30)));
    }

    private static void coroutines() {
        ALL.put("Kotlin Dispatchers.IO", work -> coroutine(Dispatchers.getIO(), work));
        ALL.put("Kotlin Dispatchers.Default", work -> coroutine(Dispatchers.getDefault(), work));
        CoroutineDispatcher own = ExecutorsKt.from(Executors.newFixedThreadPool(1, daemons()));
        ALL.put("Kotlin executor dispatcher", work -> coroutine(own, work));
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
        DefaultEventExecutorGroup netty = new DefaultEventExecutorGroup(1);
        ALL.put("Netty EventExecutor.execute", executor(netty));
        ALL.put("Netty EventExecutor.submit", work -> netty.submit(work).get());
        ALL.put(
                "Netty EventExecutor.schedule",
                work -> netty.schedule(work, 5, TimeUnit.MILLISECONDS).get());
        var tomcat = new org.apache.tomcat.util.threads.ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new java.util.concurrent.LinkedBlockingQueue<>(), daemons());
        ALL.put("Tomcat ThreadPoolExecutor", executor(tomcat));
        QueuedThreadPool jetty = new QueuedThreadPool(4, 1);
        jetty.setDaemon(true);
        try {
            jetty.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        ALL.put("Jetty QueuedThreadPool", executor(jetty));
        EnhancedQueueExecutor undertow = new EnhancedQueueExecutor.Builder()
                .setCorePoolSize(1)
                .setThreadFactory(daemons())
                .build();
        ALL.put("Undertow's executor (JBoss EnhancedQueueExecutor)", executor(undertow));
        ExecutorService below = Executors.newFixedThreadPool(1, daemons());
        ALL.put("Guava sequential executor", executor(MoreExecutors.newSequentialExecutor(below)));
    }

    /** By reflection: the tests are compiled for Java 17. */
    private static void virtualThreads() {
        try {
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            ALL.put("Thread.startVirtualThread", work -> {
                CompletableFuture<String> result = new CompletableFuture<>();
                start.invoke(null, into(result, work));
                return get(result);
            });
            ExecutorService perTask = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
            ALL.put(
                    "newVirtualThreadPerTaskExecutor.submit",
                    work -> perTask.submit(work).get());
            ALL.put("newVirtualThreadPerTaskExecutor.execute", executor(perTask));
            ExecutorService platform = (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, daemons());
            ALL.put(
                    "newThreadPerTaskExecutor with platform threads",
                    work -> platform.submit(work).get());
            if (Runtime.version().feature() >= 25) {
                ALL.put("StructuredTaskScope.fork", Constructs::structured);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
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
