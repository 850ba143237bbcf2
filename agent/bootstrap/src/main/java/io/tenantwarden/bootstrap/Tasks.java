package io.tenantwarden.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    private static TaskBridge bridge;

    /** Null until a security manager was seen. */
    private static volatile TaskBridge privileged;

    private static boolean propagates;

    private static final TaskMap FORKED = new TaskMap();
    private static final TaskMap OTHERS = new TaskMap();

    /** Whether tasks of thread pools may be in {@link #OTHERS}; set once and for all by the first. */
    private static volatile boolean pooledInMap;

    private static volatile ForkJoinPool virtualThreads;

    private static final ClassValue<Boolean> SHARED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return bridge().isShared(type);
        }
    };

    private Tasks() {}

    /** Private members of the JDK's tasks; initialised after java.util.concurrent was opened to this class's module. */
    private static final class Private {
        private static final VarHandle CALLABLE;
        private static final VarHandle ADAPTED;
        private static final Class<?> ADAPTER;

        static {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                CALLABLE = MethodHandles.privateLookupIn(FutureTask.class, lookup)
                        .findVarHandle(FutureTask.class, "callable", Callable.class);
                ADAPTER = Class.forName("java.util.concurrent.Executors$RunnableAdapter");
                ADAPTED = MethodHandles.privateLookupIn(ADAPTER, lookup).findVarHandle(ADAPTER, "task", Runnable.class);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this JDK keeps its tasks in another way: " + e, e);
            }
        }

        static Callable<?> callable(FutureTask<?> task) {
            return (Callable<?>) CALLABLE.get(task);
        }

        static Object adapted(Object adapter) {
            return adapter.getClass() == ADAPTER ? (Object) ADAPTED.get(adapter) : adapter;
        }
    }

    /**
     * Called by the installer before a class is instrumented. {@code java.util.concurrent} is open to this class's module.
     *
     * @param engine the other end
     * @param propagate whether tenant scopes travel, or are only remembered as lost
     * @throws RuntimeException when this JDK is not known well enough
     */
    public static void install(TaskBridge engine, boolean propagate) {
        bridge = engine;
        propagates = propagate;
        try {
            Private.callable(new FutureTask<>(() -> null));
        } catch (ExceptionInInitializerError e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        }
    }

    @SuppressWarnings("removal")
    private static TaskBridge bridge() {
        return System.getSecurityManager() == null ? bridge : privileged();
    }

    private static TaskBridge privileged() {
        if (privileged == null) {
            privileged = Privileged.calls(TaskBridge.class, bridge);
        }
        return privileged;
    }

    // ---- captured here

    private static Object capture(Object task) {
        ThreadState thread = ThreadState.current();
        if (thread.isInternal() || thread.isReading()) {
            return null;
        }
        Class<?> work = work(task);
        return SHARED.get(work) ? null : bridge().capture(work);
    }

    /** What travels; null also for a thread that runs as nobody: an executor's thread is nobody without being told. */
    private static Object captureScope(Object task) {
        if (task == null || task instanceof Carried) {
            return null;
        }
        try {
            Object what = capture(task);
            return what == Scope.NONE ? null : what;
        } catch (Throwable bug) {
            failed("capture", bug);
            return null;
        }
    }

    private static Class<?> work(Object task) {
        Object work = task;
        if (work instanceof FutureTask<?> future) {
            Callable<?> callable = Private.callable(future);
            work = callable == null ? work : Private.adapted(callable);
        }
        return work.getClass();
    }

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
        Object what = captureScope(task);
        return what == null ? task : new Carried.OfRunnable(task, what);
    }

    /**
     * Nobody is remembered as well: the task may have been handed over before by a tenant, and rejected, removed or not run
     * yet. Then it is not known whose it is.
     */
    private static void remember(Object task) {
        Object what = captureScope(task);
        if (what == null && (task == null || task instanceof Carried || SHARED.get(work(task)))) {
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

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void carry(FutureTask<?> future) {
        try {
            Callable<?> callable = Private.callable(future);
            if (callable == null || callable instanceof Carried) {
                return; // has run, or is handed on by whoever got it first
            }
            Object what = captureScope(future);
            if (what != null) {
                Private.CALLABLE.set(future, (Callable) new Carried.OfCallable(callable, what));
            }
        } catch (Throwable bug) {
            failed("execute", bug);
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
            Object what = period == 0 ? captureScope(task) : null;
            OTHERS.put(task, what == null ? Scope.NONE : what);
        }
    }

    /** {@code ForkJoinTask.fork}. */
    public static void forked(ForkJoinTask<?> task) {
        try {
            Object what = capture(task);
            // Whoever waits for a task helps to run others' meanwhile: a task of nobody must not run as the helper.
            FORKED.put(task, what == null ? Scope.NONE : what);
        } catch (Throwable bug) {
            failed("fork", bug);
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
            Object what = capture(task);
            return what == null ? task : new Carried.OfRunnable(task, what);
        } catch (Throwable bug) {
            failed("virtual", bug);
            return task;
        }
    }

    public static Runnable carry(Runnable work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfRunnable(work, what);
    }

    public static <V> Callable<V> carry(Callable<V> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfCallable<>(work, what);
    }

    public static <T> Supplier<T> carry(Supplier<T> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfSupplier<>(work, what);
    }

    public static <T, R> Function<T, R> carry(Function<T, R> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfFunction<>(work, what);
    }

    public static <T, U, R> BiFunction<T, U, R> carry(BiFunction<T, U, R> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfBiFunction<>(work, what);
    }

    public static <T> Consumer<T> carry(Consumer<T> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfConsumer<>(work, what);
    }

    public static <T, U> BiConsumer<T, U> carry(BiConsumer<T, U> work) {
        Object what = captureScope(work);
        return what == null ? work : new Carried.OfBiConsumer<>(work, what);
    }

    /** For classes that can be given a field: what {@link #resumeAs} must be given. */
    public static Object captured(Object task) {
        try {
            Object what = capture(task);
            return what == null ? Scope.NONE : what;
        } catch (Throwable bug) {
            failed("captured", bug);
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
                if (Private.callable(future) instanceof Carried carried) {
                    what = carried.what;
                    enter(thread, what);
                    thread.entered(carried);
                    return;
                }
            } else if (pooledInMap) {
                what = OTHERS.take(task);
            }
            if (what == null && SHARED.get(work(task))) {
                return;
            }
            enter(thread, what == null ? Scope.NONE : what);
        } catch (Throwable bug) {
            failed("run", bug);
        }
    }

    /** {@code TimerThread.mainLoop}. */
    public static void runTimed(Runnable task) {
        ThreadState thread = ThreadState.current();
        ThreadState.Pushed before = thread.top();
        Submission lost = thread.lost();
        Object what = OTHERS.take(task);
        enter(thread, what == null ? Scope.NONE : what);
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
        if (isInBypass(thread) && what instanceof Submission) {
            // who runs a forked task is chance: it must not be what decides
            what = Scope.NONE;
        }
        enter(thread, what);
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
            enter(ThreadState.current(), what);
        }
    }

    public static void suspend(Object task) {
        ThreadState.current().leaveOwned(task);
    }

    static void enter(ThreadState thread, Object what) {
        try {
            if (what instanceof Scope scope) {
                if (propagates) {
                    String source = bridge().sourceNow();
                    if (scope.isTenant() || source != null || thread.top() != null) {
                        thread.pushUnit(scope, source);
                    }
                }
                thread.lost(null);
            } else {
                if (isInBypass(thread)) {
                    return; // run at once by the method of the bypass: nobody handed anything over
                }
                if (propagates) {
                    String source = bridge().sourceNow();
                    if (source != null || thread.top() != null) {
                        thread.pushUnit(Scope.NONE, source);
                    }
                }
                thread.lost((Submission) what);
            }
        } catch (Throwable bug) {
            failed("enter", bug);
            // Whatever went wrong: not the scope of whoever ran on this thread before.
            thread.pushUnit(Scope.NONE, ThreadState.UNKNOWN);
        }
    }

    /** A bypass is never carried, so that one that is in force here was entered here and has not ended. */
    private static boolean isInBypass(ThreadState thread) {
        ThreadState.Pushed top = thread.top();
        return top != null && top.scope().isBypass();
    }

    // ---- new platform threads

    /** {@code Thread.start}, on the thread that starts it. */
    public static void threadStarting(Thread thread) {
        try {
            ThreadState state = ThreadState.current();
            if (state.isInternal() || state.isReading()) {
                return;
            }
            Submission lost = bridge().lost(Submission.How.THREAD, thread.getClass());
            if (lost != null) {
                OTHERS.set(thread, lost);
            }
        } catch (Throwable bug) {
            failed("threadStarting", bug);
        }
    }

    /** {@code Thread.run}, on the new thread. What it inherited of the tenant source is not its own. */
    public static void threadEntered(Thread thread) {
        if (Thread.currentThread() != thread) {
            return; // run() called as an ordinary method
        }
        Object lost = OTHERS.take(thread);
        if (lost != null) {
            enter(ThreadState.current(), lost);
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
            Submission lost = bridge().lost(Submission.How.CALLBACK, callback.getClass());
            if (lost != null) {
                OTHERS.set(callback, lost);
            }
        } catch (Throwable bug) {
            failed("callbackRegistered", bug);
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
            failed("callbackEntered", bug);
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

    private static void failed(String where, Throwable bug) {
        try {
            bridge().failed(where, bug);
        } catch (Throwable second) {
            AgentErrors.increment();
        }
    }
}
