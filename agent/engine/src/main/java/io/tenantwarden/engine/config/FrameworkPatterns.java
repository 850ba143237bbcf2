package io.tenantwarden.engine.config;

import io.tenantwarden.engine.config.ConfigLoader.Entry;
import io.tenantwarden.engine.report.Packages;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Patterns of {@code warden.bypass.<name>.at} and {@code warden.scope.<name>} that mean classes of a driver, pool, mapper, framework or of the
 * JDK. The statements of all tenants pass through those, so that such a pattern is refused until a key of its own says that it is meant.
 */
final class FrameworkPatterns {

    private FrameworkPatterns() {}

    /**
     * What is wrong with the entries that are in force.
     *
     * @param winners the entry of each key, by its full name
     * @param problems gets one sentence for each pattern
     */
    static void check(Map<String, Entry> winners, List<String> problems) {
        List<String> own = own(winners.get(Keys.APP_PACKAGES.name()));
        for (Entry entry : new TreeMap<>(winners).values()) {
            boolean bypass = entry.key == Keys.BYPASS_AT;
            boolean loop = entry.key == Keys.FOREACH;
            if ((!bypass && !loop && entry.key != Keys.SCOPE) || entry.value == null) {
                continue; // null: it could not be read, which is told already
            }
            // a loop over all tenants around what everybody passes through is never meant
            String accept = loop
                    ? null
                    : (bypass ? Keys.BYPASS_FRAMEWORK : Keys.SCOPE_FRAMEWORK).with(Names.part(entry.key, entry.name));
            if (accept != null && winners.containsKey(accept)) {
                continue;
            }
            for (Object each : (List<?>) entry.value) {
                MethodPattern pattern = (MethodPattern) each;
                Packages.Meant meant = isOwn(pattern, own) ? null : Packages.meant(pattern.classPattern());
                if (meant != null) {
                    problems.add(entry.shown() + ": " + Printable.oneLine(pattern.text()) + consequence(pattern, meant)
                            + (bypass
                                    ? ", and the bypass would open the rows of all tenants to all of them"
                                    : loop
                                            ? ", and all of them would run once for each tenant"
                                            : ", and all of them would run as the tenant of this argument")
                            + ". Name the method of your own that they run for"
                            + (bypass ? ", or the one that next= of the VIOLATION line names" : "")
                            + "; where the class is your own, add its package to warden.app.packages"
                            + (accept == null ? "" : "; if this is meant, set " + accept + "=accept"));
                }
            }
        }
    }

    private static String consequence(MethodPattern pattern, Packages.Meant meant) {
        return (pattern.namesOneClass() ? " is " : " could mean classes in " + meant.names() + ", which are ")
                + meant.whose() + ": the statements of many pass through it";
    }

    @SuppressWarnings("unchecked")
    private static List<String> own(Entry packages) {
        return packages == null || packages.value == null ? List.of() : (List<String>) packages.value;
    }

    private static boolean isOwn(MethodPattern pattern, List<String> own) {
        return own.stream()
                .anyMatch(name -> pattern.classPattern().startsWith(name + ".")
                        || pattern.classPattern().equals(name)
                        || pattern.classPattern().startsWith(name + "$"));
    }
}
