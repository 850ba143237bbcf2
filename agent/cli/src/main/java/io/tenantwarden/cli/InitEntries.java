package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Annotated;
import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What runs outside of a request that has a tenant: scheduled methods, listeners, webhooks. From there the calls are followed
 * to the methods that have the tenant as an argument, and to those that read tenants' tables without one. Used once, by one
 * thread.
 */
final class InitEntries {

    private static final int MAX_DEPTH = 12;

    private static final Map<String, String> ANNOTATIONS = Map.ofEntries(
            Map.entry("Scheduled", "scheduled method"),
            Map.entry("Schedules", "scheduled method"),
            Map.entry("Schedule", "scheduled method"),
            Map.entry("KafkaListener", "Kafka listener"),
            Map.entry("RabbitListener", "RabbitMQ listener"),
            Map.entry("JmsListener", "JMS listener"),
            Map.entry("SqsListener", "SQS listener"),
            Map.entry("PulsarListener", "Pulsar listener"),
            Map.entry("Incoming", "message listener"),
            Map.entry("ServiceActivator", "message listener"),
            Map.entry("StreamListener", "message listener"));

    private static final Map<String, String> INTERFACES = Map.of(
            "org/quartz/Job", "Quartz job",
            "org/springframework/scheduling/quartz/QuartzJobBean", "Quartz job",
            "org/springframework/boot/CommandLineRunner", "runner at start",
            "org/springframework/boot/ApplicationRunner", "runner at start",
            "org/springframework/batch/core/step/tasklet/Tasklet", "batch step",
            "jakarta/jms/MessageListener", "JMS listener",
            "javax/jms/MessageListener", "JMS listener",
            "java/util/TimerTask", "timer task");

    private static final Set<String> ENTRY_METHODS = Set.of("execute", "executeInternal", "run", "onMessage");

    private static final Set<String> HANDLERS = Set.of(
            "PostMapping",
            "GetMapping",
            "PutMapping",
            "PatchMapping",
            "RequestMapping",
            "Path",
            "Post",
            "Put",
            "Get",
            "Route");

    private static final Set<String> IDS = Set.of(
            "Ljava/lang/String;",
            "Ljava/util/UUID;",
            "Ljava/lang/Long;",
            "Ljava/lang/Integer;",
            "J",
            "I",
            "Ljava/lang/Object;");

