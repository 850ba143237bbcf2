package io.tenantwarden.instrumentation;

import io.tenantwarden.instrumentation.jdbc.ConnectionCloseInstrumentation;
import io.tenantwarden.instrumentation.jdbc.DataSourceCreation;
import io.tenantwarden.instrumentation.jdbc.DataSourceInstrumentation;
import io.tenantwarden.instrumentation.jdbc.DriverConnectInstrumentation;
import io.tenantwarden.instrumentation.messaging.ListenerInstrumentation;
import io.tenantwarden.instrumentation.method.MethodRule;
import io.tenantwarden.instrumentation.pgjdbc.PgjdbcInstrumentations;
import io.tenantwarden.instrumentation.source.SettingInstrumentations;
import io.tenantwarden.instrumentation.web.FilterInstrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What may be done to a class, by its name and a look at its class file, before anything is resolved: driver classes and others
 * known by name, methods named by configuration, and implementations of DataSource, Driver, Connection, servlet Filter and message
 * listeners. Immutable.
 */
final class Candidates {

    /** Classes of Byte Buddy are loaded with them, when the first class needs them: a JVM without JDBC never does. */
    private static final class Known {
        static final TypeInstrumentation DATA_SOURCE = new DataSourceInstrumentation();
        static final TypeInstrumentation DATA_SOURCE_CREATION = new DataSourceCreation();
        static final TypeInstrumentation DRIVER = new DriverConnectInstrumentation();
        static final TypeInstrumentation CONNECTION = new ConnectionCloseInstrumentation();
        static final TypeInstrumentation FILTER = new FilterInstrumentation();
        static final TypeInstrumentation LISTENER = new ListenerInstrumentation();
    }

    private static final Set<String> LISTENER_METHODS = ListenerInstrumentation.METHODS;

    /** The methods that advice is put into wherever they are found. */
    private static final DeclaredMethods ADVISED = new DeclaredMethods(
            Stream.concat(Stream.of("getConnection", "connect", "close", "doFilter"), LISTENER_METHODS.stream())
                    .toList());

    /** Supertypes of what is advised wherever it is found, by name: they may be in any loader, or in none. */
    private static final Set<String> ALWAYS =
            Set.of("javax.sql.DataSource", "java.sql.Connection", "java.sql.Driver", "java.lang.ClassLoader");

    private static final Set<String> FILTERS = Set.of("jakarta.servlet.Filter", "javax.servlet.Filter");

    private final PgjdbcInstrumentations drivers;
    private final Map<String, TypeInstrumentation> clients;
    private final Map<String, TypeInstrumentation> byName;
    private final SettingInstrumentations settings;
    private final List<MethodRule> rules;
    private final DeclaredMethods inheritable;
    private final boolean loops;
    private final boolean requests;
    private final boolean messages;

    /**
     * @param drivers finds the classes of drivers
     * @param clients internal class name to what is done to it: clients that are not covered
     * @param byName internal class name to what is done to it: others
     * @param settings finds the classes in which a value of a tenant source is set
     * @param rules methods named by configuration
     * @param loops whether a method runs once for each tenant, which may need a data source that nobody has used yet
     * @param requests whether HTTP requests matter
     * @param messages whether messages that listeners handle matter
     */
    Candidates(
            PgjdbcInstrumentations drivers,
            Map<String, TypeInstrumentation> clients,
            Map<String, TypeInstrumentation> byName,
            SettingInstrumentations settings,
            List<MethodRule> rules,
            boolean loops,
            boolean requests,
            boolean messages) {
        this.drivers = drivers;
        this.clients = Map.copyOf(clients);
        this.byName = Map.copyOf(byName);
        this.settings = settings;
        this.rules = List.copyOf(rules);
        this.inheritable = new DeclaredMethods(rules.stream()
                .map(MethodRule::inheritedMethod)
                .filter(Objects::nonNull)
                .toList());
        this.loops = loops;
        this.requests = requests;
        this.messages = messages;
    }

    /** Whether statements pass this class that {@code enforce} refuses. */
    boolean isGuarded(ClassLoader loader, String name, byte[] classFile) {
        return clients.containsKey(name) || drivers.isDriver(loader, name, classFile);
    }

