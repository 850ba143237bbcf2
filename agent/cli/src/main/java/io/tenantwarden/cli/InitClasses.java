package io.tenantwarden.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;

/**
 * The application's own classes, read as files: none is loaded, no code of the application runs. Of nested jars, and of jars
 * with everything in them, only what is in the packages of the application. For one thread.
 */
final class InitClasses {

    private final Map<String, InitClass> classes = new TreeMap<>();
    private final Set<String> libraries = new TreeSet<>();
    private final Set<String> modules = new TreeSet<>();
    private final Set<String> resources = new TreeSet<>();
    private final Map<String, List<InitClass>> subtypes = new TreeMap<>();
    private int unreadable;

    /**
     * Reads jars, wars, ears and folders.
     *
     * @param packages the application's packages, where their places do not tell
     * @throws CommandFailure when one is not there or holds no class of the application
     */
    static InitClasses read(Collection<Path> places, Collection<String> packages) {
        InitClasses all = new InitClasses();
        for (Path place : places) {
            int before = all.classes.size();
            int librariesBefore = all.libraries.size();
            try {
                if (!Files.exists(place)) {
                    throw CommandFailure.usage(place + " does not exist: give --jar FILE or --classes FOLDER");
                }
                all.readPlace(place, packages);
                Path folder = place.toAbsolutePath().getParent();
                if (all.classes.size() == before && Files.isDirectory(folder.resolve("app"))) {
                    // Quarkus's quarkus-run.jar only starts what lies beside it
                    all.readPlace(folder, packages);
                }
            } catch (IOException e) {
                throw CommandFailure.usage(place + " cannot be read: " + e.getMessage());
            }
            if (all.classes.size() == before) {
                throw CommandFailure.usage(
                        all.libraries.size() == librariesBefore
                                ? place + " holds no class"
                                        + (packages.isEmpty()
                                                ? ": build the application first"
                                                : " of " + String.join(", ", packages))
                                : place
                                        + " holds jars, and nothing tells which are the application's: name its packages,"
                                        + " for instance --package com.acme");
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

    private void readPlace(Path place, Collection<String> packages) throws IOException {
        InitPackages.Own own = InitPackages.in(place, packages);
        InitArchives.read(place, new InitArchives.Visitor() {
            @Override
            public void manifest(Attributes main) {
                // asked before
            }

            @Override
            public boolean enter(String archive, InitArchives.Kind kind) {
                if (kind == InitArchives.Kind.LIBRARY) {
                    libraries.add(archive);
                }
                return kind == InitArchives.Kind.OWN || !own.prefixes().isEmpty();
            }

            @Override
            public void file(String archive, InitArchives.Kind kind, String name, InputStream in) throws IOException {
                if (!isClass(name)) {
                    if (name.startsWith("db/")) {
                        resources.add(name);
                    }
                } else if (own.has(kind, name)) {
                    if (kind == InitArchives.Kind.LIBRARY) {
                        modules.add(archive);
                    }
                    add(in.readAllBytes());
                }
            }
        });
    }

    /** Whether it is the file of a class that code may use; those of other Java versions are left out. */
    static boolean isClass(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class");
    }

    private void add(byte[] bytes) {
        InitClass c = InitClassReader.read(bytes);
        if (c == null) {
            unreadable++;
        } else {
            classes.put(c.name(), c);
        }
    }

    /** The nested jars that hold classes of the application, by file name. */
    Set<String> modules() {
        return modules;
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
        Map<String, InitClass> found = new LinkedHashMap<>();
        List<String> queue = new ArrayList<>(List.of(internalName));
        for (int i = 0; i < queue.size(); i++) {
            for (InitClass c : subtypes.getOrDefault(queue.get(i), List.of())) {
                if (found.putIfAbsent(c.name(), c) == null) {
                    queue.add(c.name());
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** The methods of a class, those that it inherits from classes and interfaces of the application included. */
    List<InitClass.Method> methodsOf(InitClass type) {
        Map<String, InitClass.Method> methods = new LinkedHashMap<>();
        List<InitClass> queue = new ArrayList<>(List.of(type));
        for (int i = 0; i < queue.size(); i++) {
            InitClass c = queue.get(i);
            c.methods().forEach(m -> methods.putIfAbsent(m.name() + m.descriptor(), m));
            List<String> above = new ArrayList<>(List.of(c.superName()));
            above.addAll(c.interfaces());
            for (String name : above) {
                InitClass next = classes.get(name);
                if (next != null && !queue.contains(next)) {
                    queue.add(next);
                }
            }
        }
        return List.copyOf(methods.values());
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

    /** The package that holds all classes, or those that hold most; empty when they have none. */
    List<String> packages() {
        String common = null;
        for (InitClass c : classes.values()) {
            String name = c.name().indexOf('/') < 0
                    ? ""
                    : c.name().substring(0, c.name().lastIndexOf('/'));
            common = common == null ? name : commonOf(common, name);
        }
        if (common != null && common.indexOf('/') > 0) {
            return List.of(common.replace('/', '.'));
        }
        return InitPackages.usual(classes.keySet()).stream()
                .map(p -> p.substring(0, p.length() - 1).replace('/', '.'))
                .toList();
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
