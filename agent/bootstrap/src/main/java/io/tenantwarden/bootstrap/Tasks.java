package io.tenantwarden.bootstrap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the instrumented executors, timers, stages and threads of the JDK call. The scope is captured where work is handed
 * over and restored around it where it runs; a bypass never travels.
 *
 * <p>How the scope travels depends on what the application may see of the task:
 *
 * <ul>
 *   <li>a {@link FutureTask}: its private callable is replaced, so that queue, {@code remove} and {@code purge} see the
 *       task they know;
 *   <li>a plain Runnable in a first-in-first-out queue: wrapped, because one Runnable may be handed over twice by different
 *       tenants; {@code beforeExecute}, {@code afterExecute}, {@code remove}, {@code shutdownNow} and the handler of
 *       rejected tasks get the application's own;
 *   <li>a Runnable in any other queue (which may compare or cast its elements), a TimerTask and a ForkJoinTask: by identity
 *       in a {@link TaskMap};
 *   <li>the functions of a CompletableFuture: wrapped, nobody else sees them.
 * </ul>
 */
public final class Tasks {

    private static final TaskMap FORKED = new TaskMap();
    private static final TaskMap OTHERS = new TaskMap();

    /** Whether tasks of thread pools may be in {@link #OTHERS}; set once and for all by the first. */
    private static volatile boolean pooledInMap;

    private static volatile ForkJoinPool virtualThreads;

    private Tasks() {}

    /**
     * Called by the installer before a class is instrumented. {@code java.util.concurrent} is open to this class's module.
     *
     * @param engine the other end
     * @param propagate whether tenant scopes travel, or are only remembered as lost
     * @throws RuntimeException when this JDK is not known well enough
     */
    public static void install(TaskBridge engine, boolean propagate) {
        TaskContext.install(engine, propagate);
    }

    // ---- captured here

    /** {@code ThreadPoolExecutor.execute}: what to queue. */
    public static Runnable executed(Runnable task, Object executor) {
        if (task instanceof FutureTask<?> future) {
            carry(future);
            return task;
        }
        if (executor instanceof ThreadPoolExecutor pool && !isPlainQueue(pool)) {
            remember(task);
            return task;
        }
        Object what = TaskContext.captureScope(task);
        return what == null ? task : new Carried.OfRunnable(task, what);
    }

    /**
     * Nobody is remembered as well: the task may have been handed over before by a tenant, and rejected, removed or not run
     * yet. Then it is not known whose it is.
     */
    private static void remember(Object task) {
        Object what = TaskContext.captureScope(task);
        if (what == null && (task == null || task instanceof Carried || TaskContext.isShared(task))) {
            return;
        }
        pooledInMap = true;
        OTHERS.put(task, what == null ? Scope.NONE : what);
    }

    private static boolean isPlainQueue(ThreadPoolExecutor pool) {
        BlockingQueue<Runnable> queue = pool.getQueue();
        Class<?> type = queue == null ? null : queue.getClass();
        return type == LinkedBlockingQueue.class
                || type == SynchronousQueue.class
                || type == ArrayBlockingQueue.class
                || type == LinkedTransferQueue.class
                || type == LinkedBlockingDeque.class;
    }

    private static void carry(FutureTask<?> future) {
        try {
            Callable<?> callable = TaskContext.callable(future);
            if (callable == null || callable instanceof Carried) {
                return; // has run, or is handed on by whoever got it first
            }
            Object what = TaskContext.captureScope(future);
            if (what != null) {
                TaskContext.replaceCallable(future, callable, what);
            }
        } catch (Throwable bug) {
            TaskContext.failed("execute", bug);
        }
    }

    /** {@code ScheduledThreadPoolExecutor.delayedExecute}. What runs again and again belongs to no single request. */
    public static void scheduled(RunnableScheduledFuture<?> task) {
        if (task.isPeriodic()) {
            return;
        }
        if (task instanceof FutureTask<?> future) {
            carry(future);
            return;
        }
        remember(task);
    }

    /** {@code Timer.sched}. Nobody is remembered as well: a timer that was cancelled may have refused the task before. */
    public static void timed(Object task, long period) {
        if (task != null) {
            Object what = period == 0 ? TaskContext.captureScope(task) : null;
            OTHERS.put(task, what == null ? Scope.NONE : what);
        }
    }

