package io.tenantwarden.instrumentation.executor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The classes that hand work to other threads, and what is changed in them. */
final class TaskClasses {

    private static final String RUNNABLE = "java/lang/Runnable";
    private static final String CALLABLE = "java/util/concurrent/Callable";
    private static final String FUNCTION = "java/util/function/Function";
    private static final String BI_FUNCTION = "java/util/function/BiFunction";
    private static final String CONSUMER = "java/util/function/Consumer";
    private static final String BI_CONSUMER = "java/util/function/BiConsumer";
    private static final String FORK_JOIN_TASK = "java/util/concurrent/ForkJoinTask";
    private static final String CALLBACK = "org/springframework/transaction/support/TransactionSynchronization";

    /**
     * One class.
     *
     * @param edits a method that is not there is an error
     * @param oneOf methods of which one must be there: it has another name in other versions
     */
    record Changes(List<Edit> edits, List<Edit> oneOf) {
        List<Edit> all() {
            List<Edit> all = new ArrayList<>(edits);
            all.addAll(oneOf);
            return all;
        }
    }

    private TaskClasses() {}

    /** By internal name. */
    static Map<String, Changes> all() {
        Map<String, Changes> all = new LinkedHashMap<>();
        jdk(all);
        libraries(all);
        return all;
    }

    private static void jdk(Map<String, Changes> all) {
        all.put(
                "java/util/concurrent/ThreadPoolExecutor",
                new Changes(
                        List.of(
                                Edit.argumentAndThis("execute", RUNNABLE, "executed"),
                                Edit.call("runWorker", "run", "()V", "run", "(Ljava/lang/Runnable;)V"),
                                beforeExecute(),
                                afterExecute(),
                                Edit.argument("reject", RUNNABLE, "unwrap"),
                                remove(),
                                Edit.result("drainQueue", "unwrapAll")),
                        List.of()));
        all.put(
                "java/util/concurrent/ScheduledThreadPoolExecutor",
                new Changes(
                        List.of(Edit.first(
                                "delayedExecute", "scheduled", "(Ljava/util/concurrent/RunnableScheduledFuture;)V", 1)),
                        List.of()));
        all.put(
                FORK_JOIN_TASK,
                new Changes(
                        List.of(
                                Edit.first("fork", "forked", "(L" + FORK_JOIN_TASK + ";)V", 0),
                                Edit.around("doExec", FORK_JOIN_TASK, "execEntered", "execLeft")),
                        List.of()));
        String submitted = "(Ljava/util/concurrent/ForkJoinPool;L" + FORK_JOIN_TASK + ";)V";
        all.put(
                "java/util/concurrent/ForkJoinPool",
                new Changes(
                        List.of(),
                        List.of(
                                Edit.first("poolSubmit", "submitted", submitted, 0, 2), // JDK 21 and later
                                new OnlyPrivate(Edit.first("externalSubmit", "submitted", submitted, 0, 1)),
                                Edit.argument("schedule", RUNNABLE, "carry"),
                                Edit.argument("schedule", CALLABLE, "carry"))));
        all.put(
                "java/util/concurrent/CompletableFuture",
                new Changes(
                        List.of(
                                Edit.argument("asyncSupplyStage", "java/util/function/Supplier", "carry"),
                                Edit.argument("asyncRunStage", RUNNABLE, "carry"),
                                Edit.argument("uniApplyStage", FUNCTION, "carry"),
                                Edit.argument("uniAcceptStage", CONSUMER, "carry"),
                                Edit.argument("uniRunStage", RUNNABLE, "carry"),
                                Edit.argument("uniWhenCompleteStage", BI_CONSUMER, "carry"),
                                Edit.argument("uniHandleStage", BI_FUNCTION, "carry"),
                                Edit.argument("uniExceptionallyStage", FUNCTION, "carry"),
                                Edit.argument("uniComposeExceptionallyStage", FUNCTION, "carry"),
                                Edit.argument("uniComposeStage", FUNCTION, "carry"),
                                Edit.argument("biApplyStage", BI_FUNCTION, "carry"),
                                Edit.argument("biAcceptStage", BI_CONSUMER, "carry"),
                                Edit.argument("biRunStage", RUNNABLE, "carry"),
                                Edit.argument("orApplyStage", FUNCTION, "carry"),
                                Edit.argument("orAcceptStage", CONSUMER, "carry"),
                                Edit.argument("orRunStage", RUNNABLE, "carry")),
                        List.of()));
        all.put(
                "java/util/Timer",
                new Changes(List.of(Edit.first("sched", "timed", "(Ljava/lang/Object;J)V", 1, 4)), List.of()));
        all.put(
                "java/util/TimerThread",
                new Changes(
                        List.of(Edit.call("mainLoop", "run", "()V", "runTimed", "(Ljava/lang/Runnable;)V")),
                        List.of()));
        all.put(
                "java/lang/Thread",
                new Changes(
                        List.of(
                                Edit.first("start", "threadStarting", "(Ljava/lang/Thread;)V", 0),
                                Edit.first("run", "threadEntered", "(Ljava/lang/Thread;)V", 0)),
                        List.of()));
        // from here on: JDK 21 and later, where these classes are
        all.put(
                "java/lang/ThreadBuilders",
                new Changes(List.of(Edit.argument("newVirtualThread", RUNNABLE, "virtual")), List.of()));
        all.put(
                "java/util/concurrent/ThreadPerTaskExecutor",
                new Changes(List.of(Edit.argument("newThread", RUNNABLE, "carry")), List.of()));
        Changes fork = new Changes(List.of(Edit.argument("fork", CALLABLE, "carry")), List.of());
        all.put("java/util/concurrent/StructuredTaskScopeImpl", fork);
    }

