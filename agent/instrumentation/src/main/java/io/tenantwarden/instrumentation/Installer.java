package io.tenantwarden.instrumentation;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.engine.EngineFactory;
import io.tenantwarden.engine.TenantSources;
import io.tenantwarden.engine.config.Banner;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.ConfigFileReader;
import io.tenantwarden.engine.config.ConfigLoader;
import io.tenantwarden.engine.config.Loaded;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.Metrics;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.OnConfigError;
import io.tenantwarden.engine.config.Strategy;
import io.tenantwarden.engine.drivers.DriverEvents;
import io.tenantwarden.engine.tenant.SourceKinds;
import io.tenantwarden.instrumentation.client.ClientInstrumentation;
import io.tenantwarden.instrumentation.executor.TaskInstrumentation;
import io.tenantwarden.instrumentation.health.HealthRegistryInstrumentation;
import io.tenantwarden.instrumentation.hibernate.SessionFactoryInstrumentation;
import io.tenantwarden.instrumentation.messaging.ContainerInstrumentation;
import io.tenantwarden.instrumentation.method.MethodRule;
import io.tenantwarden.instrumentation.pgjdbc.DriverStrategies;
import io.tenantwarden.instrumentation.pgjdbc.PgjdbcInstrumentations;
import io.tenantwarden.instrumentation.source.SettingInstrumentations;
import io.tenantwarden.instrumentation.web.HandlerInstrumentation;
import io.tenantwarden.instrumentation.web.ServletInstrumentation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** Last step of the start, in the agent's loader: reads the configuration, makes the engine, adds the transformer. */
public final class Installer {

    /** Set by the premain class; while it is, another attach is ignored. */
    private static final String ATTACHED = "io.tenantwarden.attached";

    private Installer() {}

    /**
     * Installs the agent, or ends the JVM with exit code 1 when the configuration is wrong.
     *
     * @param arguments agent arguments, may be null
     * @param instrumentation given by the JVM
     * @param attached whether the JVM was running before: then it is never ended from here
     */
    public static void install(String arguments, Instrumentation instrumentation, boolean attached) {
        Loaded loaded = ConfigLoader.load(System.getProperties(), System.getenv(), arguments, ConfigFileReader.disk());
        if (loaded instanceof Loaded.Refused refused) {
            refuse(refused.message(), refused.onConfigError() == OnConfigError.EXIT, attached);
            return;
        }
        Config config = ((Loaded.Ready) loaded).config();
        String version = version();
        EngineFactory factory;
        List<String> problems;
        try {
            factory = new EngineFactory(
                    config,
                    version,
                    (module, packageName) -> open(instrumentation, module, packageName),
                    new ShutdownSlot(instrumentation));
            problems =
                    config.mode() == Mode.OFF ? List.of() : factory.reporter().start();
        } catch (IllegalArgumentException e) {
            refuse(config, List.of(e.getMessage()), attached);
            return;
        }
        if (!problems.isEmpty()) {
            refuse(config, problems, attached);
            return;
        }
        factory.reporter().info(Banner.line(config, version, strategy(config)));
        loaded.warnings().forEach(factory.reporter()::warn);
        if (config.mode() == Mode.OFF) {
            return;
        }
        Hooks.install(factory.engine());
        instrument(config, factory, instrumentation, attached);
        if (factory.hasScopes()) {
            TaskInstrumentation.install(
                    instrumentation,
                    factory.tasks(),
                    config.propagate(),
                    (className, loader) -> factory.debug("instrumented " + className + " (tasks)"),
                    (className, loader, cause) -> factory.engine()
                            .driverEvents()
                            .notInstrumented(className, "tasks of other threads", loader, cause, false));
        }
    }

    private static void instrument(
            Config config, EngineFactory factory, Instrumentation instrumentation, boolean attached) {
        DriverEvents events = factory.engine().driverEvents();
        DriverStrategies strategies = new DriverStrategies(config.strategy(), events::fallsBack);
        PgjdbcInstrumentations drivers = new PgjdbcInstrumentations(strategies, events::driverFound);
        Candidates candidates = candidates(config, factory, drivers);
        WardenTransformer transformer =
                new WardenTransformer(candidates, factory.mode()::refuses, factory::classLoaded, listener(factory));
        factory.debugAtExit(transformer::counts);
        LoadedBefore before =
                new LoadedBefore(transformer, candidates, drivers, factory::classLoaded, (type, cause) -> {
                    if (drivers.driverOf(type) != null) {
                        events.notReached(type.getName(), cause);
                    } else {
                        events.notInstrumented(
                                type.getName(), "class loaded before", type.getClassLoader(), cause, false);
                    }
                });
        JvmArguments arguments = JvmArguments.of(instrumentation);
        warnOfArchive(arguments);
        before.find(instrumentation);
        tellLoadedDrivers(config, factory, before, arguments, attached);
        instrumentation.addTransformer(transformer);
        if (attached) {
            before.find(instrumentation); // other threads have loaded classes meanwhile
        }
        before.change(instrumentation, strategies);
        transformer.installed();
    }

