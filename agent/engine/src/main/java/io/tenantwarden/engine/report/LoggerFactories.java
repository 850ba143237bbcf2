package io.tenantwarden.engine.report;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The classes {@code org.slf4j.LoggerFactory} that the application's loaders have defined. Held weakly: a redeployed application can be collected.
 * Thread-safe.
 */
public final class LoggerFactories {

    static final String CLASS_NAME = "org.slf4j.LoggerFactory";

    private final List<WeakReference<Class<?>>> classes = new CopyOnWriteArrayList<>();
    private final List<WeakReference<ClassLoader>> loaders = new CopyOnWriteArrayList<>();

    /** Adds a loaded class {@code org.slf4j.LoggerFactory}; it is neither initialised nor used before the application has done so. */
    public void add(Class<?> loggerFactory) {
        classes.removeIf(reference -> reference.get() == null);
        classes.add(new WeakReference<>(loggerFactory));
    }

    /**
     * Adds a loader that is defining {@code org.slf4j.LoggerFactory} just now, as a class file transformer sees it: the class itself is looked up
     * later, on the agent's own thread, without initialising it.
     */
    public void addLoader(ClassLoader definingLoader) {
        loaders.add(new WeakReference<>(definingLoader));
    }

    /** The classes that are still there, in the order in which they were added. */
    List<Class<?>> candidates() {
        for (WeakReference<ClassLoader> reference : loaders) {
            ClassLoader loader = reference.get();
            loaders.remove(reference);
            if (loader != null) {
                addFrom(loader);
            }
        }
        List<Class<?>> candidates = new ArrayList<>();
        for (WeakReference<Class<?>> reference : classes) {
            Class<?> candidate = reference.get();
            if (candidate != null && !candidates.contains(candidate)) {
                candidates.add(candidate);
            }
        }
        return candidates;
    }

    private void addFrom(ClassLoader loader) {
        try {
            add(Class.forName(CLASS_NAME, false, loader));
        } catch (ClassNotFoundException | LinkageError e) {
            // Its definition failed in the application, which has heard of it. There is nothing to log through.
            return;
        }
    }
}
