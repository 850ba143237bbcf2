package io.tenantwarden.cli;

import io.tenantwarden.cli.InitClass.Annotated;
import io.tenantwarden.cli.InitClass.Call;
import io.tenantwarden.cli.InitClass.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which methods are begun by a clock, a message, a foreign server or the start of the application. Used by one thread. */
final class InitEntryKinds {

    private static final Map<String, String> ANNOTATIONS = Map.ofEntries(
            Map.entry("Scheduled", "scheduled method"),
            Map.entry("Schedules", "scheduled method"),
            Map.entry("Schedule", "scheduled method"),
            Map.entry("Recurring", "scheduled method"),
            Map.entry("XxlJob", "scheduled method"),
            Map.entry("KafkaListener", "Kafka listener"),
            Map.entry("RabbitListener", "RabbitMQ listener"),
            Map.entry("RabbitHandler", "RabbitMQ listener"),
            Map.entry("JmsListener", "JMS listener"),
            Map.entry("SqsListener", "SQS listener"),
            Map.entry("PulsarListener", "Pulsar listener"),
            Map.entry("Incoming", "message listener"),
            Map.entry("ServiceActivator", "message listener"),
            Map.entry("StreamListener", "message listener"),
            Map.entry("PostConstruct", "initialiser"));

    private static final Map<String, String> INTERFACES = Map.ofEntries(
            Map.entry("org/quartz/Job", "Quartz job"),
            Map.entry("org/springframework/scheduling/quartz/QuartzJobBean", "Quartz job"),
            Map.entry("org/springframework/boot/CommandLineRunner", "runner at start"),
            Map.entry("org/springframework/boot/ApplicationRunner", "runner at start"),
            Map.entry("org/springframework/batch/core/step/tasklet/Tasklet", "batch step"),
            Map.entry("jakarta/jms/MessageListener", "JMS listener"),
            Map.entry("javax/jms/MessageListener", "JMS listener"),
            Map.entry("java/util/TimerTask", "timer task"));

    private static final Set<String> ENTRY_METHODS = Set.of("execute", "executeInternal", "run", "onMessage");

    private static final Set<String> START_EVENTS =
            Set.of("StartupEvent", "ApplicationReadyEvent", "ApplicationStartedEvent", "ContextRefreshedEvent");

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

    private final InitClasses classes;

    /**
     * Where work begins.
     *
     * @param what in words
     */
    record Entry(String what, Method method) {}

    InitEntryKinds(InitClasses classes) {
        this.classes = classes;
    }

    /** All of them, each once. */
    List<Entry> find() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (InitClass c : classes.all()) {
            for (Method m : c.methods()) {
                String what = entry(c, m);
                if (what != null) {
                    entries.putIfAbsent(InitBody.key(m), new Entry(what, m));
                }
                handedOver(m)
                        .forEach(t -> entries.putIfAbsent(
                                InitBody.key(t),
                                new Entry("task that " + m.pattern().replace("#", ".") + " schedules,", t)));
            }
        }
        return List.copyOf(entries.values());
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
            if (HANDLERS.contains(a.type()) && isWebhook(c, a)) {
                return "webhook";
            }
        }
        if (ENTRY_METHODS.contains(m.name()) && !m.isStatic()) {
            String what = INTERFACES.get(c.superName());
            for (String i : c.interfaces()) {
                what = what == null ? INTERFACES.get(i) : what;
            }
            return what;
        }
        boolean atStart = m.parameters().stream()
                .anyMatch(p -> START_EVENTS.contains(
                        p.substring(p.lastIndexOf('/') + 1).replace(";", "")));
        return atStart ? "listener of the start" : null;
    }

    private static boolean isWebhook(InitClass c, Annotated handler) {
        List<String> paths = new ArrayList<>(handler.values());
        c.annotations().stream()
                .filter(of -> HANDLERS.contains(of.type()) || of.type().endsWith("Controller"))
                .forEach(of -> paths.addAll(of.values()));
        return paths.stream().anyMatch(p -> p.toLowerCase(Locale.ROOT).matches(".*(hook|callback|notif|/ipn).*"));
    }

    /** What the method gives to a scheduler, as a lambda, a method reference or a new object. */
    private List<Method> handedOver(Method m) {
        List<Method> tasks = new ArrayList<>();
        List<Method> candidates = new ArrayList<>();
        for (Call call : m.calls()) {
            if (call.lambda()) {
                add(candidates, call.owner(), call.name(), call.descriptor());
            } else if (call.name().equals("<init>") && classes.get(call.owner()) != null) {
                InitClass made = classes.get(call.owner());
                if (made.interfaces().contains("java/lang/Runnable")) {
                    add(candidates, call.owner(), "run", "()V");
                }
            } else if (isScheduler(call)) {
                tasks.addAll(candidates);
                candidates.clear();
            } else if (call.owner().startsWith("java/util/concurrent/")
                    && call.descriptor().contains("Ljava/lang/Runnable;")) {
                candidates.clear();
            }
        }
        return tasks;
    }

    private void add(List<Method> candidates, String owner, String name, String descriptor) {
        InitClass c = classes.get(owner);
        Method m = c == null ? null : c.method(name, descriptor);
        if (m != null && !m.isAbstract()) {
            candidates.add(m);
        }
    }

    private static boolean isScheduler(Call call) {
        return call.name().startsWith("schedule")
                && (call.owner().equals("java/util/Timer")
                        || call.owner().equals("java/util/concurrent/ScheduledExecutorService")
                        || call.owner().equals("java/util/concurrent/ScheduledThreadPoolExecutor")
                        || call.owner().startsWith("org/springframework/scheduling/"));
    }
}
