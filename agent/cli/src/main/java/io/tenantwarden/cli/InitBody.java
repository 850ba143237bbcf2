package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a method does, with the lambdas in it: the calls in their order, and whose tables they come to. Used by one thread.
 */
final class InitBody {

    private static final int MAX_DEPTH = 12;

    /** Libraries through which rows are read and written, by the beginning of the internal name, in words. */
    private static final Map<String, String> LIBRARIES = Map.of(
            "jakarta/persistence/EntityManager", "the persistence context",
            "javax/persistence/EntityManager", "the persistence context",
            "org/hibernate/Session", "the persistence context",
            "org/hibernate/StatelessSession", "the persistence context",
            "org/apache/ibatis/session/SqlSession", "MyBatis",
            "org/jooq/DSLContext", "jOOQ");

    /** Where these get no SQL of the method's own, it runs the SQL of everybody: nothing to give a bypass to. */
    private static final List<String> RUN_ANY_SQL = List.of(
            "java/sql/Connection", "java/sql/PreparedStatement", "org/springframework/jdbc/core/", "org/jdbi/v3/core/");

    private final InitClasses classes;
    private final InitDatabase database;
    private final Set<String> holders;
    private final Map<String, List<Call>> flattened = new HashMap<>();
    private final Map<String, List<Method>> meant = new HashMap<>();
    private final Map<String, Set<String>> named = new HashMap<>();
    private final Map<String, Boolean> reaching = new HashMap<>();

    /** @param holders classes that keep the tenant, internal names */
    InitBody(InitClasses classes, InitDatabase database, Set<String> holders) {
        this.classes = classes;
        this.database = database;
        this.holders = holders;
    }

    /**
     * The calls of a method, those of its lambdas in their place; what is handed to a class that keeps the tenant is left out,
     * because it runs as that tenant.
     */
    List<Call> calls(Method m) {
        List<Call> known = flattened.get(key(m));
        if (known == null) {
            known = new ArrayList<>();
            collect(m, known, new HashSet<>());
            flattened.put(key(m), known);
        }
        return known;
    }

    private void collect(Method m, List<Call> into, Set<String> seen) {
        if (!seen.add(key(m))) {
            return;
        }
        List<Call> pending = new ArrayList<>();
        for (Call call : m.calls()) {
            if (call.lambda()) {
                pending.add(call);
                continue;
            }
            if (!(holders.contains(call.owner()) && takesWork(call))) {
                flush(pending, m, into, seen);
            }
            pending.clear();
            into.add(call);
        }
        flush(pending, m, into, seen);
    }

    private void flush(List<Call> pending, Method m, List<Call> into, Set<String> seen) {
        for (Call lambda : pending) {
            InitClass owner = classes.get(lambda.owner());
            Method body = owner == null ? null : owner.method(lambda.name(), lambda.descriptor());
            if (body != null && lambda.owner().equals(m.owner()) && body.name().startsWith("lambda$")) {
                collect(body, into, seen);
            } else {
                into.add(lambda);
            }
        }
    }

    /** Whether a call changes which tenant it is. */
    boolean changesTenant(Call call) {
        return holders.contains(call.owner())
                && !takesWork(call)
                && (call.descriptor().endsWith(")V")
                        || call.name().matches("(?i)(set|enter|push|open|begin|switch|use).*"));
    }

    /** Whether such a call ends the tenant. */
    static boolean endsTenant(Call call) {
        return call.name().matches("(?i)(clear|remove|reset|exit|end|pop|leave|close|unset).*");
    }

    /** Whether the method asks itself which tenant it is. */
    boolean asksForTenant(Method m) {
        return calls(m).stream()
                .anyMatch(c -> holders.contains(c.owner()) && !changesTenant(c) && !c.lambda() && !takesWork(c));
    }

    private static boolean takesWork(Call call) {
        return call.descriptor()
                .matches(".*L(java/util/function/|java/lang/Runnable|java/util/concurrent/Callable).*\\).*");
    }

    /**
     * The protected tables that the method's own SQL names, and what comes after it has named a tenant left out. A method that
     * gives a text of SQL counts where it is called.
     */
    Set<String> tables(Method m) {
        Set<String> tables = new LinkedHashSet<>();
        boolean scoped = false;
        boolean everScoped = false;
        for (Call call : calls(m)) {
            if (changesTenant(call)) {
                scoped = !endsTenant(call);
                everScoped = true;
            } else if (!scoped) {
                if (call.constant() != null) {
                    tables.addAll(tablesOf(call.constant()));
                }
                targets(call).stream().filter(this::isText).forEach(t -> tables.addAll(textTables(t)));
            }
        }
        if (!everScoped) {
            // a text that was put into a variable first belongs to no call
            strings(m).forEach(s -> tables.addAll(tablesOf(s)));
        }
        return tables;
    }

