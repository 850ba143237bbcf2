package io.tenantwarden.instrumentation;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.engine.EngineFactory;
import io.tenantwarden.engine.config.Banner;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.ConfigFileReader;
import io.tenantwarden.engine.config.ConfigLoader;
import io.tenantwarden.engine.config.Loaded;
import io.tenantwarden.engine.config.MethodPattern;
import io.tenantwarden.engine.config.Mode;
import io.tenantwarden.engine.config.OnConfigError;
import io.tenantwarden.engine.config.Strategy;
import io.tenantwarden.instrumentation.executor.TaskInstrumentation;
import io.tenantwarden.instrumentation.hibernate.SessionFactoryInstrumentation;
import io.tenantwarden.instrumentation.messaging.ContainerInstrumentation;
import io.tenantwarden.instrumentation.method.MethodRule;
import io.tenantwarden.instrumentation.pgjdbc.DriverStrategies;
import io.tenantwarden.instrumentation.pgjdbc.PgjdbcInstrumentations;
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

    private Installer() {}

    /**
     * Installs the agent, or ends the JVM with exit code 1 when the configuration is wrong.
     *
     * @param arguments agent arguments, may be null
     * @param instrumentation given by the JVM
     */
    public static void install(String arguments, Instrumentation instrumentation) {
        Loaded loaded = ConfigLoader.load(System.getProperties(), System.getenv(), arguments, ConfigFileReader.disk());
        if (loaded instanceof Loaded.Refused refused) {
            refuse(refused.message(), refused.onConfigError() == OnConfigError.EXIT);
            return;
        }
        Config config = ((Loaded.Ready) loaded).config();
        String version = version();
        EngineFactory factory;
        List<String> problems;
        try {
            factory = new EngineFactory(
                    config, version, (module, packageName) -> open(instrumentation, module, packageName));
            problems =
                    config.mode() == Mode.OFF ? List.of() : factory.reporter().start();
        } catch (IllegalArgumentException e) {
            refuse(config, List.of(e.getMessage()));
            return;
        }
        if (!problems.isEmpty()) {
            refuse(config, problems);
            return;
        }
        factory.reporter().info(Banner.line(config, version, strategy(config)));
        loaded.warnings().forEach(factory.reporter()::warn);
        if (config.mode() == Mode.OFF) {
            return;
        }
        Hooks.install(factory.engine());
        Map<String, TypeInstrumentation> drivers = PgjdbcInstrumentations.byClassName(
                new DriverStrategies(config.strategy(), factory.engine()::fallsBack));
        WardenTransformer transformer = transformer(factory, drivers);
        factory.debugAtExit(transformer::counts);
        instrumentation.addTransformer(transformer);
        noteLoadedDrivers(instrumentation, factory, drivers.keySet());
        if (factory.hasScopes()) {
            TaskInstrumentation.install(
                    instrumentation,
                    factory.tasks(),
                    config.propagate(),
                    (className, loader) -> factory.debug("instrumented " + className + " (tasks)"),
                    (className, cause) ->
                            factory.engine().notInstrumented(className, "tasks of other threads", cause, false));
        }
    }

    private static WardenTransformer transformer(EngineFactory factory, Map<String, TypeInstrumentation> drivers) {
        Map<String, TypeInstrumentation> byName = new HashMap<>(drivers);
        if (factory.readsRequests()) {
            byName.putAll(ServletInstrumentation.byClassName());
            byName.putAll(HandlerInstrumentation.byClassName());
        }
        if (factory.readsMessages()) {
            byName.putAll(ContainerInstrumentation.byClassName());
        }
        if (factory.readsHibernate()) {
            byName.putAll(SessionFactoryInstrumentation.byClassName());
        }
        List<MethodRule> rules = new ArrayList<>();
        for (MethodPattern pattern : factory.methodRules()) {
            rules.add(new MethodRule(rules.size(), pattern, factory::ruleMatched));
        }
        Set<String> driverClasses = drivers.keySet();
        return new WardenTransformer(
                byName,
                rules,
                factory.readsRequests(),
                factory.readsMessages(),
                factory::classLoaded,
                new WardenTransformer.Listener() {
                    @Override
                    public void transformed(String className, String instrumentation, ClassLoader loader) {
                        factory.debug("instrumented " + className + " (" + instrumentation + ")");
                    }

                    @Override
                    public boolean failed(String className, String instrumentation, Throwable cause) {
                        return factory.engine()
                                .notInstrumented(
                                        className,
                                        instrumentation,
                                        cause,
                                        driverClasses.contains(className.replace('.', '/')));
                    }
                });
    }

    /** After an attach to a running JVM: what is loaded cannot be given a field any more. */
    private static void noteLoadedDrivers(Instrumentation instrumentation, EngineFactory factory, Set<String> drivers) {
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            if (drivers.contains(type.getName().replace('.', '/'))) {
                factory.engine().loadedBefore(type.getName());
            }
        }
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
    private static void refuse(Config config, List<String> problems) {
        Loaded.Refused refused = new Loaded.Refused(problems, config.onConfigError(), List.of());
        refuse(refused.message(), config.onConfigError() == OnConfigError.EXIT);
    }

    private static void refuse(String message, boolean exits) {
        System.err.println(message);
        if (exits) {
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
