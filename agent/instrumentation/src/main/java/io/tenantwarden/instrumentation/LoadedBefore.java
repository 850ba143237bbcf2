package io.tenantwarden.instrumentation;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.instrumentation.pgjdbc.DriverStrategies;
import io.tenantwarden.instrumentation.pgjdbc.PgjdbcInstrumentations;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.BiConsumer;

/**
 * Classes that were loaded before the agent: by another agent, from an AOT cache, as the system class loader, or, after an
 * attach, by the application. The bodies of their methods can still be changed, by retransformation; fields cannot be added.
 * Thread-safe.
 */
final class LoadedBefore implements ClassFileTransformer {

    /** The premain class and the loader that it starts with are found where the application's classes are. */
    private static final String OURS = Hooks.class.getPackageName() + ".";

    private final WardenTransformer transformer;
    private final Candidates candidates;
    private final PgjdbcInstrumentations drivers;
    private final BiConsumer<ClassLoader, String> classNames;
    private final BiConsumer<Class<?>, Throwable> failed;

    /** Classes that this changes, also when somebody else has them transformed again. */
    private final Set<Class<?>> targets = Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    /**
     * @param classNames told of every class: loader and internal name
     * @param failed told of each class that could not be changed, and why
     */
    LoadedBefore(
            WardenTransformer transformer,
            Candidates candidates,
            PgjdbcInstrumentations drivers,
            BiConsumer<ClassLoader, String> classNames,
            BiConsumer<Class<?>, Throwable> failed) {
        this.transformer = transformer;
        this.candidates = candidates;
        this.drivers = drivers;
        this.classNames = classNames;
        this.failed = failed;
    }

    /** Looks for them, those left out that the transformer of new classes has changed. */
    void find(Instrumentation instrumentation) {
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (transformer.isOfApplication(type.getClassLoader()) && !type.isArray()) {
                classNames.accept(type.getClassLoader(), type.getName().replace('.', '/'));
            }
            if (isOfApplication(type) && instrumentation.isModifiableClass(type) && candidates.mayMatter(type)) {
                addWithSuperclasses(type);
            }
        }
    }

    /** A data source may inherit its methods from a class that is none. */
    private void addWithSuperclasses(Class<?> type) {
        for (Class<?> each = type; each != null && isOfApplication(each); each = each.getSuperclass()) {
            targets.add(each);
        }
    }

    private boolean isOfApplication(Class<?> type) {
        return transformer.isOfApplication(type.getClassLoader())
                && !type.isArray()
                && !type.isInterface()
                && !type.getName().startsWith(OURS)
                && !transformer.changedSinceAdded(type);
    }

    /** The drivers among them: one class of each, the connection where it is loaded. */
    List<Class<?>> drivers() {
        Map<List<Object>, Class<?>> found = new LinkedHashMap<>();
        for (Class<?> type : all()) {
            String driver = drivers.driverOf(type);
            if (driver != null) {
                List<Object> key = List.of(type.getClassLoader(), driver);
                if (!found.containsKey(key) || type.getSimpleName().equals("PgConnection")) {
                    found.put(key, type);
                }
            }
        }
        return List.copyOf(found.values());
    }

    private Set<Class<?>> all() {
        synchronized (targets) {
            return new LinkedHashSet<>(targets);
        }
    }

    /** Changes them. The drivers among them have the portable strategy from now on. */
    void change(Instrumentation instrumentation, DriverStrategies strategies) {
        Set<Class<?>> all = all();
        if (all.isEmpty()) {
            return;
        }
        for (Class<?> type : drivers()) {
            strategies.loadedBefore(type.getClassLoader(), drivers.driverOf(type));
        }
        instrumentation.addTransformer(this, true);
        Retransformation.of(instrumentation, List.copyOf(all), failed);
    }

    @Override
    public byte[] transform(
            Module module,
            ClassLoader loader,
            String name,
            Class<?> redefined,
            ProtectionDomain domain,
            byte[] classFile) {
        if (redefined == null || !targets.contains(redefined)) {
            return null;
        }
        try {
            return transformer.change(loader, name, classFile, true);
        } catch (Throwable e) {
            failed.accept(redefined, e);
            return null;
        }
    }
}