    /**
     * Straight to standard error: the JVM may not live long enough for the application's log. Until JDK 24 HotSpot looks for the
     * class file that it shows to agents at the root of the jar only, and goes on without one ({@code filemap.cpp},
     * {@code open_stream_for_jvmti}); seen on JDK 17 with {@code org.postgresql.util.LazyCleanerImpl$CleanableWrapper}.
     */
    private static void warnOfArchive(JvmArguments arguments) {
        int feature = Runtime.version().feature();
        String archive = feature < 25 ? arguments.archive() : null;
        if (archive != null) {
            System.err.println(
                    "[warden] set -Djdk.util.jar.enableMultiRelease=false here and where the archive is made, or"
                            + " leave out -XX:SharedArchiveFile=" + archive + ", or use JDK 25: JDK " + feature
                            + " may crash (SIGSEGV in KlassFactory::check_shared_class_file_load_hook), with any agent, when a"
                            + " class comes from an archive that stands only under META-INF/versions of its jar, as one of the"
                            + " PostgreSQL driver's does");
        }
    }

    /** In {@code enforce} nothing starts on a driver of which not all can be changed: what it let pass nobody would see. */
    private static void tellLoadedDrivers(
            Config config, EngineFactory factory, LoadedBefore before, JvmArguments arguments, boolean attached) {
        for (Class<?> type : before.drivers()) {
            String why = attached
                    ? "The agent was attached to a running JVM: start it with -javaagent to have strategy=pipelined"
                    : arguments.whatLoadsBefore();
            if (config.mode() == Mode.ENFORCE && !attached) {
                refuse(
                        "[warden] the driver class " + type.getName()
                                + " was loaded before the agent, so that not all of it" + " can be covered. " + why
                                + ". warden.mode=enforce: the JVM stops",
                        true,
                        false);
            }
            factory.engine().driverEvents().loadedBefore(type.getName(), why, attached);
        }
    }

    private static Candidates candidates(Config config, EngineFactory factory, PgjdbcInstrumentations drivers) {
        Map<String, TypeInstrumentation> byName = new HashMap<>();
        TenantSources sources = factory.sources();
        boolean requests = sources.readsRequests() || sources.watchesThreads();
        boolean messages = sources.readsMessages() || sources.watchesThreads();
        if (requests) {
            byName.putAll(ServletInstrumentation.byClassName());
            byName.putAll(HandlerInstrumentation.byClassName());
        }
        if (messages) {
            byName.putAll(ContainerInstrumentation.byClassName());
        }
        if (config.metrics() != Metrics.OFF) {
            byName.putAll(HealthRegistryInstrumentation.byClassName());
        }
        if (sources.readsHibernate()) {
            byName.putAll(SessionFactoryInstrumentation.byClassName());
        }
        List<MethodRule> rules = new ArrayList<>();
        for (MethodPattern pattern : factory.methodRules()) {
            rules.add(new MethodRule(
                    rules.size(), MethodRule.Kind.SCOPED, pattern, factory::ruleMatched, factory::ruleInherited));
        }
        List<MethodPattern> loops = factory.loops();
        for (int i = 0; i < loops.size(); i++) {
            rules.add(new MethodRule(
                    i, MethodRule.Kind.FOR_EACH_TENANT, loops.get(i), factory::loopMatched, factory::loopInherited));
        }
        return new Candidates(
                drivers,
                ClientInstrumentation.byClassName(),
                byName,
                new SettingInstrumentations(
                        sources.settingClasses(),
                        sources.readsTenantFrom(SourceKinds.MDC),
                        sources.readsTenantFrom(SourceKinds.SECURITY),
                        sources::settingPlace),
                rules,
                !loops.isEmpty(),
                requests,
                messages);
    }

    private static WardenTransformer.Listener listener(EngineFactory factory) {
        return new WardenTransformer.Listener() {
            @Override
            public void transformed(String className, String instrumentation, ClassLoader loader) {
                factory.debug("instrumented " + className + " (" + instrumentation + ")");
            }

            @Override
            public void failed(
                    String className, String instrumentation, ClassLoader loader, Throwable cause, boolean guarded) {
                factory.engine().driverEvents().notInstrumented(className, instrumentation, loader, cause, guarded);
            }
        };
    }

    private static boolean open(Instrumentation instrumentation, Module module, String packageName) {
        if (!instrumentation.isModifiableModule(module)) {
            return false;
        }
        Module own = Installer.class.getModule();
        instrumentation.redefineModule(
                module, Set.of(), Map.of(), Map.of(packageName, Set.of(own)), Set.of(), Map.of());
        return module.isOpen(packageName, own);
    }

    /** What is in force; {@code auto} is the pipelined one, unless a driver turns out to lack what it needs. */
    private static String strategy(Config config) {
        if (config.mode() != Mode.INJECT && config.mode() != Mode.ENFORCE) {
            return "none";
        }
        return config.strategy() == Strategy.JDBC ? "jdbc" : "pipelined";
    }

    /** What shows only when the configuration is applied is told in the same words as what shows when it is read. */
    private static void refuse(Config config, List<String> problems, boolean attached) {
        Loaded.Refused refused = new Loaded.Refused(problems, config.onConfigError(), List.of());
        refuse(refused.message(), config.onConfigError() == OnConfigError.EXIT, attached);
    }

    private static void refuse(String message, boolean exits, boolean attached) {
        System.err.println(message);
        if (exits && attached) {
            System.err.println("[warden] the JVM was running before and goes on, without Warden: attach it again");
            System.clearProperty(ATTACHED);
        } else if (exits) {
            System.exit(1);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Installer.class.getClassLoader().getResourceAsStream("tenant-warden.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            return "unknown";
        }
        return properties.getProperty("version", "unknown");
    }
}
