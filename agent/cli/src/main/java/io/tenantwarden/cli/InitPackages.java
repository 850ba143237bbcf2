package io.tenantwarden.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;

/**
 * Which packages are the application's, where its classes lie among those of others: nested jars may be its modules or its
 * libraries, and some builds put everything into one jar. Told by the place of the classes, by the main class, or by the user.
 * Used once, by one thread.
 */
final class InitPackages implements InitArchives.Visitor {

    /** Names that belong to many: what comes after them says whose code it is. */
    private static final Set<String> SHARED = Set.of(
            "com/github",
            "io/github",
            "com/gitlab",
            "io/gitlab",
            "org/apache",
            "org/eclipse",
            "org/springframework",
            "org/jboss",
            "com/google",
            "io/quarkus",
            "co/uk",
            "com/au",
            "com/br",
            "net/sf",
            "org/example");

    /** A class that was put there to patch a library is no package of the application. */
    private static final int PERCENT = 10;

    private final Map<String, Integer> own = new TreeMap<>();
    private final Map<String, Integer> root = new TreeMap<>();
    private int mavenModules;
    private String mainPackage;

    /**
     * Where the application's classes are.
     *
     * @param prefixes of internal names, with a slash at the end; empty when the place tells nothing
     * @param everythingAtRoot whether all classes at the root of the jar are the application's
     */
    record Own(Set<String> prefixes, boolean everythingAtRoot) {

        /** Whether a class is the application's. */
        boolean has(InitArchives.Kind kind, String file) {
            return switch (kind) {
                case OWN -> true;
                case ROOT -> everythingAtRoot || within(file);
                case LIBRARY -> within(file);
            };
        }

        private boolean within(String file) {
            return prefixes.stream().anyMatch(file::startsWith);
        }
    }

    /**
     * Looks where classes lie, and reads none.
     *
     * @param named packages that the user named; with them nothing is concluded
     * @throws IOException when it cannot be read
     */
    static Own in(Path place, Collection<String> named) throws IOException {
        InitPackages packages = new InitPackages();
        InitArchives.read(place, packages);
        Set<String> prefixes = new TreeSet<>();
        named.forEach(p -> prefixes.add(p.replace('.', '/').replaceAll("/*$", "/")));
        if (!prefixes.isEmpty()) {
            return new Own(prefixes, packages.own.isEmpty() && packages.mavenModules < 2);
        }
        if (!packages.own.isEmpty()) {
            // what lies at the root of such a jar is the loader that starts it
            return new Own(usual(packages.own), false);
        }
        boolean joined = packages.mavenModules > 1 && packages.root.containsKey(packages.mainPackage);
        return new Own(joined ? Set.of(packages.mainPackage) : usual(packages.root), !joined);
    }

    /** The prefixes that many of these classes have. */
    static Set<String> usual(Collection<String> classNames) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String name : classNames) {
            String prefix = prefix(name);
            if (prefix != null) {
                counts.merge(prefix, 1, Integer::sum);
            }
        }
        return usual(counts);
    }

    private static Set<String> usual(Map<String, Integer> counts) {
        int all = counts.values().stream().mapToInt(Integer::intValue).sum();
        Set<String> usual = new TreeSet<>();
        counts.forEach((prefix, count) -> {
            if (count * 100 >= all * PERCENT) {
                usual.add(prefix);
            }
        });
        return usual;
    }

    @Override
    public void manifest(Attributes main) {
        String start =
                main.getValue("Start-Class") == null ? main.getValue("Main-Class") : main.getValue("Start-Class");
        mainPackage = start == null ? null : prefix(start.strip().replace('.', '/'));
    }

    @Override
    public boolean enter(String archive, InitArchives.Kind kind) {
        return kind == InitArchives.Kind.OWN;
    }

    @Override
    public void file(String archive, InitArchives.Kind kind, String name, InputStream in) {
        if (name.matches("META-INF/maven/.*/pom\\.properties")) {
            mavenModules++;
        }
        String prefix = InitClasses.isClass(name) ? prefix(name) : null;
        if (prefix != null && kind != InitArchives.Kind.LIBRARY) {
            (kind == InitArchives.Kind.OWN ? own : root).merge(prefix, 1, Integer::sum);
        }
    }

    /** {@code com/acme/} of {@code com/acme/shop/web/Start}; null for a class that has no such package. */
    static String prefix(String className) {
        String[] parts = className.split("/");
        int packages = parts.length - 1;
        int length = packages > 1 && SHARED.contains(parts[0] + "/" + parts[1]) ? 3 : 2;
        if (packages < Math.min(2, length)) {
            return null;
        }
        return String.join("/", java.util.Arrays.copyOf(parts, Math.min(length, packages))) + "/";
    }
}
