package io.tenantwarden.engine.tenant;

import java.util.function.Predicate;

/** The class loaders of the application's frames on the stack of the current thread. */
@FunctionalInterface
public interface AppFrames {

    /** For threads and tests without any. */
    AppFrames NONE = wanted -> null;

    /**
     * Walks the stack, from the frame that runs the statement outwards.
     *
     * @param wanted is asked for the loader of each frame
     * @return the first that is wanted; null when none is
     */
    ClassLoader first(Predicate<ClassLoader> wanted);
}
