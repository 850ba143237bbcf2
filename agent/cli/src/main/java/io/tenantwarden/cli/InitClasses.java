package io.tenantwarden.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The application's own classes, read as files: none is loaded, no code of the application runs. Of a Spring Boot jar or a
 * war the classes of the application, of any other jar all of them. For one thread.
 */
final class InitClasses {

    private static final String BOOT = "BOOT-INF/classes/";
    private static final String WEB = "WEB-INF/classes/";

    private final Map<String, InitClass> classes = new TreeMap<>();
    private final Set<String> libraries = new TreeSet<>();
    private final Set<String> resources = new TreeSet<>();
    private final Map<String, List<InitClass>> subtypes = new TreeMap<>();
    private int unreadable;

    /**
     * Reads jars, wars and folders.
     *
     * @throws CommandFailure when one is not there or holds no class
     */
    static InitClasses read(Collection<Path> places) {
        InitClasses all = new InitClasses();
        for (Path place : places) {
            int before = all.classes.size();
            try {
                if (Files.isDirectory(place)) {
                    all.readFolder(place);
                } else if (Files.isRegularFile(place)) {
                    all.readArchive(place);
                } else {
                    throw CommandFailure.usage(place + " does not exist: give --jar FILE or --classes FOLDER");
                }
            } catch (IOException e) {
                throw CommandFailure.usage(place + " cannot be read: " + e.getMessage());
            }
            if (all.classes.size() == before) {
                throw CommandFailure.usage(place + " holds no class: build the application first");
            }
        }
        all.classes.values().forEach(c -> {
            all.subtypes.computeIfAbsent(c.superName(), k -> new ArrayList<>()).add(c);
            c.interfaces()
                    .forEach(i -> all.subtypes
                            .computeIfAbsent(i, k -> new ArrayList<>())
                            .add(c));
        });
        return all;
    }

    private void readFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                add(name, name.endsWith(".class") ? Files.readAllBytes(file) : null);
            }
        }
    }

    private void readArchive(Path archive) throws IOException {
        boolean nested = false;
        try (ZipInputStream zip = open(archive)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                nested |= e.getName().startsWith(BOOT) || e.getName().startsWith(WEB);
            }
        }
        try (ZipInputStream zip = open(archive)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                String name = e.getName();
                if (e.isDirectory()) {
                    continue;
                }
                if (name.endsWith(".jar")) {
                    libraries.add(name.substring(name.lastIndexOf('/') + 1));
                } else if (!nested) {
                    add(name, name.endsWith(".class") ? zip.readAllBytes() : null);
                } else if (name.startsWith(BOOT) || name.startsWith(WEB)) {
                    String inside = name.substring(name.startsWith(BOOT) ? BOOT.length() : WEB.length());
                    add(inside, inside.endsWith(".class") ? zip.readAllBytes() : null);
                }
            }
        }
    }

    private static ZipInputStream open(Path archive) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(archive));
        return new ZipInputStream(in);
    }

    private void add(String name, byte[] bytes) {
        if (bytes == null) {
            resources.add(name);
        } else if (!name.startsWith("META-INF/") && !name.endsWith("module-info.class")) {
            InitClass c = InitClassReader.read(bytes);
            if (c == null) {
                unreadable++;
            } else {
                classes.put(c.name(), c);
            }
        }
    }

    /** By name. */
    Collection<InitClass> all() {
        return classes.values();
    }

    /** The class of this internal name; null when it is not the application's. */
    InitClass get(String internalName) {
        return classes.get(internalName);
    }

    /** The application's classes below this one, at any depth, itself left out. */
    List<InitClass> below(String internalName) {
        List<InitClass> found = new ArrayList<>();
        List<String> queue = new ArrayList<>(List.of(internalName));
        for (int i = 0; i < queue.size(); i++) {
            for (InitClass c : subtypes.getOrDefault(queue.get(i), List.of())) {
                if (!found.contains(c)) {
                    found.add(c);
                    queue.add(c.name());
                }
            }
        }
        return found;
    }

    /** How many class files were no class that is understood: of a Java that is too new, or broken. */
    int unreadable() {
        return unreadable;
    }

    /** Whether a library of this name comes along, or the application names its classes. */
    boolean uses(String library, String packagePrefix) {
        return libraries.stream().anyMatch(l -> l.startsWith(library))
                || classes.values().stream()
                        .anyMatch(c -> c.name().startsWith(packagePrefix)
                                || c.methods().stream()
                                        .flatMap(m -> m.calls().stream())
                                        .anyMatch(call -> call.owner().startsWith(packagePrefix)));
    }

    /** Whether there is a file below this folder. */
    boolean hasResource(String folder) {
        return resources.stream().anyMatch(r -> r.startsWith(folder));
    }

    /** The longest package that holds all classes, at most three levels; null when there is none. */
    String commonPackage() {
        String common = null;
        for (InitClass c : classes.values()) {
            String name = c.name().indexOf('/') < 0
                    ? ""
                    : c.name().substring(0, c.name().lastIndexOf('/'));
            common = common == null ? name : commonOf(common, name);
        }
        return common == null || common.isEmpty() ? null : common.replace('/', '.');
    }

    private static String commonOf(String a, String b) {
        String[] x = a.split("/");
        String[] y = b.split("/");
        StringBuilder common = new StringBuilder();
        for (int i = 0; i < Math.min(x.length, y.length) && x[i].equals(y[i]); i++) {
            common.append(common.isEmpty() ? "" : "/").append(x[i]);
        }
        return common.toString();
    }
}