    /** {@code ForkJoinTask.fork}. */
    public static void forked(ForkJoinTask<?> task) {
        try {
            Object what = TaskContext.capture(task);
            // Whoever waits for a task helps to run others' meanwhile: a task of nobody must not run as the helper.
            FORKED.put(task, what == null ? Scope.NONE : what);
        } catch (Throwable bug) {
            TaskContext.failed("fork", bug);
        }
    }

    /** {@code ForkJoinPool}: a task comes from outside. */
    public static void submitted(ForkJoinPool pool, ForkJoinTask<?> task) {
        if (task == null || isVirtualThreads(pool)) {
            return;
        }
        forked(task);
    }

    /** The JDK runs virtual threads as tasks of such a pool: asking the application anything there is not possible. */
    private static boolean isVirtualThreads(ForkJoinPool pool) {
        ForkJoinPool known = virtualThreads;
        if (known != null) {
            return pool == known;
        }
        if (pool == null || pool.getFactory().getClass().getName().startsWith("java.lang.VirtualThread")) {
            virtualThreads = pool;
            return true;
        }
        return false;
    }

    /** A virtual thread is made: what it runs. It may inherit the tenant source's value, so nobody is told as well. */
    public static Runnable virtual(Runnable task) {
        if (task == null || task instanceof Carried) {
            return task;
        }
        try {
            Object what = TaskContext.capture(task);
            return what == null ? task : new Carried.OfRunnable(task, what);
        } catch (Throwable bug) {
            TaskContext.failed("virtual", bug);
            return task;
        }
    }

    public static Runnable carry(Runnable work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfRunnable(work, what);
    }

    public static <V> Callable<V> carry(Callable<V> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfCallable<>(work, what);
    }

    public static <T> Supplier<T> carry(Supplier<T> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfSupplier<>(work, what);
    }

    public static <T, R> Function<T, R> carry(Function<T, R> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfFunction<>(work, what);
    }

    public static <T, U, R> BiFunction<T, U, R> carry(BiFunction<T, U, R> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfBiFunction<>(work, what);
    }

    public static <T> Consumer<T> carry(Consumer<T> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfConsumer<>(work, what);
    }

    public static <T, U> BiConsumer<T, U> carry(BiConsumer<T, U> work) {
        Object what = TaskContext.captureScope(work);
        return what == null ? work : new Carried.OfBiConsumer<>(work, what);
    }

    /** For classes that can be given a field: what {@link #resumeAs} must be given. */
    public static Object captured(Object task) {
        try {
            Object what = TaskContext.capture(task);
            return what == null ? Scope.NONE : what;
        } catch (Throwable bug) {
            TaskContext.failed("captured", bug);
            return Scope.NONE;
        }
    }

    // ---- restored here

    /** {@code ThreadPoolExecutor.runWorker}: runs the task as what it was handed over in, else as nobody. */
    public static void run(Runnable task) {
        if (task instanceof Carried.OfRunnable carried) {
            carried.run();
            return;
        }
        ThreadState thread = ThreadState.current();
        ThreadState.Pushed before = thread.top();
        Submission lost = thread.lost();
        enterPooled(thread, task);
        try {
            task.run();
        } finally {
            thread.restore(before, lost);
        }
    }

    private static void enterPooled(ThreadState thread, Runnable task) {
        try {
            Object what = null;
            if (task instanceof FutureTask<?> future) {
                // Around all of run(), done() included; the callable itself must not do it again.
                if (TaskContext.callable(future) instanceof Carried carried) {
                    what = carried.what;
                    TaskContext.enter(thread, what);
                    thread.entered(carried);
                    return;
                }
            } else if (pooledInMap) {
                what = OTHERS.take(task);
            }
            if (what == null && TaskContext.isShared(task)) {
                return;
            }
            TaskContext.enter(thread, what == null ? Scope.NONE : what);
        } catch (Throwable bug) {
            TaskContext.failed("run", bug);
        }
    }

    /** {@code TimerThread.mainLoop}. */
    public static void runTimed(Runnable task) {
        ThreadState thread = ThreadState.current();
        ThreadState.Pushed before = thread.top();
        Submission lost = thread.lost();
        Object what = OTHERS.take(task);
        TaskContext.enter(thread, what == null ? Scope.NONE : what);
        try {
            task.run();
        } finally {
            thread.restore(before, lost);
        }
    }

