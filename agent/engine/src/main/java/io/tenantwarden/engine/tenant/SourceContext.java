package io.tenantwarden.engine.tenant;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * What sources need to find the application's classes. Immutable; its parts must be safe for use by several threads.
 *
 * @param classes the loaders that define the classes which the sources name
 * @param siteLoader gives the class loader of the application's frame that runs the statement on this thread, or null;
 *     asked only when several loaders define the class and the context loader does not tell them apart
 * @param opener opens packages of named modules
 */
public record SourceContext(LoadedClasses classes, Supplier<ClassLoader> siteLoader, Opener opener) {

    public SourceContext {
        Objects.requireNonNull(classes, "classes");
        Objects.requireNonNull(siteLoader, "siteLoader");
        Objects.requireNonNull(opener, "opener");
    }
}
