package io.tenantwarden.instrumentation;

import static net.bytebuddy.matcher.ElementMatchers.none;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.instrumentation.jdbc.ConnectionCloseInstrumentation;
import io.tenantwarden.instrumentation.jdbc.DataSourceInstrumentation;
import io.tenantwarden.instrumentation.messaging.ListenerInstrumentation;
import io.tenantwarden.instrumentation.method.MethodRule;
import io.tenantwarden.instrumentation.web.FilterInstrumentation;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;

/**
 * Sees every class that the application loads and changes the few that matter: named driver classes, methods named by
 * configuration, and implementations of DataSource, Connection, servlet Filter and message listeners, which a look at the constant pool finds
 * before anything is resolved. Thread-safe.
 *
 * <p>No AgentBuilder: its matching resolves types for every class, and its default is to go on when a transformation
 * fails, where Warden must tell.
 */
final class WardenTransformer implements ClassFileTransformer {

    /** Some two hundred classes of Byte Buddy, loaded when the first class needs them: a JVM without JDBC never does. */
    private static final class Tools {
        static final ByteBuddy BYTE_BUDDY = new ByteBuddy()
                .with(TypeValidation.DISABLED)
                .with(Implementation.Context.Disabled.Factory.INSTANCE)
                // what a class inherits is none of our business: only methods that it declares are changed
                .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE);
        static final TypeInstrumentation DATA_SOURCE = new DataSourceInstrumentation();
        static final TypeInstrumentation CONNECTION = new ConnectionCloseInstrumentation();
        static final TypeInstrumentation FILTER = new FilterInstrumentation();
        static final TypeInstrumentation LISTENER = new ListenerInstrumentation();
    }

    /** The methods that advice is put into wherever they are found. */
    private static final DeclaredMethods ADVISED = new DeclaredMethods(
            Stream.concat(Stream.of("getConnection", "close", "doFilter"), ListenerInstrumentation.METHODS.stream())
                    .toList());

    /** Told of what happened to a class. */
    interface Listener {
        void transformed(String className, String instrumentation, ClassLoader loader);

        /** @return whether the class must rather not be loaded at all than be loaded unchanged */
        boolean failed(String className, String instrumentation, Throwable cause);
    }

    /** The JVM refuses to define this: a ClassFormatError where the class is used. An exception thrown here it ignores. */
    private static final byte[] NO_CLASS = {};

    private final Map<String, TypeInstrumentation> byName;
    private final List<MethodRule> rules;
    private final DeclaredMethods inheritable;
    private final boolean requests;
    private final boolean messages;
    private final BiConsumer<ClassLoader, String> classNames;
    private final Listener listener;
    private final Map<ClassLoader, Boolean> seeHooks = Collections.synchronizedMap(new WeakHashMap<>());
    private final ClassLoader own = WardenTransformer.class.getClassLoader();
    private final AtomicLong looked = new AtomicLong();
    private final AtomicLong resolved = new AtomicLong();
    private final AtomicLong changed = new AtomicLong();
    private final ClassLoader platform = ClassLoader.getPlatformClassLoader();

    /**
     * @param byName internal class name to what is done to it
     * @param rules methods named by configuration
     * @param requests whether HTTP requests matter
     * @param messages whether messages that listeners handle matter
     * @param classNames told of every class: loader and internal name
     * @param listener told of every class that was changed or could not be
     */
    WardenTransformer(
            Map<String, TypeInstrumentation> byName,
            List<MethodRule> rules,
            boolean requests,
            boolean messages,
            BiConsumer<ClassLoader, String> classNames,
            Listener listener) {
        this.byName = Map.copyOf(byName);
        this.rules = List.copyOf(rules);
        this.inheritable = new DeclaredMethods(rules.stream()
                .map(MethodRule::inheritedMethod)
                .filter(Objects::nonNull)
                .toList());
        this.requests = requests;
        this.messages = messages;
        this.classNames = classNames;
        this.listener = listener;
    }

    @Override
    public byte[] transform(
            Module module,
            ClassLoader loader,
            String name,
            Class<?> redefined,
            ProtectionDomain domain,
            byte[] classFile) {
        if (loader == null || loader == own || loader == platform || name == null || redefined != null) {
            return null;
        }
        looked.incrementAndGet();
        try {
            classNames.accept(loader, name);
            List<TypeInstrumentation> candidates = candidates(loader, name, classFile);
            return candidates == null ? null : transform(loader, name, classFile, candidates);
        } catch (Throwable e) {
            return unchanged(name.replace('/', '.'), "class file", e);
        }
    }

    private List<TypeInstrumentation> candidates(ClassLoader loader, String name, byte[] classFile) {
        List<TypeInstrumentation> candidates = null;
        TypeInstrumentation named = byName.get(name);
        named = named == null ? null : named.in(loader);
        if (named != null) {
            candidates = add(candidates, named);
        }
        if (!rules.isEmpty()) {
            String className = name.replace('/', '.');
            Set<String> declared = inheritable.isEmpty() ? Set.of() : inheritable.in(classFile);
            for (MethodRule rule : rules) {
                boolean inherited = !declared.isEmpty() && declared.contains(rule.inheritedMethod());
                if (inherited || rule.matchesClass(className)) {
                    candidates = add(candidates, rule);
                }
            }
        }
        int found = ClassFileScan.scan(classFile);
        int aFilter = ClassFileScan.DO_FILTER | ClassFileScan.FILTER_CHAIN;
        boolean connects = (found & ClassFileScan.CONNECTION) != 0;
        boolean dataSource = connects && (found & ClassFileScan.GET_CONNECTION) != 0;
        boolean connection = connects && (found & ClassFileScan.CLOSE) != 0;
        boolean filter = requests && (found & aFilter) == aFilter;
        boolean listener = messages && (found & ClassFileScan.LISTENER) != 0;
        if (dataSource || connection || filter || listener) {
            // most of them only call such methods: to find a class's supertypes costs a thousand times as much as this
            Set<String> declared = ADVISED.among(classFile);
            if (dataSource && declared.contains("getConnection")) {
                candidates = add(candidates, Tools.DATA_SOURCE);
            }
            if (connection && declared.contains("close")) {
                candidates = add(candidates, Tools.CONNECTION);
            }
            if (filter && declared.contains("doFilter")) {
                candidates = add(candidates, Tools.FILTER);
            }
            if (listener && declared.stream().anyMatch(ListenerInstrumentation.METHODS::contains)) {
                candidates = add(candidates, Tools.LISTENER);
            }
        }
        return candidates;
    }

    private static List<TypeInstrumentation> add(List<TypeInstrumentation> list, TypeInstrumentation one) {
        List<TypeInstrumentation> result = list == null ? new ArrayList<>(2) : list;
        result.add(one);
        return result;
    }

    private byte[] transform(ClassLoader loader, String name, byte[] classFile, List<TypeInstrumentation> candidates) {
        resolved.incrementAndGet();
        String className = name.replace('/', '.');
        if (!seesHooks(loader)) {
            return unchanged(
                    className,
                    candidates.get(0).name(),
                    new IllegalStateException("its class loader does not delegate io.tenantwarden.bootstrap to the boot"
                            + " loader (OSGi: add it to org.osgi.framework.bootdelegation)"));
        }
        ClassFileLocator locator = new ClassFileLocator.Compound(
                ClassFileLocator.Simple.of(className, classFile), ClassFileLocator.ForClassLoader.of(loader));
        TypeDescription type = TypePool.Default.WithLazyResolution.of(locator)
                .describe(className)
                .resolve();
        List<TypeInstrumentation> meant = new ArrayList<>(candidates.size());
        boolean addsMembers = false;
        boolean includesSynthetic = false;
        for (TypeInstrumentation candidate : candidates) {
            if (isMeant(candidate, type)) {
                meant.add(candidate);
                addsMembers |= candidate.addsMembers();
                includesSynthetic |= candidate.includesSynthetic();
            }
        }
        if (meant.isEmpty()) {
            return null;
        }
        ByteBuddy byteBuddy = includesSynthetic ? Tools.BYTE_BUDDY.ignore(none()) : Tools.BYTE_BUDDY;
        DynamicType.Builder<?> builder =
                addsMembers ? byteBuddy.redefine(type, locator) : byteBuddy.decorate(type, locator);
        StringBuilder applied = new StringBuilder();
        for (TypeInstrumentation candidate : meant) {
            builder = candidate.apply(builder, type);
            applied.append(applied.isEmpty() ? "" : ", ").append(candidate.name());
        }
        try {
            byte[] result = builder.make().getBytes();
            changed.incrementAndGet();
            listener.transformed(className, applied.toString(), loader);
            return result;
        } catch (Throwable e) {
            return unchanged(className, applied.toString(), e);
        }
    }

    private byte[] unchanged(String className, String instrumentation, Throwable cause) {
        return listener.failed(className, instrumentation, cause) ? NO_CLASS : null;
    }

    /** Instrumented code would throw NoClassDefFoundError where the hooks cannot be seen. */
    private boolean seesHooks(ClassLoader loader) {
        Boolean known = seeHooks.get(loader);
        if (known == null) {
            known = findsHooks(loader);
            seeHooks.put(loader, known);
        }
        return known;
    }

    private static boolean findsHooks(ClassLoader loader) {
        try {
            return loader.loadClass(Hooks.class.getName()) == Hooks.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * How many classes were looked at so far, how many of them were resolved because they looked as if they mattered, and
     * how many were changed.
     */
    String counts() {
        return "classes looked at=" + looked.get() + " resolved=" + resolved.get() + " instrumented=" + changed.get();
    }

    /** A supertype that is not there (an optional dependency) means that the class could not be used as one either. */
    private static boolean isMeant(TypeInstrumentation candidate, TypeDescription type) {
        try {
            return candidate.matches(type);
        } catch (RuntimeException e) {
            return false;
        }
    }
}
