package io.tenantwarden.bootstrap;

import java.io.File;
import java.lang.reflect.Constructor;

/**
 * What the JVM calls for {@code java -jar tenant-warden.jar}. Compiled for Java 8, so that an older JVM prints one readable
 * line; it does nothing but hand over to the command line, which lies in the jar as the agent's own classes do.
 */
public final class WardenCommand {

    private static final int COULD_NOT_RUN = 3;

    private WardenCommand() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments command and options
     */
    public static void main(String[] arguments) {
        if (WardenAgent.featureVersion() < 17) {
            System.err.println("tenant-warden: needs Java 17 or newer, this is " + System.getProperty("java.version"));
            System.exit(COULD_NOT_RUN);
        }
        try {
            // Not direct references: those classes are compiled for Java 17.
            Constructor<?> newLoader =
                    Class.forName("io.tenantwarden.bootstrap.AgentClassLoader").getDeclaredConstructor(File.class);
            ClassLoader loader = (ClassLoader) newLoader.newInstance(WardenAgent.jarFile());
            Thread.currentThread().setContextClassLoader(loader);
            loader.loadClass("io.tenantwarden.cli.WardenCli")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
        } catch (Exception e) {
            System.err.println("tenant-warden: the command line could not start: "
                    + (e.getCause() == null ? e : e.getCause())
                    + "; is the jar complete?");
            System.exit(COULD_NOT_RUN);
        }
    }
}
