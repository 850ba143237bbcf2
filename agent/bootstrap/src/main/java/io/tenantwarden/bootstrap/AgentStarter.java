package io.tenantwarden.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.Map;

/**
 * Second step of the start, in the boot loader: makes the loader of the agent's own classes and calls the installer in it.
 */
public final class AgentStarter {

    private static final String INSTALLER = "io.tenantwarden.instrumentation.Installer";

    private AgentStarter() {}

    /**
     * Installs the agent.
     *
     * @param arguments agent arguments, may be null
     * @param instrumentation given by the JVM
     * @param jar the agent's jar
     * @param attached whether the JVM was running before, and must not be ended
     * @throws Exception when the agent cannot be installed
     */
    public static void start(String arguments, Instrumentation instrumentation, File jar, boolean attached)
            throws Exception {
        AgentClassLoader loader = new AgentClassLoader(jar);
        try {
            loader.loadClass(INSTALLER)
                    .getMethod("install", String.class, Instrumentation.class, boolean.class)
                    .invoke(null, arguments, instrumentation, attached);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * {@code warden.mode} of system properties or environment, for a premain class that a security manager lets read
     * neither; null when it stands in neither.
     */
    @SuppressWarnings("removal")
    public static String configuredMode() {
        return AccessController.doPrivileged((PrivilegedAction<String>) () -> {
            String mode = System.getProperty("warden.mode");
            for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
                if (mode == null && variable.getKey().equalsIgnoreCase("WARDEN_MODE")) {
                    mode = variable.getValue();
                }
            }
            return mode;
        });
    }
}