    /** {@code ForkJoinTask.doExec} begins. A task that was never handed over runs as its caller. */
    public static void execEntered(ForkJoinTask<?> task) {
        Object what = FORKED.take(task);
        if (what == null) {
            return;
        }
        ThreadState thread = ThreadState.current();
        thread.enterOwned(task);
        if (TaskContext.isInBypass(thread) && what instanceof Submission) {
            // who runs a forked task is chance: it must not be what decides
            what = Scope.NONE;
        }
        TaskContext.enter(thread, what);
    }

    /** {@code ForkJoinTask.doExec} ends, normally or not. */
    public static void execLeft(ForkJoinTask<?> task) {
        ThreadState thread = ThreadState.existing();
        if (thread != null) {
            thread.leaveOwned(task);
        }
    }

    /** A task with a field of its own begins; {@link #suspend} must follow. */
    public static void resume(Object task) {
        ThreadState.current().enterOwned(task);
    }

    /** What {@link #captured} gave holds from now on. */
    public static void resumeAs(Object what) {
        if (what != null) {
            TaskContext.enter(ThreadState.current(), what);
        }
    }

    public static void suspend(Object task) {
        ThreadState.current().leaveOwned(task);
    }

    // ---- new platform threads

    /** {@code Thread.start}, on the thread that starts it. */
    public static void threadStarting(Thread thread) {
        try {
            ThreadState state = ThreadState.current();
            if (state.isInternal() || state.isReading()) {
                return;
            }
            Submission lost = TaskContext.bridge().lost(Submission.How.THREAD, thread.getClass());
            if (lost != null) {
                OTHERS.set(thread, lost);
            }
        } catch (Throwable bug) {
            TaskContext.failed("threadStarting", bug);
        }
    }

    /** {@code Thread.run}, on the new thread. What it inherited of the tenant source is not its own. */
    public static void threadEntered(Thread thread) {
        if (Thread.currentThread() != thread) {
            return; // run() called as an ordinary method
        }
        Object lost = OTHERS.take(thread);
        if (lost != null) {
            TaskContext.enter(ThreadState.current(), lost);
        }
    }

    // ---- callbacks on the same thread

    /** A callback was registered with a transaction manager. */
    public static void callbackRegistered(Object callback) {
        try {
            ThreadState state = ThreadState.current();
            if (callback == null || state.isInternal() || state.isReading()) {
                return;
            }
            Submission lost = TaskContext.bridge().lost(Submission.How.CALLBACK, callback.getClass());
            if (lost != null) {
                OTHERS.set(callback, lost);
            }
        } catch (Throwable bug) {
            TaskContext.failed("callbackRegistered", bug);
        }
    }

    /** The transaction manager begins to run its callbacks; {@link #callbacksLeft} must follow. */
    public static void callbacksEntered(Object callbacks) {
        ThreadState.current().enterOwned(callbacks);
    }

    /** One is about to be run: it keeps the scope of the thread, and remembers the one it was registered in. */
    public static void callbackEntered(Object callback) {
        try {
            ThreadState.current().lost(OTHERS.peek(callback) instanceof Submission lost ? lost : null);
        } catch (Throwable bug) {
            TaskContext.failed("callbackEntered", bug);
        }
    }

    public static void callbacksLeft(Object callbacks) {
        ThreadState.current().leaveOwned(callbacks);
    }

    // ---- the application's own task, where the application can see it

    public static Runnable unwrap(Runnable task) {
        return task instanceof Carried.OfRunnable carried ? carried.work : task;
    }

    /** {@code ThreadPoolExecutor.drainQueue}. */
    public static List<Runnable> unwrapAll(List<Runnable> tasks) {
        for (int i = 0; i < tasks.size(); i++) {
            if (tasks.get(i) instanceof Carried.OfRunnable) {
                List<Runnable> unwrapped = new ArrayList<>(tasks.size());
                tasks.forEach(task -> unwrapped.add(unwrap(task)));
                return unwrapped;
            }
        }
        return tasks;
    }

    /** {@code ThreadPoolExecutor.remove}. */
    public static boolean removeFrom(BlockingQueue<?> queue, Object task) {
        return queue.remove(task) || (task != null && queue.remove(new SameWork(task)));
    }

    /** The JDK's queues ask the object that is looked for whether it equals the one they hold. */
    private record SameWork(Object work) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Carried carried && work.equals(carried.work());
        }

        @Override
        public int hashCode() {
            return work.hashCode();
        }
    }
}
