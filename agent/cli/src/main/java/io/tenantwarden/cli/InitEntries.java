package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What runs where no user's request names the tenant: scheduled methods, listeners, webhooks. From there the calls are followed
 * to the methods that have the tenant as an argument, and to those that read tenants' tables without one. Used once, by one
 * thread.
 */
final class InitEntries {

    private static final int MAX_DEPTH = 12;

    private static final Set<String> IDS = Set.of(
            "Ljava/lang/String;",
            "Ljava/util/UUID;",
            "Ljava/lang/Long;",
            "Ljava/lang/Integer;",
            "J",
            "I",
            "Ljava/lang/Object;");

    private final InitClasses classes;
    private final InitBody body;
    private final Set<String> words;
    private final Map<String, Found> scopes = new LinkedHashMap<>();
    private final Map<String, Found> bypasses = new LinkedHashMap<>();
    private final List<String> entries = new ArrayList<>();

    /**
     * A proposal.
     *
     * @param pattern as the key takes it
     * @param reason why
     * @param certain whether it is to be in force at once
     */
    record Found(String pattern, String reason, boolean certain) {}

    /** @param holders classes that keep the tenant, internal names */
    InitEntries(InitClasses classes, InitDatabase database, Set<String> holders) {
        this.classes = classes;
        this.body = new InitBody(classes, database, holders);
        this.words = InitSources.words(database.columns());
    }

    void find() {
        for (InitEntryKinds.Entry e : new InitEntryKinds(classes).find()) {
            // a clock that never comes to tenants' rows is nobody's business here
            if (body.reachesData(e.method())) {
                String method = e.method().pattern().replace("#", ".");
                entries.add(e.what() + " " + method);
                walk(e.method(), e.what() + " " + method, true, 0, new HashSet<>());
            }
        }
    }

    /** Where such work begins, in words. */
    List<String> entries() {
        return entries;
    }

    /** Methods that have their tenant as an argument. */
    List<Found> scopes() {
        return List.copyOf(scopes.values());
    }

    /** Methods that read tenants' tables with no tenant. */
    List<Found> bypasses() {
        return List.copyOf(bypasses.values());
    }

    private void walk(Method m, String from, boolean first, int depth, Set<String> seen) {
        if (depth > MAX_DEPTH || !seen.add(InitBody.key(m)) || m.isAbstract() || body.isText(m)) {
            return;
        }
        boolean synthetic =
                m.isSynthetic() || m.name().startsWith("lambda$") || m.name().startsWith("<");
        String argument = synthetic ? null : tenantArgument(m);
        if (argument != null) {
            // what never comes to a table needs no tenant; what an object far from the entry has may be another's
            if (body.reachesData(m)) {
                scopes.putIfAbsent(
                        m.pattern(),
                        new Found(
                                m.pattern() + "(" + argument + ")",
                                (first ? "it is a " : "called by the ") + from + ", and has the tenant as an argument",
                                first || argument.indexOf('.') < 0));
            }
            return;
        }
        Set<String> tables = body.tables(m);
        String repository = tables.isEmpty() ? body.repository(m) : null;
        if ((!tables.isEmpty() || repository != null) && !synthetic && !body.asksForTenant(m)) {
            bypasses.putIfAbsent(
                    m.pattern(),
                    new Found(
                            m.pattern(),
                            (first ? "it is a " : "called by the ") + from + ", where no tenant is known, and uses "
                                    + (repository == null ? String.join(", ", tables) : repository)
                                    + (first ? "; a method of its own for the look-up would be narrower" : ""),
                            !tables.isEmpty() && !first));
        }
        boolean scoped = false;
        for (Call call : body.calls(m)) {
            if (body.changesTenant(call)) {
                scoped = !InitBody.endsTenant(call);
            } else if (!scoped) {
                body.targets(call).forEach(t -> walk(t, from, false, depth + 1, seen));
            }
        }
    }

    /** {@code 0} or {@code 0.tenantId}: which argument of the method is the tenant; null when none is. */
    private String tenantArgument(Method m) {
        for (int i = 0; i < m.parameters().size(); i++) {
            String name = m.names().get(i);
            if (name != null && IDS.contains(m.parameters().get(i)) && InitSources.names(words, name)) {
                return String.valueOf(i);
            }
        }
        for (int i = 0; i < m.parameters().size(); i++) {
            String type = m.parameters().get(i);
            InitClass c = type.startsWith("L") ? classes.get(type.substring(1, type.length() - 1)) : null;
            String property = c == null ? null : InitSources.property(classes, c, words, true);
            if (property != null) {
                return i + "." + property;
            }
        }
        return null;
    }
}
