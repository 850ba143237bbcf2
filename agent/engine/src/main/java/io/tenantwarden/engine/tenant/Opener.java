package io.tenantwarden.engine.tenant;

/**
 * Opens a package of a named module to Warden, so that a tenant source can read its non-public members. Called once per
 * member, never on the hot path; must be safe for use by several threads.
 */
@FunctionalInterface
public interface Opener {

    /** Opens nothing: a member that cannot be reached fails with the {@code --add-opens} that would help. */
    Opener NONE = (module, packageName) -> false;

    /**
     * Opens a package to the unnamed module of the class loader that holds this interface.
     *
     * @param module a named module
     * @param packageName one of its packages
     * @return whether the package is open now
     */
    boolean open(Module module, String packageName);
}
