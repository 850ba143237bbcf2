package io.tenantwarden.instrumentation.executor;

import io.tenantwarden.bootstrap.TaskBridge;
import io.tenantwarden.bootstrap.Tasks;
import io.tenantwarden.instrumentation.Retransformation;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Makes scopes travel to other threads. */
public final class TaskInstrumentation {

    private TaskInstrumentation() {}

    /** Told of a class that could not be changed. */
    public interface Failures {
        /** @param loader null for the boot loader */
        void failed(String className, ClassLoader loader, Throwable cause);
    }

    /**
     * Changes the classes that are loaded, and from now on those that will be.
     *
     * @param engine what the hooks ask
     * @param propagates whether tenant scopes travel, or are only remembered as lost
     * @param changed told of every class that was changed
     * @param failed told of every class that could not be, its loader (null for the boot loader), and why
     */
    public static void install(
            Instrumentation instrumentation,
            TaskBridge engine,
            boolean propagates,
            BiConsumer<String, ClassLoader> changed,
            Failures failed) {
        try {
            openTasks(instrumentation);
            Tasks.install(engine, propagates);
        } catch (RuntimeException | LinkageError e) {
            failed.failed("java.util.concurrent.FutureTask", null, e);
            return;
        }
        TaskTransformer transformer = new TaskTransformer(changed, failed::failed);
        instrumentation.addTransformer(transformer, true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (transformer.isNamed(type.getName()) && instrumentation.isModifiableClass(type)) {
                loaded.add(type);
            }
        }
        Retransformation.of(
                instrumentation, loaded, (type, cause) -> failed.failed(type.getName(), type.getClassLoader(), cause));
    }

    /** The private callable of a FutureTask is the one place for a scope where nobody but the JDK meets it. */
    private static void openTasks(Instrumentation instrumentation) {
        instrumentation.redefineModule(
                Object.class.getModule(),
                Set.of(),
                Map.of(),
                Map.of("java.util.concurrent", Set.of(Tasks.class.getModule())),
                Set.of(),
                Map.of());
    }
}
