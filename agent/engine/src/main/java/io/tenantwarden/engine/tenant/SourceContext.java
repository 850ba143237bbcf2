package io.tenantwarden.engine.tenant;

import java.util.Objects;

/**
 * What sources need to find the application's classes. Immutable; its parts must be safe for use by several threads.
 *
 * @param classes the loaders that define the classes which the sources name
 * @param frames the application's frames on the stack; asked only where several loaders define a class
 * @param opener opens packages of named modules
 */
public record SourceContext(LoadedClasses classes, AppFrames frames, Opener opener) {

    public SourceContext {
        Objects.requireNonNull(classes, "classes");
        Objects.requireNonNull(frames, "frames");
        Objects.requireNonNull(opener, "opener");
    }
}
