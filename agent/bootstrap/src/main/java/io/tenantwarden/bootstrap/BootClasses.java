package io.tenantwarden.bootstrap;

/**
 * Finds the classes of this package for class loaders that hide the boot loader's packages (JBoss Modules, OSGi, loaders
 * that filter names). Instrumented {@code loadClass} methods ask here first. Stateless.
 */
public final class BootClasses {

    private static final String PACKAGE = "io.tenantwarden.bootstrap.";

    private BootClasses() {}

    /**
     * The boot loader's class of this name.
     *
     * @param name binary name, as it was given to {@code loadClass}; may be null
     * @return null when it is none of this package, and the loader is to go on as it always did
     */
    public static Class<?> find(String name) {
        if (name == null || !name.startsWith(PACKAGE)) {
            return null;
        }
        try {
            return Class.forName(name, false, null);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