    private Set<String> tablesOf(String text) {
        return named.computeIfAbsent(text, database::tablesOf);
    }

    private List<String> strings(Method m) {
        List<String> strings = new ArrayList<>(m.strings());
        for (Call call : m.calls()) {
            InitClass owner = call.lambda() && call.name().startsWith("lambda$") ? classes.get(call.owner()) : null;
            Method body = owner == null ? null : owner.method(call.name(), call.descriptor());
            if (body != null) {
                strings.addAll(body.strings());
            }
        }
        return strings;
    }

    private Set<String> textTables(Method m) {
        Set<String> tables = new LinkedHashSet<>();
        m.strings().forEach(s -> tables.addAll(tablesOf(s)));
        return tables;
    }

    /** Whether a method only puts a text together: nothing runs in it. */
    boolean isText(Method m) {
        return m.returns().equals("Ljava/lang/String;")
                && m.calls().stream()
                        .allMatch(c -> c.owner().startsWith("java/lang/")
                                || c.returns().equals("Ljava/lang/String;")
                                        && c.owner().equals(m.owner()));
    }

    /** A repository or library for data that the method uses without SQL of its own, in words; null. */
    String repository(Method m) {
        List<Call> calls = calls(m);
        boolean hasSql = strings(m).stream().anyMatch(InitDatabase::isSql);
        boolean scoped = false;
        for (Call call : calls) {
            scoped = changesTenant(call) ? !endsTenant(call) : scoped;
            if (scoped) {
                continue;
            }
            InitClass owner = classes.get(call.owner());
            boolean repository = owner != null
                    && owner.isInterface()
                    && owner.interfaces().stream().anyMatch(i -> i.endsWith("Repository"));
            if (repository) {
                return owner.simpleName();
            }
            // which tables its SQL names was looked at already
            if (!hasSql) {
                for (Map.Entry<String, String> library : LIBRARIES.entrySet()) {
                    if (call.owner().startsWith(library.getKey())) {
                        return library.getValue();
                    }
                }
            }
        }
        return null;
    }

    /** Whether the method comes to tenants' tables, itself or by what it calls. */
    boolean reachesData(Method m) {
        return reaches(m, 0, new HashSet<>());
    }

    private boolean reaches(Method m, int depth, Set<String> seen) {
        Boolean known = reaching.get(key(m));
        if (known != null || depth > MAX_DEPTH || !seen.add(key(m))) {
            return Boolean.TRUE.equals(known);
        }
        boolean reaches = !tables(m).isEmpty()
                || repository(m) != null
                || calls(m).stream().anyMatch(c -> RUN_ANY_SQL.stream().anyMatch(c.owner()::startsWith));
        if (!reaches) {
            for (Call call : calls(m)) {
                for (Method t : targets(call)) {
                    reaches = reaches || reaches(t, depth + 1, seen);
                }
            }
        }
        if (reaches || depth == 0) {
            // deeper down a false may only say that the way went in a circle, or was too long
            reaching.put(key(m), reaches);
        }
        return reaches;
    }

    /** The methods of the application that a call may mean. */
    List<Method> targets(Call call) {
        return meant.computeIfAbsent(call.owner() + "#" + call.name() + call.descriptor(), key -> lookUp(call));
    }

    private List<Method> lookUp(Call call) {
        InitClass owner = classes.get(call.owner());
        if (owner == null) {
            return List.of();
        }
        List<Method> targets = new ArrayList<>();
        for (Method m : classes.methodsOf(owner)) {
            if (m.name().equals(call.name()) && m.descriptor().equals(call.descriptor())) {
                targets.add(m);
            }
        }
        if (targets.isEmpty() || targets.get(0).isAbstract()) {
            targets.clear();
            for (InitClass c : classes.below(owner.name())) {
                Method m = c.method(call.name(), call.descriptor());
                if (m != null && !m.isAbstract()) {
                    targets.add(m);
                }
            }
        }
        return targets;
    }

    static String key(Method m) {
        return m.owner() + "#" + m.name() + m.descriptor();
    }
}