    /**
     * What may be done to a class.
     *
     * @param name internal name
     * @param found what {@link ClassFileScan#scan} found in its class file
     * @return null when nothing is
     */
    List<TypeInstrumentation> of(ClassLoader loader, String name, byte[] classFile, int found) {
        List<TypeInstrumentation> candidates = null;
        TypeInstrumentation ofDriver = drivers.of(loader, name, classFile);
        candidates = add(candidates, ofDriver);
        candidates = add(candidates, clients.get(name));
        candidates = add(candidates, byName.get(name));
        candidates = add(candidates, settings.of(name));
        if (ofDriver != null) {
            // its connection need not name java.sql.Connection, which an interface of its own extends
            candidates = add(candidates, Known.CONNECTION);
        }
        if (!rules.isEmpty()) {
            candidates = addRules(candidates, name, classFile);
        }
        int aFilter = ClassFileScan.DO_FILTER | ClassFileScan.FILTER_CHAIN;
        boolean connects = (found & ClassFileScan.CONNECTION) != 0;
        boolean dataSource = connects && (found & ClassFileScan.GET_CONNECTION) != 0;
        boolean driver = connects && (found & ClassFileScan.CONNECT) != 0;
        boolean connection = connects && (found & ClassFileScan.CLOSE) != 0;
        boolean filter = requests && (found & aFilter) == aFilter;
        boolean listener = messages && (found & ClassFileScan.LISTENER) != 0;
        if (dataSource || driver || connection || filter || listener) {
            // most of them only call such methods: to find a class's supertypes costs a thousand times as much as this
            Set<String> declared = ADVISED.among(classFile);
            if (dataSource && declared.contains("getConnection")) {
                candidates = add(candidates, Known.DATA_SOURCE);
                candidates = add(candidates, loops ? Known.DATA_SOURCE_CREATION : null);
            }
            if (driver && declared.contains("connect")) {
                candidates = add(candidates, Known.DRIVER);
            }
            if (connection && ofDriver == null && declared.contains("close")) {
                candidates = add(candidates, Known.CONNECTION);
            }
            if (filter && declared.contains("doFilter")) {
                candidates = add(candidates, Known.FILTER);
            }
            if (listener && declared.stream().anyMatch(LISTENER_METHODS::contains)) {
                candidates = add(candidates, Known.LISTENER);
            }
        }
        return candidates;
    }

    private List<TypeInstrumentation> addRules(List<TypeInstrumentation> list, String name, byte[] classFile) {
        List<TypeInstrumentation> candidates = list;
        String className = name.replace('/', '.');
        Set<String> declared = inheritable.isEmpty() ? Set.of() : inheritable.in(classFile);
        for (MethodRule rule : rules) {
            boolean inherited = !declared.isEmpty() && declared.contains(rule.inheritedMethod());
            if (inherited || rule.matchesClass(className)) {
                candidates = add(candidates, rule);
            }
        }
        return candidates;
    }

    private static List<TypeInstrumentation> add(List<TypeInstrumentation> list, TypeInstrumentation one) {
        if (one == null) {
            return list;
        }
        List<TypeInstrumentation> result = list == null ? new ArrayList<>(2) : list;
        result.add(one);
        return result;
    }

    /**
     * Whether a class that is loaded already may be one of those. Looks at supertypes only, and loads nothing.
     *
     * @param loaded of a class loader of the application
     */
    boolean mayMatter(Class<?> loaded) {
        String name = loaded.getName().replace('.', '/');
        return clients.containsKey(name)
                || byName.containsKey(name)
                || settings.of(name) != null
                || drivers.driverOf(loaded) != null
                || hasSupertype(loaded, this::matters);
    }

    private boolean matters(Class<?> type) {
        String name = type.getName();
        if (ALWAYS.contains(name)
                || (requests && FILTERS.contains(name))
                || (messages && ListenerInstrumentation.isListener(name))) {
            return true;
        }
        for (MethodRule rule : rules) {
            if (rule.matchesClass(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasSupertype(Class<?> type, Predicate<Class<?>> wanted) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (wanted.test(each)) {
                return true;
            }
            for (Class<?> declared : each.getInterfaces()) {
                if (hasSupertype(declared, wanted)) {
                    return true;
                }
            }
        }
        return false;
    }
}