    private final InitClasses classes;
    private final InitDatabase database;
    private final Set<String> holders;
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
        this.database = database;
        this.holders = holders;
        this.words = InitSources.words(database.columns());
    }

    void find() {
        for (InitClass c : classes.all()) {
            for (Method m : c.methods()) {
                String what = entry(c, m);
                if (what != null) {
                    entries.add(what + " " + m.pattern());
                    walk(m, what + " " + m.pattern().replace("#", "."), true, 0, new HashSet<>());
                }
            }
        }
    }

    /** Where work without a request begins, in words. */
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

    private String entry(InitClass c, Method m) {
        if (m.isAbstract() || m.isSynthetic()) {
            return null;
        }
        for (Annotated a : m.annotations()) {
            String what = ANNOTATIONS.get(a.type());
            if (what != null) {
                return what;
            }
            if (HANDLERS.contains(a.type())) {
                List<String> paths = new ArrayList<>(a.values());
                c.annotations().stream()
                        .filter(of -> HANDLERS.contains(of.type()) || of.type().endsWith("Controller"))
                        .forEach(of -> paths.addAll(of.values()));
                boolean webhook = paths.stream()
                        .anyMatch(p -> p.toLowerCase(Locale.ROOT).matches(".*(hook|callback|notif|/ipn).*"));
                if (webhook) {
                    return "webhook";
                }
            }
        }
        if (ENTRY_METHODS.contains(m.name()) && !m.isStatic()) {
            String what = INTERFACES.get(c.superName());
            for (String i : c.interfaces()) {
                what = what == null ? INTERFACES.get(i) : what;
            }
            return what;
        }
        return null;
    }

    private void walk(Method m, String from, boolean first, int depth, Set<String> seen) {
        if (depth > MAX_DEPTH || !seen.add(m.owner() + m.name() + m.descriptor()) || m.isAbstract()) {
            return;
        }
        String argument = m.name().startsWith("lambda$") || m.name().startsWith("<") ? null : tenantArgument(m);
        if (argument != null) {
            // what never comes to a table needs no tenant; what an object far from the entry has may be another's
            if (reachesData(m, 0, new HashSet<>())) {
                scopes.putIfAbsent(
                        m.pattern(),
                        new Found(
                                m.pattern() + "(" + argument + ")",
                                (first ? "it is a " : "called by the ") + from + ", and has the tenant as an argument",
                                first || argument.indexOf('.') < 0));
            }
            return;
        }
        Set<String> tables = new LinkedHashSet<>();
        m.strings().forEach(s -> tables.addAll(database.tablesOf(s)));
        String repository = tables.isEmpty() ? repository(m) : null;
        boolean asksForTenant = m.calls().stream()
                .anyMatch(
                        call -> holders.contains(call.owner()) && !changes(call) && !call.lambda() && !takesWork(call));
        if ((!tables.isEmpty() || repository != null) && !asksForTenant && !isSynthetic(m)) {
            bypasses.putIfAbsent(
                    m.pattern(),
                    new Found(
                            m.pattern(),
                            (first ? "it is a " : "called by the ") + from + ", where no tenant is known, and uses "
                                    + (repository == null ? String.join(", ", tables) : repository)
                                    + (first ? "; a method of its own for the look-up would be narrower" : ""),
                            !tables.isEmpty() && !first));
        }
        List<Call> lambdas = new ArrayList<>();
        boolean scoped = false;
        for (Call call : m.calls()) {
            if (holders.contains(call.owner())) {
                if (takesWork(call)) {
                    // what is handed over runs as that tenant
                    lambdas.clear();
                } else if (changes(call)) {
                    scoped = !ends(call);
                }
            } else if (call.lambda()) {
                lambdas.add(call);
            } else if (!scoped) {
                targets(call).forEach(t -> walk(t, from, false, depth + 1, seen));
            }
        }
        if (!scoped) {
            lambdas.forEach(call -> targets(call).forEach(t -> walk(t, from, false, depth + 1, seen)));
        }
    }

    private boolean reachesData(Method m, int depth, Set<String> seen) {
        if (depth > MAX_DEPTH || !seen.add(m.owner() + m.name() + m.descriptor())) {
            return false;
        }
        return m.strings().stream().anyMatch(s -> !database.tablesOf(s).isEmpty())
                || repository(m) != null
                || m.calls().stream()
                        .anyMatch(call -> targets(call).stream().anyMatch(t -> reachesData(t, depth + 1, seen)));
    }

    private static boolean isSynthetic(Method m) {
        return m.isSynthetic() || m.name().startsWith("lambda$") || m.name().startsWith("<");
    }

    private static boolean changes(Call call) {
        return call.descriptor().endsWith(")V") || call.name().matches("(?i)(set|enter|push|open|begin|switch|use).*");
    }

    private static boolean ends(Call call) {
        return call.name().matches("(?i)(clear|remove|reset|exit|end|pop|leave|close|unset).*");
    }

    private boolean takesWork(Call call) {
        return call.descriptor()
                .matches(".*L(java/util/function/|java/lang/Runnable|java/util/concurrent/Callable).*\\).*");
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
            String property = c == null ? null : InitSources.property(c, words, true);
            if (property != null) {
                return i + "." + property;
            }
        }
        return null;
    }

    /** A repository or the persistence context that the method uses, in words; null. */
    private String repository(Method m) {
        for (Call call : m.calls()) {
            InitClass owner = classes.get(call.owner());
            boolean repository = owner != null
                    && owner.isInterface()
                    && owner.interfaces().stream().anyMatch(i -> i.endsWith("Repository"));
            if (repository) {
                return owner.simpleName();
            }
            if (call.owner().endsWith("/persistence/EntityManager")
                    || call.owner().equals("org/hibernate/Session")) {
                return "the persistence context";
            }
        }
        return null;
    }

    private List<Method> targets(Call call) {
        InitClass owner = classes.get(call.owner());
        if (owner == null) {
            return List.of();
        }
        List<Method> targets = new ArrayList<>();
        for (InitClass c = owner; c != null; c = classes.get(c.superName())) {
            Method m = c.method(call.name(), call.descriptor());
            if (m != null) {
                targets.add(m);
                break;
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
}
