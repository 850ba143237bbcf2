package io.tenantwarden.engine.report;

import static io.tenantwarden.engine.report.Packages.Owner.APPLICATION;
import static io.tenantwarden.engine.report.Packages.Owner.DRIVER;
import static io.tenantwarden.engine.report.Packages.Owner.FRAMEWORK;
import static io.tenantwarden.engine.report.Packages.Owner.JDK;
import static io.tenantwarden.engine.report.Packages.Owner.OWN_STATEMENTS;
import static io.tenantwarden.engine.report.Packages.Owner.PLUMBING;
import static io.tenantwarden.engine.report.Packages.Owner.POOL;
import static io.tenantwarden.engine.report.Packages.Owner.WARDEN;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Whose code a class is, by its package. Everything that is not listed belongs to the application: a library that was forgotten here is named
 * as a site (and {@code warden.app.packages} helps), the other way round the application's own line would be lost.
 *
 * <p>A look-up is a binary search in a sorted array and at most a few prefix comparisons; it allocates nothing.
 */
public final class Packages {

    /** Whose code a class is. */
    enum Owner {
        JDK,
        DRIVER,
        POOL,
        /** Templates, mappers, sessions and interceptors: everybody's statements pass through them. */
        PLUMBING,
        /** Servers, schedulers, engines and the like: they run the code of many. */
        FRAMEWORK,
        /** What frameworks have with statements of their own, each for one purpose: a log-in's look-up, an engine's command. */
        OWN_STATEMENTS,
        WARDEN,
        APPLICATION
    }

    private static volatile Packages known = new Packages(Set.of());

    private final Set<String> moreDrivers;
    private final String[] prefixes;
    private final Owner[] owners;
    /** Index of the longest other prefix that the one at this index begins with; -1 when none. */
    private final int[] parents;

    private Packages(Set<String> moreDrivers) {
        this.moreDrivers = Set.copyOf(moreDrivers);
        Map<String, Owner> sorted = new TreeMap<>();
        add(sorted, JDK, PackageNames.JDK);
        add(sorted, DRIVER, PackageNames.DRIVER);
        add(sorted, DRIVER, moreDrivers.toArray(String[]::new));
        add(sorted, POOL, PackageNames.POOL);
        add(sorted, FRAMEWORK, PackageNames.FRAMEWORK);
        add(sorted, PLUMBING, PackageNames.PLUMBING);
        add(sorted, OWN_STATEMENTS, PackageNames.OWN_STATEMENTS);
        add(sorted, FRAMEWORK, PackageNames.RUNNERS);
        add(sorted, WARDEN, PackageNames.WARDEN);
        add(sorted, APPLICATION, PackageNames.APPLICATION);
        prefixes = sorted.keySet().toArray(String[]::new);
        owners = sorted.values().toArray(Owner[]::new);
        parents = new int[prefixes.length];
        for (int i = 0; i < prefixes.length; i++) {
            int parent = i - 1;
            while (parent >= 0 && !prefixes[i].startsWith(prefixes[parent])) {
                parent = parents[parent];
            }
            parents[i] = parent;
        }
    }

    private static void add(Map<String, Owner> sorted, Owner owner, String[] names) {
        for (String name : names) {
            sorted.put(name, owner);
        }
    }

    /** Whose code the class with this binary name is; the longest listed prefix decides. */
    static Owner ownerOf(String className) {
        return known.find(className);
    }

    /**
     * Classes of somebody else that a pattern could mean.
     *
     * @param names a prefix that is listed as somebody else's, or the class itself
     * @param whose in words
     */
    public record Meant(String names, String whose) {}

    /**
     * Whether a pattern could mean classes through which the statements of many pass, whoever calls them.
     *
     * @param classPattern binary name, in which {@code *} stands for any characters but a dot; the first part has none
     * @return null when all that it means is the application's, or has statements of its own for one purpose
     */
    public static Meant meant(String classPattern) {
        return known.find(classPattern, classPattern.indexOf('*'));
    }

    private Meant find(String classPattern, int star) {
        String fixed = star < 0 ? classPattern : classPattern.substring(0, classPattern.lastIndexOf('.', star) + 1);
        String whose = whose(find(fixed));
        if (whose != null) {
            return new Meant(fixed, whose);
        }
        if (star >= 0) {
            String[] parts = classPattern.split("\\.");
            for (int i = 0; i < prefixes.length; i++) {
                String others = whose(owners[i]);
                if (others != null && prefixes[i].startsWith(fixed) && isMeant(parts, prefixes[i])) {
                    return new Meant(prefixes[i], others);
                }
            }
        }
        return null;
    }

    private static String whose(Owner owner) {
        return switch (owner) {
            case JDK -> "the JDK's";
            case DRIVER -> "a database driver's";
            case POOL -> "a connection pool's";
            case PLUMBING -> "of a mapper, template, session or proxy";
            case FRAMEWORK -> "of a server, scheduler, engine or other framework";
            case WARDEN -> "Warden's";
            case OWN_STATEMENTS, APPLICATION -> null;
        };
    }

    /** A star does not cross a dot, so that the pattern says how many parts the name has. */
    private static boolean isMeant(String[] pattern, String prefix) {
        String[] parts = prefix.split("\\.");
        boolean isPackage = prefix.endsWith(".");
        if (isPackage ? pattern.length <= parts.length : pattern.length != parts.length) {
            return false;
        }
        for (int i = 0; i < parts.length; i++) {
            String regex = Pattern.quote(pattern[i]).replace("*", "\\E.*\\Q");
            if (!parts[i].matches(regex)) {
                return false;
            }
        }
        return true;
    }

    /** Classes with this prefix are a driver's: one that was found under a name of its own. */
    static synchronized void driver(String prefix) {
        Set<String> drivers = new TreeSet<>(known.moreDrivers);
        drivers.add(prefix);
        known = new Packages(drivers);
    }

    private Owner find(String className) {
        int low = 0;
        int high = prefixes.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (prefixes[middle].compareTo(className) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        // Sorted order puts every prefix of the name at or before this place, and all of them on one chain of parents.
        for (int i = high; i >= 0; i = parents[i]) {
            if (className.startsWith(prefixes[i])) {
                return owners[i];
            }
        }
        return APPLICATION;
    }
}
