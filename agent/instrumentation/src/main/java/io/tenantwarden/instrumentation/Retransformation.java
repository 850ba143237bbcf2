package io.tenantwarden.instrumentation;

import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.List;
import java.util.function.BiConsumer;

/** Lets transformers change classes that are loaded already. Stateless. */
public final class Retransformation {

    private Retransformation() {}

    /**
     * All at once, because each time stops the JVM; one by one when one of them is refused.
     *
     * @param failed told of each class that could not be changed, and why
     */
    public static void of(
            Instrumentation instrumentation, List<Class<?>> loaded, BiConsumer<Class<?>, Throwable> failed) {
        if (loaded.isEmpty()) {
            return;
        }
        try {
            instrumentation.retransformClasses(loaded.toArray(new Class<?>[0]));
        } catch (UnmodifiableClassException | RuntimeException | LinkageError e) {
            if (loaded.size() == 1) {
                failed.accept(loaded.get(0), e);
                return;
            }
            for (Class<?> type : loaded) {
                of(instrumentation, List.of(type), failed);
            }
        }
    }
}
