package io.tenantwarden.instrumentation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this JVM was started with, its variables and argument files included, and what that says about classes that were
 * loaded before the agent. Immutable.
 *
 * @param all in order; empty when the JVM does not say
 */
record JvmArguments(List<String> all) {

    private static final String ARCHIVE = "-XX:SharedArchiveFile=";
    private static final Set<Integer> ARCHIVE_MAGIC = Set.of(0xf00baba2, 0xf00baba8);
    private static final String NO_MULTI_RELEASE = "-Djdk.util.jar.enableMultiRelease=false";
    private static final String AOT_CACHE = "-XX:AOTCache=";
    private static final String SYSTEM_LOADER = "-Djava.system.class.loader=";

    /** Asks the JVM, as its own management interface does; that interface may not be there in a small run-time image. */
    static JvmArguments of(Instrumentation instrumentation) {
        try {
            Module base = Object.class.getModule();
            instrumentation.redefineModule(
                    base,
                    Set.of(),
                    Map.of("jdk.internal.misc", Set.of(JvmArguments.class.getModule())),
                    Map.of(),
                    Set.of(),
                    Map.of());
            String[] arguments = (String[]) Class.forName("jdk.internal.misc.VM")
                    .getMethod("getRuntimeArguments")
                    .invoke(null);
            return new JvmArguments(arguments == null ? List.of() : List.of(arguments));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return new JvmArguments(List.of());
        }
    }

    /** What may have loaded a class before the agent, and what to do. One sentence or more. */
    String whatLoadsBefore() {
        List<String> agents = agentsBefore();
        if (!agents.isEmpty()) {
            return "Before it stands " + String.join(" ", agents)
                    + ": put -javaagent:tenant-warden.jar before the other -javaagent";
        }
        for (String argument : all) {
            if (argument.startsWith(AOT_CACHE)) {
                return argument + " has its classes loaded before any agent starts: start without -XX:AOTCache, or make"
                        + " the cache with -XX:-AOTClassLinking";
            }
        }
        for (String argument : all) {
            if (argument.startsWith(SYSTEM_LOADER)) {
                return argument + " may have loaded it: let that class loader use no database driver";
            }
        }
        return "What loaded it is not known: an agent in native code (-agentpath, -agentlib), an AOT cache, or a -javaagent"
                + " that stands before this one; put -javaagent:tenant-warden.jar first";
    }

    /** Agents that start before this one; not the debugger's, which loads no class of the application. */
    private List<String> agentsBefore() {
        List<String> before = new ArrayList<>();
        for (String argument : all) {
            if (argument.startsWith("-javaagent:")) {
                if (argument.contains("tenant-warden")) {
                    break;
                }
                before.add(withoutOptions(argument));
            } else if (argument.startsWith("-agentpath:")) {
                before.add(withoutOptions(argument));
            }
        }
        return before;
    }

    /** Options of an agent may be anything, credentials included. */
    private static String withoutOptions(String argument) {
        int options = argument.indexOf('=');
        return options < 0 ? argument : argument.substring(0, options);
    }

    /**
     * The archive of classes that {@code -XX:SharedArchiveFile} names, or the last of two; null when it names none, and when no
     * class of it can be one that stands under {@code META-INF/versions} only.
     */
    String archive() {
        String found = null;
        for (String argument : all) {
            if (argument.equals(NO_MULTI_RELEASE)) {
                return null;
            }
            if (argument.startsWith(ARCHIVE)) {
                for (String file : argument.substring(ARCHIVE.length()).split(File.pathSeparator)) {
                    found = isArchive(file) ? file : found;
                }
            }
        }
        return found;
    }

    /** The magic numbers of static and dynamic archives in HotSpot's {@code cds.h}, in the byte order of the machine. */
    private static boolean isArchive(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            byte[] magic = in.readNBytes(Integer.BYTES);
            return magic.length == Integer.BYTES
                    && ARCHIVE_MAGIC.contains(ByteBuffer.wrap(magic)
                            .order(ByteOrder.nativeOrder())
                            .getInt());
        } catch (IOException | InvalidPathException e) {
            return false; // the JVM does not use it either
        }
    }
}
