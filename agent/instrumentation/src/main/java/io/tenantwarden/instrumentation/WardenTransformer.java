package io.tenantwarden.instrumentation;

import static net.bytebuddy.matcher.ElementMatchers.none;

import io.tenantwarden.bootstrap.Hooks;
import io.tenantwarden.instrumentation.loader.HiddenBridge;
import io.tenantwarden.instrumentation.loader.LoaderClasses;
import java.lang.instrument.ClassFileTransformer;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;

/**
 * Sees every class that the application loads and changes the few that matter: those that {@link Candidates} names, and class
 * loaders that may hide the bridge from them. Thread-safe.
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
    }

    /** Told of what happened to a class. */
    interface Listener {
        void transformed(String className, String instrumentation, ClassLoader loader);

        /** @param guarded whether statements pass the class that {@code enforce} refuses */
        void failed(String className, String instrumentation, ClassLoader loader, Throwable cause, boolean guarded);
    }

    private final Candidates candidates;
    private final BooleanSupplier refuses;
    private final BiConsumer<ClassLoader, String> classNames;
    private final Listener listener;
    private final Map<ClassLoader, Boolean> seeHooks = Collections.synchronizedMap(new WeakHashMap<>());
    private final ClassLoader own = WardenTransformer.class.getClassLoader();
    private final ClassLoader platform = ClassLoader.getPlatformClassLoader();
    private final AtomicLong looked = new AtomicLong();
    private final AtomicLong resolved = new AtomicLong();
    private final AtomicLong changed = new AtomicLong();
    private volatile Set<String> changedSince = ConcurrentHashMap.newKeySet();

    /**
     * @param candidates what may be done to which class
     * @param refuses whether a class that statements pass must not be loaded unchanged: {@code enforce}; asked at each
     * @param classNames told of every class: loader and internal name
     * @param listener told of every class that was changed or could not be
     */
    WardenTransformer(
            Candidates candidates,
            BooleanSupplier refuses,
            BiConsumer<ClassLoader, String> classNames,
            Listener listener) {
        this.candidates = candidates;
        this.refuses = refuses;
        this.classNames = classNames;
        this.listener = listener;
    }

    @Override
    @SuppressWarnings("removal")
    public byte[] transform(
            Module module,
            ClassLoader loader,
            String name,
            Class<?> redefined,
            ProtectionDomain domain,
            byte[] classFile) {
        if (!isOfApplication(loader) || name == null || redefined != null) {
            return null;
        }
        if (System.getSecurityManager() == null) {
            return load(loader, name, classFile);
        }
        // code of the application, which may do less than the agent, is further down the stack: it uses the class
        return AccessController.doPrivileged((PrivilegedAction<byte[]>) () -> load(loader, name, classFile));
    }

    /** The agent is complete: {@link #changedSinceAdded} is not asked any more. */
    void installed() {
        changedSince = null;
    }

    /** Whether this class was changed when it was loaded, after this transformer was added. */
    boolean changedSinceAdded(Class<?> type) {
        Set<String> since = changedSince;
        return since != null
                && since.contains(key(type.getClassLoader(), type.getName().replace('.', '/')));
    }

    private static String key(ClassLoader loader, String name) {
        return System.identityHashCode(loader) + name;
    }

    /** Whether classes of this loader are looked at: neither the JDK's nor the agent's own. */
    boolean isOfApplication(ClassLoader loader) {
        return loader != null && loader != own && loader != platform;
    }

    private byte[] load(ClassLoader loader, String name, byte[] classFile) {
        looked.incrementAndGet();
        try {
            classNames.accept(loader, name);
            byte[] result = change(loader, name, classFile, false);
            Set<String> since = changedSince;
            if (since != null && result != null) {
                since.add(key(loader, name));
            }
            return result;
        } catch (Throwable e) {
            return failed(loader, name, classFile, "class file", e);
        }
    }

    /** Without it in {@code enforce} a class that statements pass would let all of them pass. */
    private byte[] failed(ClassLoader loader, String name, byte[] classFile, String instrumentation, Throwable cause) {
        boolean guarded = candidates.isGuarded(loader, name, classFile);
        String className = name.replace('/', '.');
        try {
            listener.failed(className, instrumentation, loader, cause, guarded);
        } catch (RuntimeException | Error second) {
            cause.addSuppressed(second); // nobody can be told; what matters is what the class is replaced with
        }
        if (!guarded || !refuses.getAsBoolean()) {
            return null;
        }
        return RefusedClass.inPlaceOf(
                classFile,
                "[warden] refused: the class " + className + " could not be instrumented (" + cause
                        + "), and warden.mode=enforce lets nothing pass that is neither seen nor scoped."
                        + " warden.mode=inject would go on without it");
    }

    /**
     * The changed class file; null when nothing is to be changed.
     *
     * @param bodiesOnly whether the class is loaded already
     * @throws RuntimeException or an Error, when what should be changed cannot be
     */
    byte[] change(ClassLoader loader, String name, byte[] classFile, boolean bodiesOnly) {
        int found = ClassFileScan.scan(classFile);
        byte[] result = null;
        if ((found & ClassFileScan.LOAD_CLASS) != 0) {
            result = loader(loader, name, classFile);
        }
        List<TypeInstrumentation> some = candidates.of(loader, name, classFile, found);
        if (some != null) {
            byte[] more = transform(loader, name, result == null ? classFile : result, some, bodiesOnly);
            result = more == null ? result : more;
        }
        return result;
    }

    /** A class loader, which finds the bridge for what it loads from then on; it must see the bridge itself. */
    private byte[] loader(ClassLoader loader, String name, byte[] classFile) {
        if (!DeclaredMethods.LOAD_CLASS.in(classFile).isEmpty() && seesHooks(loader)) {
            byte[] result = LoaderClasses.change(classFile);
            if (result != null) {
                changed.incrementAndGet();
                listener.transformed(name.replace('/', '.'), "class loader", loader);
            }
            return result;
        }
        return null;
    }

    private byte[] transform(
            ClassLoader loader, String name, byte[] classFile, List<TypeInstrumentation> some, boolean bodiesOnly) {
        resolved.incrementAndGet();
        String className = name.replace('/', '.');
        ClassFileLocator locator = new ClassFileLocator.Compound(
                ClassFileLocator.Simple.of(className, classFile), ClassFileLocator.ForClassLoader.of(loader));
        TypeDescription type = TypePool.Default.WithLazyResolution.of(locator)
                .describe(className)
                .resolve();
        List<TypeInstrumentation> meant = new ArrayList<>(some.size());
        boolean addsMembers = false;
        boolean includesSynthetic = false;
        for (TypeInstrumentation each : some) {
            TypeInstrumentation candidate = bodiesOnly ? each.bodiesOnly() : each;
            if (candidate != null && isMeant(candidate, type)) {
                meant.add(candidate);
                addsMembers |= candidate.addsMembers();
                includesSynthetic |= candidate.includesSynthetic();
            }
        }
        if (meant.isEmpty()) {
            return null;
        }
        if (!seesHooks(loader)) {
            throw new HiddenBridge(loader);
        }
        ByteBuddy byteBuddy = includesSynthetic ? Tools.BYTE_BUDDY.ignore(none()) : Tools.BYTE_BUDDY;
        DynamicType.Builder<?> builder =
                addsMembers ? byteBuddy.redefine(type, locator) : byteBuddy.decorate(type, locator);
        StringBuilder applied = new StringBuilder();
        for (TypeInstrumentation candidate : meant) {
            builder = candidate.apply(builder, type);
            applied.append(applied.isEmpty() ? "" : ", ").append(candidate.name());
        }
        byte[] result = builder.make().getBytes();
        changed.incrementAndGet();
        listener.transformed(className, applied.toString(), loader);
        return result;
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
        } catch (ClassNotFoundException | RuntimeException | LinkageError e) {
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
