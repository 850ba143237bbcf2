package io.tenantwarden.engine.tenant;

/** Reads one place where the application keeps its tenant. Safe for use by several threads. */
interface TenantSource {

    /**
     * The raw value; null when there is none, also when the application has not loaded the class yet.
     *
     * @throws Throwable whatever the application's code throws, or {@link TenantSourceException} when it cannot be read
     */
    Object read() throws Throwable;

    /** Whether the application has loaded what this source reads. */
    default boolean isLoaded() {
        return true;
    }

    /** Class loaders that are in each other's way, as {@link Copies#shadowing}; null when none are. */
    default String shadowing() {
        return null;
    }
}
