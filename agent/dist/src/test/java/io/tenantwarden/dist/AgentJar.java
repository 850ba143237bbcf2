package io.tenantwarden.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** The packaged jar, read once. */
final class AgentJar {

    static final Path FILE = Path.of(System.getProperty("agent.jar", "target/tenant-warden.jar"));

    private static final Map<String, byte[]> ENTRIES = new TreeMap<>();
    private static final Attributes MANIFEST;

    static {
        try (JarFile jar = new JarFile(FILE.toFile())) {
            MANIFEST = jar.getManifest().getMainAttributes();
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                try (var in = jar.getInputStream(entry)) {
                    ENTRIES.put(entry.getName(), in.readAllBytes());
                }
            }
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private AgentJar() {}

    /** Name to content; folders are empty and end in a slash. */
    static Map<String, byte[]> entries() {
        return ENTRIES;
    }

    static Attributes manifest() {
        return MANIFEST;
    }

    static long size() throws IOException {
        return Files.size(FILE);
    }

    /** Internal class name to class file, of the classes under a folder of the jar. */
    static Map<String, ClassFile> classes(String folder) throws IOException {
        Map<String, ClassFile> classes = new TreeMap<>();
        for (Map.Entry<String, byte[]> entry : ENTRIES.entrySet()) {
            String name = entry.getKey();
            if (name.startsWith(folder) && (name.endsWith(".class") || name.endsWith(".classdata"))) {
                String className = name.substring(0, name.lastIndexOf('.'));
                classes.put(
                        className.startsWith("warden/") ? className.substring("warden/".length()) : className,
                        ClassFile.read(entry.getValue()));
            }
        }
        return classes;
    }
}
