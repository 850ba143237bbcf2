package io.tenantwarden.bootstrap;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.net.URL;
import java.security.AllPermission;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarFile;

/**
 * What the JVM calls for {@code -javaagent}. Compiled for Java 8, so that an older JVM prints one readable line; it does
 * nothing but bring the boot classes into the boot loader and hand over to one of them, {@link AgentStarter}.
 */
public final class WardenAgent {

    /** Set when the agent is in, so that a second {@code -javaagent} of the same JVM is noticed. */
    private static final String ATTACHED = "io.tenantwarden.attached";

    private static final String STARTER = "io.tenantwarden.bootstrap.AgentStarter";
    private static final String LOADER = "io.tenantwarden.bootstrap.AgentClassLoader";
    private static final String DEFINITION = "io.tenantwarden.instrumentation.BootDefinition";

    private WardenAgent() {}

    /**
     * Entry point of {@code -javaagent:tenant-warden.jar=arguments}.
     *
     * @param arguments {@code key=value;...}, may be null
     * @param instrumentation given by the JVM
     */
    public static void premain(String arguments, Instrumentation instrumentation) {
        start(arguments, instrumentation, false);
    }

    /**
     * Entry point of an attach to a running JVM, which is never ended from here. What is loaded already is covered as far
     * as methods of loaded classes can be changed.
     *
     * @param arguments {@code key=value;...}, may be null
     * @param instrumentation given by the JVM
     */
    public static void agentmain(String arguments, Instrumentation instrumentation) {
        start(arguments, instrumentation, true);
    }

    private static void start(String arguments, Instrumentation instrumentation, boolean attached) {
        try {
            SecurityManager manager = System.getSecurityManager();
            if (manager != null) {
                manager.checkPermission(new AllPermission());
            }
            if (isJdkTool() || isOwnCommandLine()) {
                return;
            }
            if (featureVersion() < 17) {
                refuseOldJvm(arguments, attached);
                return;
            }
            if (System.getProperty(ATTACHED) != null) {
                System.err.println("[warden] this JVM has the agent already: the second -javaagent:tenant-warden.jar is"
                        + " ignored; remove it");
                return;
            }
            File jar = jarFile();
            bringBootClasses(instrumentation, jar);
            System.setProperty(ATTACHED, "true");
            // Not a direct reference: the class must be the one of the boot loader, not of this class's own loader.
            Class.forName(STARTER, true, null)
                    .getMethod("start", String.class, Instrumentation.class, File.class, boolean.class)
                    .invoke(null, arguments, instrumentation, jar, attached);
        } catch (SecurityException e) {
            System.err.println("[warden] the agent could not start, nothing is protected: the security manager's policy"
                    + " does not let it (" + e.getMessage() + "). Add to the policy file: grant codeBase \""
                    + codeBase() + "\" { permission java.security.AllPermission; };");
            stopIfEnforced(deniedEnforce(arguments, instrumentation), attached);
        } catch (Throwable e) {
            System.err.println("[warden] the agent could not start, nothing is protected: " + e
                    + (e.getCause() == null ? "" : ", caused by " + e.getCause()));
            stopIfEnforced(wantsEnforce(arguments), attached);
        }
    }

