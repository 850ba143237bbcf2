package io.tenantwarden.instrumentation.executor;

import io.tenantwarden.bootstrap.TaskBridge;
import io.tenantwarden.bootstrap.Tasks;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Makes scopes travel to other threads. */
public final class TaskInstrumentation {

    private TaskInstrumentation() {}

    /**
     * Changes the classes that are loaded, and from now on those that will be.
     *
     * @param engine what the hooks ask
     * @param propagates whether tenant scopes travel, or are only remembered as lost
     * @param changed told of every class that was changed
     * @param failed told of every class that could not be, and why
     */
    public static void install(
            Instrumentation instrumentation,
            TaskBridge engine,
            boolean propagates,
            BiConsumer<String, ClassLoader> changed,
            BiConsumer<String, Throwable> failed) {
        try {
            openTasks(instrumentation);
            Tasks.install(engine, propagates);
        } catch (RuntimeException | LinkageError e) {
            failed.accept("java.util.concurrent.FutureTask", e);
            return;
        }
        TaskTransformer transformer = new TaskTransformer(changed, failed);
        instrumentation.addTransformer(transformer, true);
        List<Class<?>> loaded = new ArrayList<>();
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (transformer.isNamed(type.getName()) && instrumentation.isModifiableClass(type)) {
                loaded.add(type);
            }
        }
        retransform(instrumentation, loaded, failed);
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

    /** All at once, because each time stops the JVM; one by one when one of them is refused. */
    private static void retransform(
            Instrumentation instrumentation, List<Class<?>> loaded, BiConsumer<String, Throwable> failed) {
        if (loaded.isEmpty()) {
            return;
        }
        try {
            instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
            if (loaded.size() == 1) {
                failed.accept(loaded.get(0).getName(), e);
                return;
            }
            for (Class<?> type : loaded) {
                retransform(instrumentation, List.of(type), failed);
            }
        }
    }
}
