package io.tenantwarden.bootstrap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** What travels with a task: captured where it is handed over, entered where it runs. {@link Tasks} says when. */
final class TaskContext {

    private static TaskBridge bridge;

    /** Null until a security manager was seen. */
    private static volatile TaskBridge privileged;

    private static boolean propagates;

    private static final ClassValue<Boolean> SHARED = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return bridge().isShared(type);
        }
    };

    private TaskContext() {}

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

    /** See {@link Tasks#install}. */
    static void install(TaskBridge engine, boolean propagate) {
        bridge = engine;
        propagates = propagate;
        try {
            Private.callable(new FutureTask<>(() -> null));
        } catch (ExceptionInInitializerError e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e);
        }
    }

    @SuppressWarnings("removal")
    static TaskBridge bridge() {
        return System.getSecurityManager() == null ? bridge : privileged();
    }

    private static TaskBridge privileged() {
        if (privileged == null) {
            privileged = Privileged.calls(TaskBridge.class, bridge);
        }
        return privileged;
    }

    /** @return null for work that serves everybody, and on Warden's own behalf */
    static Object capture(Object task) {
        ThreadState thread = ThreadState.current();
        if (thread.isInternal() || thread.isReading()) {
            return null;
        }
        Class<?> work = work(task);
        return SHARED.get(work) ? null : bridge().capture(work);
    }

    /** What travels; null also for a thread that runs as nobody: an executor's thread is nobody without being told. */
    static Object captureScope(Object task) {
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

    /** Whether work of this class serves everybody. */
    static boolean isShared(Object task) {
        return SHARED.get(work(task));
    }

    private static Class<?> work(Object task) {
        Object work = task;
        if (work instanceof FutureTask<?> future) {
            Callable<?> callable = Private.callable(future);
            work = callable == null ? work : Private.adapted(callable);
        }
        return work.getClass();
    }

    /** What a future runs; null when it has run. */
    static Callable<?> callable(FutureTask<?> future) {
        return Private.callable(future);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    static void replaceCallable(FutureTask<?> future, Callable<?> callable, Object what) {
        Private.CALLABLE.set(future, (Callable) new Carried.OfCallable(callable, what));
    }

    /** What was captured holds on this thread from now on. */
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
    static boolean isInBypass(ThreadState thread) {
        ThreadState.Pushed top = thread.top();
        return top != null && top.scope().isBypass();
    }

    static void failed(String where, Throwable bug) {
        try {
            bridge().failed(where, bug);
        } catch (Throwable second) {
            AgentErrors.increment();
        }
    }
}
