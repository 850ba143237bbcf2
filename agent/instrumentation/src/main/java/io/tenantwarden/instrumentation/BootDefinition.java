package io.tenantwarden.instrumentation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Defines the agent's boot classes in the boot loader, where {@code Instrumentation.appendToBootstrapClassLoaderSearch} would
 * have it look for them: from the moment a JVM has an appended boot class path, it takes no class of the application from an
 * archive (class data sharing), and says so on stderr.
 *
 * <p>{@code jdk.internal.misc} is exported to the module of this class's own loader only, which is a loader that nobody keeps:
 * the application cannot use what is opened here. All boot classes are defined at once, because the boot loader, asked for
 * another one later, would not know where to look.
 */
public final class BootDefinition {

    private static final String LIST = "boot-classes";

    private final Object unsafe;
    private final Method defineClass;

    private BootDefinition(Instrumentation instrumentation) throws ReflectiveOperationException {
        instrumentation.redefineModule(
                Object.class.getModule(),
                Set.of(),
                Map.of("jdk.internal.misc", Set.of(BootDefinition.class.getModule())),
                Map.of(),
                Set.of(),
                Map.of());
        Class<?> type = Class.forName("jdk.internal.misc.Unsafe");
        this.unsafe = type.getMethod("getUnsafe").invoke(null);
        this.defineClass = type.getMethod(
                "defineClass",
                String.class,
                byte[].class,
                int.class,
                int.class,
                ClassLoader.class,
                ProtectionDomain.class);
    }

    /**
     * Defines them.
     *
     * @param instrumentation given by the JVM
     * @param jar the agent's jar, which has their class files at its root and their names in {@code warden/boot-classes}
     * @throws Exception or an Error, when this JVM does not let it: some of them may be defined then, and those that are not can
     *     still be found by appending the jar
     */
    public static void define(Instrumentation instrumentation, File jar) throws Exception {
        BootDefinition definition = new BootDefinition(instrumentation);
        try (ZipFile file = new ZipFile(jar)) {
            List<String> names = names();
            while (!names.isEmpty()) {
                List<String> later = definition.defineWithSupertypes(file, names);
                if (later.size() == names.size()) {
                    throw new NoClassDefFoundError("a supertype of " + later);
                }
                names = later;
            }
        }
    }

    private static List<String> names() throws IOException {
        try (InputStream in = BootDefinition.class.getClassLoader().getResourceAsStream(LIST)) {
            if (in == null) {
                throw new IOException("the jar lacks warden/" + LIST);
            }
            String[] names = new String(in.readAllBytes(), StandardCharsets.US_ASCII).split(" ");
            Arrays.sort(names); // a nested class, which may extend its outer class, comes after it
            return List.of(names);
        }
    }

    /** Those whose supertypes are there; returns the others, whose turn comes when these are. */
    private List<String> defineWithSupertypes(ZipFile jar, List<String> names) throws Exception {
        List<String> later = new ArrayList<>();
        for (String name : names) {
            byte[] classFile = read(jar, name + ".class");
            try {
                defineClass.invoke(unsafe, name, classFile, 0, classFile.length, null, null);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof NoClassDefFoundError) {
                    later.add(name);
                } else {
                    throw e;
                }
            }
        }
        return later;
    }

    private static byte[] read(ZipFile jar, String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        if (entry == null) {
            throw new IOException("the jar lacks " + name);
        }
        try (InputStream in = jar.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