    /**
     * Where a class of the boot loader cannot be defined, the jar is appended to its class path, which costs a start from an
     * archive of classes most of what the archive saves.
     */
    private static void bringBootClasses(Instrumentation instrumentation, File jar) throws Exception {
        if (hasBootClasses()) {
            return;
        }
        try {
            // Not direct references: those classes are compiled for Java 17.
            Constructor<?> newLoader = Class.forName(LOADER).getDeclaredConstructor(File.class);
            ClassLoader loader = (ClassLoader) newLoader.newInstance(jar);
            loader.loadClass(DEFINITION)
                    .getMethod("define", Instrumentation.class, File.class)
                    .invoke(null, instrumentation, jar);
        } catch (Exception | LinkageError e) {
            System.err.println(
                    "[warden] add -Xbootclasspath/a:" + jar + " if the application starts from an archive of its"
                            + " classes (-XX:SharedArchiveFile, -XX:AOTCache), there and where the archive is made: this JVM lets no"
                            + " boot class be defined (" + (e.getCause() == null ? e : e.getCause())
                            + "), and what is done instead"
                            + " leaves the archive unused. Nothing else is different");
            instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(jar));
        }
    }

    /** With {@code -Xbootclasspath/a:tenant-warden.jar}, and when an earlier start in this JVM was given up. */
    private static boolean hasBootClasses() {
        try {
            Class.forName(STARTER, false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static void stopIfEnforced(boolean enforced, boolean attached) {
        if (!enforced) {
            return;
        }
        if (attached) {
            System.err.println("[warden] warden.mode=enforce: the JVM goes on, unprotected, because it was running"
                    + " before the agent was attached");
            return;
        }
        System.err.println("[warden] warden.mode=enforce: the JVM stops");
        System.exit(1);
    }

    /**
     * Whether {@code enforce} is asked for, where this class may read neither property nor environment: the boot loader's
     * classes may. What cannot be found out counts as yes.
     */
    private static boolean deniedEnforce(String arguments, Instrumentation instrumentation) {
        try {
            if (WardenAgent.class.getClassLoader() != null) {
                // what is in the boot loader already may not be asked here
                instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(jarFile()));
            }
            Object mode = Class.forName(STARTER).getMethod("configuredMode").invoke(null);
            return isEnforce((String) mode, arguments);
        } catch (Throwable e) {
            return true;
        }
    }

    private static String codeBase() {
        try {
            return jarFile().toURI().toString();
        } catch (Exception e) {
            return "file:/path/to/tenant-warden.jar";
        }
    }

    /** JAVA_TOOL_OPTIONS reaches javac, jcmd, jar ... as well; they have no database. */
    private static boolean isJdkTool() {
        String command = System.getProperty("sun.java.command", "");
        if (command.startsWith("jdk.compiler/com.sun.tools.javac.launcher.")) {
            return false; // "java Application.java": a tool by its name, an application by its content
        }
        return command.startsWith("jdk.") || command.startsWith("sun.tools.") || command.startsWith("com.sun.tools.");
    }

    /** JAVA_TOOL_OPTIONS reaches {@code java -jar tenant-warden.jar doctor} as well; it is not to be watched. */
    private static boolean isOwnCommandLine() {
        try {
            String classPath = System.getProperty("java.class.path", "");
            return !classPath.isEmpty()
                    && new File(classPath).getCanonicalFile().equals(jarFile().getCanonicalFile());
        } catch (Exception e) {
            return false;
        }
    }

    /** The JVM's feature version, for instance 8 or 17; 0 when it cannot be told. */
    static int featureVersion() {
        String version = System.getProperty("java.specification.version", "0");
        try {
            return version.startsWith("1.") ? Integer.parseInt(version.substring(2)) : Integer.parseInt(version);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static void refuseOldJvm(String arguments, boolean attached) {
        String found = System.getProperty("java.version");
        if (wantsEnforce(arguments) && !attached) {
            System.err.println("[warden] Tenant Warden needs Java 17 or newer, this is " + found
                    + "; warden.mode=enforce: the JVM stops");
            System.exit(1);
        }
        System.err.println("[warden] Tenant Warden needs Java 17 or newer, this is " + found
                + ": the application starts UNPROTECTED");
    }

    /** The full configuration cannot be read here; where the mode is named at all, it is one of these three places. */
    private static boolean wantsEnforce(String arguments) {
        String mode = System.getProperty("warden.mode");
        if (mode == null) {
            for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
                if (variable.getKey().equalsIgnoreCase("WARDEN_MODE")) {
                    mode = variable.getValue();
                }
            }
        }
        return isEnforce(mode, arguments);
    }

    private static boolean isEnforce(String mode, String arguments) {
        if (mode == null && arguments != null) {
            return arguments.replace(" ", "").toLowerCase(Locale.ROOT).contains("mode=enforce");
        }
        return "enforce".equalsIgnoreCase(mode == null ? null : mode.trim());
    }

    /**
     * The jar that this class was loaded from. Asked of the class file and not of the protection domain, which classes of
     * the boot loader have none of.
     */
    static File jarFile() throws Exception {
        URL own = WardenAgent.class.getResource("WardenAgent.class");
        String text = String.valueOf(own);
        int end = text.lastIndexOf("!/");
        if (!text.startsWith("jar:file:") || end < 0) {
            throw new IllegalStateException("the agent's own jar cannot be found");
        }
        return new File(new URI(text.substring("jar:".length(), end)));
    }
}
