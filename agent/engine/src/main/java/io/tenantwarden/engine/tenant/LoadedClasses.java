package io.tenantwarden.engine.tenant;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which class loaders of the application define the classes that tenant sources name. The names are fixed at
 * construction. Loaders and classes are held weakly, so that an undeployed application can be collected.
 *
 * <p>Safe for use by several threads. No class is initialised here, and none is loaded that the application does not load
 * itself.
 */
public final class LoadedClasses {

    /** SLF4J's diagnostic context, known whatever the sources. */
    public static final String MDC = "org.slf4j.MDC";
    /** SLF4J's factory, known whatever the sources. */
    public static final String LOGGER_FACTORY = "org.slf4j.LoggerFactory";

    private final Map<String, Watched> byInternalName = new HashMap<>();

    /**
     * Watches these classes, {@link #MDC} and {@link #LOGGER_FACTORY}.
     *
     * @param names binary names, for instance {@code com.acme.Outer$Inner}
     */
    public LoadedClasses(Collection<String> names) {
        names.forEach(this::watch);
        watch(MDC);
        watch(LOGGER_FACTORY);
    }

    /** Watches the classes that these sources need, {@link #MDC} and {@link #LOGGER_FACTORY}. */
    public static LoadedClasses forSources(Collection<SourceSpec> sources) {
        return new LoadedClasses(sources.stream()
                .map(SourceSpec::watchedClass)
                .filter(Objects::nonNull)
                .toList());
    }

    private void watch(String name) {
        byInternalName.put(name.replace('.', '/'), new Watched(name));
    }

    /**
     * Called by the class file transformer for every class that is being loaded; the class is not defined yet.
     *
     * @param loader the defining loader; null for the boot loader
     * @param internalName with slashes; null for classes that have no name
     * @return whether it is one of the watched
     */
    public boolean noteClass(ClassLoader loader, String internalName) {
        Watched watched = byInternalName.get(internalName);
        if (watched == null) {
            return false;
        }
        watched.note(loader);
        return true;
    }

    /**
     * The living loaders that define the class; null among them is the boot loader. A snapshot that holds them strongly:
     * not to be kept.
     *
     * @throws IllegalArgumentException when the name was not given at construction
     */
    public List<ClassLoader> candidates(String name) {
        return watched(name).loaders();
    }

    Watched watched(String name) {
        Watched watched = byInternalName.get(name.replace('.', '/'));
        if (watched == null) {
            throw new IllegalArgumentException(name + " is not among the classes that are watched");
        }
        return watched;
    }

    /** One name and the loaders that define it. */
    static final class Watched {

        private final String name;
        private volatile Candidate[] candidates = {};

        private Watched(String name) {
            this.name = name;
        }

        private synchronized void note(ClassLoader loader) {
            List<Candidate> living = new ArrayList<>();
            for (Candidate candidate : candidates) {
                // noted again: an earlier definition failed, or the class is being redefined
                if (!candidate.isCollected() && !candidate.isOf(loader)) {
                    living.add(candidate);
                }
            }
            living.add(new Candidate(name, loader));
            candidates = living.toArray(new Candidate[0]);
        }

        String name() {
            return name;
        }

        /** The class, where one loader alone defines it; null when none does, or several do. */
        Class<?> only() {
            Candidate[] all = candidates;
            return all.length == 1 ? all[0].type() : null;
        }

        /** The class of each living loader that defines it. Holds them strongly: not to be kept. */
        List<Class<?>> types() {
            List<Class<?>> types = new ArrayList<>();
            for (Candidate candidate : candidates) {
                Class<?> type = candidate.isUsable() ? candidate.type() : null;
                if (type != null) {
                    types.add(type);
                }
            }
            return types;
        }

        /** Whether a living loader defines the class. */
        boolean isLoaded() {
            for (Candidate candidate : candidates) {
                if (candidate.isUsable()) {
                    return true;
                }
            }
            return false;
        }

        /** The class as this loader defines it, or null. */
        Class<?> definedBy(ClassLoader loader) {
            for (Candidate candidate : candidates) {
                if (candidate.isOf(loader)) {
                    return candidate.type();
                }
            }
            return null;
        }

        private List<ClassLoader> loaders() {
            List<ClassLoader> loaders = new ArrayList<>();
            for (Candidate candidate : candidates) {
                ClassLoader loader = candidate.loader();
                if (loader != null || candidate.boot) {
                    loaders.add(loader);
                }
            }
            return Collections.unmodifiableList(loaders);
        }
    }

    /** One loader that defines, or is about to define, a class. */
    private static final class Candidate {

        private final String name;
        private final boolean boot;
        private final WeakReference<ClassLoader> loader;
        private volatile WeakReference<Class<?>> type = new WeakReference<>(null);
        private volatile boolean failed;

        Candidate(String name, ClassLoader loader) {
            this.name = name;
            this.boot = loader == null;
            this.loader = new WeakReference<>(loader);
        }

        ClassLoader loader() {
            return loader.get();
        }

        boolean isOf(ClassLoader other) {
            return other == null ? boot : loader.get() == other;
        }

        boolean isCollected() {
            return !boot && loader.get() == null;
        }

        boolean isUsable() {
            return !failed && !isCollected();
        }

        Class<?> type() {
            Class<?> known = type.get();
            return known != null ? known : define();
        }

        private Class<?> define() {
            ClassLoader defining = loader.get();
            if (failed || (defining == null && !boot)) {
                return null;
            }
            Class<?> found = load(defining);
            if (found == null || found.getClassLoader() != defining) {
                // The definition failed, or the loader hands out somebody else's class. Noted again when it tries
                // again.
                failed = true;
                return null;
            }
            type = new WeakReference<>(found);
            return found;
        }

        private Class<?> load(ClassLoader defining) {
            try {
                return Class.forName(name, false, defining);
            } catch (ClassNotFoundException e) {
                return null;
            } catch (LinkageError e) {
                return loadAgain(defining);
            }
        }

        /** A loader without locks may have defined the class on another thread meanwhile; then the JVM knows it now. */
        private Class<?> loadAgain(ClassLoader defining) {
            try {
                return Class.forName(name, false, defining);
            } catch (ClassNotFoundException | LinkageError e) {
                return null;
            }
        }
    }
}
