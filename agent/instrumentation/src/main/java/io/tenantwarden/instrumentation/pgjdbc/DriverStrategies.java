package io.tenantwarden.instrumentation.pgjdbc;

import io.tenantwarden.engine.config.Strategy;
import io.tenantwarden.engine.inject.DriverShape;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;

/**
 * Whether a driver, in one class loader, has what the pipelined strategy needs: read from the class file of its query
 * executor before any of its classes is instrumented. Thread-safe.
 */
public final class DriverStrategies {

    private final Strategy configured;
    private final Consumer<String> fallsBack;
    private final Map<ClassLoader, Map<String, Boolean>> portable = new WeakHashMap<>();

    /**
     * @param configured {@code warden.strategy}
     * @param fallsBack told of the first member that a driver lacks
     */
    public DriverStrategies(Strategy configured, Consumer<String> fallsBack) {
        this.configured = configured;
        this.fallsBack = fallsBack;
    }

    /**
     * Classes of this driver were loaded before the agent, and cannot get what the pipelined strategy needs.
     *
     * @param driver its package, with dots
     */
    public void loadedBefore(ClassLoader loader, String driver) {
        synchronized (portable) {
            portable.computeIfAbsent(loader, key -> new HashMap<>()).put(driver.replace('.', '/'), true);
        }
    }

    private boolean isLoadedBefore(ClassLoader loader, String driver) {
        synchronized (portable) {
            return portable.getOrDefault(loader, Map.of()).getOrDefault(driver, false);
        }
    }

    boolean isPortable(ClassLoader loader, String driver) {
        if (isLoadedBefore(loader, driver)) {
            return true;
        }
        if (configured != Strategy.AUTO) {
            return configured == Strategy.JDBC;
        }
        synchronized (portable) {
            return portable.computeIfAbsent(loader, key -> new HashMap<>()).computeIfAbsent(driver, name -> {
                String missing = missing(loader, name.replace('/', '.') + ".core.v3.QueryExecutorImpl");
                if (missing != null) {
                    fallsBack.accept(missing);
                }
                return missing != null;
            });
        }
    }

    private static String missing(ClassLoader loader, String executor) {
        TypePool.Resolution resolution = TypePool.Default.WithLazyResolution.of(
                        ClassFileLocator.ForClassLoader.of(loader))
                .describe(executor);
        if (!resolution.isResolved()) {
            return executor;
        }
        TypeDescription type = resolution.resolve();
        for (String field : DriverShape.FIELDS) {
            if (type.getDeclaredFields().stream()
                    .noneMatch(declared -> declared.getName().equals(field) && declared.isFinal())) {
                return executor + "." + field;
            }
        }
        for (Map.Entry<String, Integer> method : DriverShape.METHODS.entrySet()) {
            boolean found = false;
            for (MethodDescription declared : type.getDeclaredMethods()) {
                found |= declared.getName().equals(method.getKey())
                        && declared.getParameters().size() == method.getValue();
            }
            if (!found) {
                return executor + "." + method.getKey() + " with " + method.getValue() + " parameters";
            }
        }
        return null;
    }
}
