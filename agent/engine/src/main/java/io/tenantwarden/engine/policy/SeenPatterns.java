package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.report.Packages;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which patterns of configured methods have matched a method of any loaded class: a typo would silently protect nothing.
 * Thread-safe once all patterns are added.
 */
public final class SeenPatterns {

    private record Entry(String key, MethodPattern pattern) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Map<Integer, String> declaredElsewhere = new ConcurrentHashMap<>();
    private final Set<Integer> matched = ConcurrentHashMap.newKeySet();

    /** Adds the next pattern; its number is how many were added before. */
    void add(String key, MethodPattern pattern) {
        entries.add(new Entry(key, pattern));
    }

    /** A class was loaded that has methods which pattern number {@code number} means. */
    public void matched(int number) {
        matched.add(number);
    }

    /**
     * The class that pattern number {@code number} names was loaded, and only inherits the method.
     *
     * @param declaredIn the class that declares it
     */
    public void inherited(int number, String declaredIn) {
        declaredElsewhere.put(number, declaredIn);
    }

    /** Patterns that no method of any loaded class matched so far. */
    public List<Finding> unmatched() {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!matched.contains(i)) {
                Entry entry = entries.get(i);
                findings.add(new Finding(
                        "pattern-unmatched",
                        Level.WARN,
                        entry.key() + "=" + entry.pattern().text(),
                        "matched no method so far" + inheritedFrom(i),
                        declaredElsewhere.containsKey(i)
                                ? mendInherited(i)
                                : "compare class, method and number of arguments with the code (nested classes are Outer$Inner, a"
                                        + " lambda or the body of a loop is no method), or take the pattern out; all is well when"
                                        + " the class is only loaded later"));
            }
        }
        return findings;
    }

    private String inheritedFrom(int number) {
        String declaredIn = declaredElsewhere.get(number);
        return declaredIn == null ? "" : ": the class inherits it from " + declaredIn;
    }

    private String mendInherited(int number) {
        String declaredIn = declaredElsewhere.get(number);
        String method = entries.get(number).pattern().text().replaceFirst("^[^#]*", "");
        return Packages.meant(declaredIn) != null
                ? "name the method of your own that calls it: " + declaredIn
                        + " is a framework's, and others call it, too"
                : "write " + declaredIn + method
                        + ", which means its other subclasses, too; or override the method in the class";
    }
}