    private static void libraries(Map<String, Changes> all) {
        all.put(
                "org/springframework/core/task/SimpleAsyncTaskExecutor",
                new Changes(List.of(Edit.argument("doExecute", RUNNABLE, "carry")), List.of()));
        all.put(
                "org/springframework/transaction/support/TransactionSynchronizationManager",
                new Changes(
                        List.of(Edit.first(
                                "registerSynchronization", "callbackRegistered", "(Ljava/lang/Object;)V", 0)),
                        List.of()));
        all.put(
                "org/springframework/transaction/support/TransactionSynchronizationUtils",
                new Changes(
                        List.of(
                                callbacks("invokeAfterCommit"),
                                Edit.tellReceiver("invokeAfterCommit", "afterCommit", "()V", "callbackEntered"),
                                callbacks("invokeAfterCompletion"),
                                Edit.tellReceiver(
                                        "invokeAfterCompletion", "afterCompletion", "(I)V", "callbackEntered")),
                        List.of()));
        // Tomcat's own copy of the JDK's executor; what a request runs as is decided by the request
        all.put(
                "org/apache/tomcat/util/threads/ThreadPoolExecutor",
                new Changes(
                        List.of(
                                Edit.argument("execute", RUNNABLE, "carry"),
                                beforeExecute(),
                                afterExecute(),
                                Edit.argument("reject", RUNNABLE, "unwrap"),
                                remove(),
                                Edit.result("drainQueue", "unwrapAll")),
                        List.of()));
        for (String asyncContext : new String[] {
            "org/apache/catalina/core/AsyncContextImpl",
            "org/eclipse/jetty/server/AsyncContextState",
            "org/eclipse/jetty/ee8/nested/AsyncContextState",
            "org/eclipse/jetty/ee9/nested/AsyncContextState",
            "org/eclipse/jetty/ee10/servlet/AsyncContextState",
            "org/eclipse/jetty/ee11/servlet/AsyncContextState",
            "io/undertow/servlet/spec/AsyncContextImpl"
        }) {
            all.put(asyncContext, new Changes(List.of(Edit.argument("start", RUNNABLE, "carry")), List.of()));
        }
        for (String executor : new String[] {
            "org/eclipse/jetty/util/thread/QueuedThreadPool",
            "org/jboss/threads/EnhancedQueueExecutor",
            "com/google/common/util/concurrent/SequentialExecutor",
            "io/grpc/internal/SerializingExecutor",
            "io/vertx/core/impl/TaskQueue",
            "io/netty/util/concurrent/SingleThreadEventExecutor"
        }) {
            all.put(executor, new Changes(List.of(Edit.argument("execute", RUNNABLE, "carry")), List.of()));
        }
        // Netty wraps what is submitted in a task of its own
        all.put(
                "io/netty/util/concurrent/AbstractEventExecutor",
                new Changes(
                        List.of(
                                Edit.argument("newTaskFor", RUNNABLE, "carry"),
                                Edit.argument("newTaskFor", CALLABLE, "carry")),
                        List.of()));
        all.put(
                "io/netty/util/concurrent/AbstractScheduledEventExecutor",
                new Changes(
                        List.of(
                                Edit.argument("schedule", RUNNABLE, "carry"),
                                Edit.argument("schedule", CALLABLE, "carry")),
                        List.of()));
    }

    private static Edit beforeExecute() {
        return Edit.unwrapLast("runWorker", "beforeExecute", "(Ljava/lang/Thread;Ljava/lang/Runnable;)V");
    }

    private static Edit afterExecute() {
        return Edit.unwrapLastButOne("runWorker", "afterExecute", "(Ljava/lang/Runnable;Ljava/lang/Throwable;)V");
    }

    private static Edit remove() {
        return Edit.call(
                "remove",
                "remove",
                "(Ljava/lang/Object;)Z",
                "removeFrom",
                "(Ljava/util/concurrent/BlockingQueue;Ljava/lang/Object;)Z");
    }

    private static Edit callbacks(String method) {
        return Edit.around(method, "java/lang/Object", "callbacksEntered", "callbacksLeft");
    }

    /** The method of that name which the JDK keeps for itself; a public one of later versions calls another of these. */
    private static final class OnlyPrivate extends Edit {
        private final Edit edit;

        OnlyPrivate(Edit edit) {
            super(edit.method());
            this.edit = edit;
        }

        @Override
        boolean matches(int access, String name, String descriptor) {
            return (access & net.bytebuddy.jar.asm.Opcodes.ACC_PRIVATE) != 0 && edit.matches(access, name, descriptor);
        }

        @Override
        net.bytebuddy.jar.asm.MethodVisitor visitor(
                net.bytebuddy.jar.asm.MethodVisitor next,
                String owner,
                int access,
                String descriptor,
                Runnable applied) {
            return edit.visitor(next, owner, access, descriptor, applied);
        }
    }
}
