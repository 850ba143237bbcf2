package io.tenantwarden.engine.drivers;

import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/** What was told already, for each class loader. Keeps no loader alive. Thread-safe. */
final class ToldOnce {

    private final Set<String> ofBootLoader = ConcurrentHashMap.newKeySet();
    private final Map<ClassLoader, Set<String>> told = new WeakHashMap<>();

    /** Whether this kind of thing is told for the first time. @param loader null for the boot loader */
    boolean first(ClassLoader loader, String kind) {
        if (loader == null) {
            return ofBootLoader.add(kind);
        }
        synchronized (told) {
            return told.computeIfAbsent(loader, key -> ConcurrentHashMap.newKeySet())
                    .add(kind);
        }
    }
}
