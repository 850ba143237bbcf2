package io.tenantwarden.engine.report;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Health of the agent as a contributor of Spring Boot's Actuator, named {@code tenantWarden}: {@code UP} or {@code DOWN}, with state, mode and
 * problems. The contributor is a proxy of the application's interface, so that no class of the agent is in its loader. Thread-safe.
 */
final class ActuatorHealth {

    static final String NAME = "tenantWarden";

    /** Since Spring Boot 4, and since 2.2. */
    private static final String[] PACKAGES = {
        "org.springframework.boot.health.contributor.", "org.springframework.boot.actuate.health."
    };

    private final Collected collected;
    private final Consumer<LogLine> log;

    ActuatorHealth(Collected collected, Consumer<LogLine> log) {
        this.collected = collected;
        this.log = log;
    }

    /** A registry of contributors is complete. Throws nothing: an application starts without this one as well. */
    void register(Object registry) {
        try {
            Method get = method(registry.getClass(), "getContributor", 1);
            if (get.invoke(registry, NAME) == null) {
                method(registry.getClass(), "registerContributor", 2)
                        .invoke(registry, NAME, contributor(registry.getClass().getClassLoader()));
            }
        } catch (InvocationTargetException e) {
            tell(e.getCause());
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            tell(e);
        }
    }

    private void tell(Throwable cause) {
        log.accept(LogLine.text(
                Level.WARN,
                "the health of the agent is not in Spring Boot's Actuator (" + cause
                        + "). Log, report and JMX are complete; warden.metrics=off does without it"));
    }

    /** Of a public interface: the class that implements it need not be public. */
    private static Method method(Class<?> type, String name, int parameters) throws NoSuchMethodException {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Class<?> each : c.getInterfaces()) {
                for (Method method : each.getMethods()) {
                    if (method.getName().equals(name) && method.getParameterCount() == parameters) {
                        return method;
                    }
                }
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    private Object contributor(ClassLoader loader) throws ReflectiveOperationException {
        ClassNotFoundException missing = null;
        for (String name : PACKAGES) {
            try {
                Class<?> indicator = Class.forName(name + "HealthIndicator", false, loader);
                Class<?> health = Class.forName(name + "Health", false, loader);
                return Proxy.newProxyInstance(loader, new Class<?>[] {indicator}, handler(health));
            } catch (ClassNotFoundException e) {
                missing = e;
            }
        }
        throw missing;
    }

    private InvocationHandler handler(Class<?> health) {
        return (proxy, method, arguments) -> switch (method.getName()) {
            case "health", "getHealth" -> health(health, arguments == null || (boolean) arguments[0]);
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> "Tenant Warden";
            default -> InvocationHandler.invokeDefault(proxy, method, arguments);
        };
    }

    private Object health(Class<?> health, boolean details) throws ReflectiveOperationException {
        boolean healthy = collected.isHealthy();
        Object builder = health.getMethod(healthy ? "up" : "down").invoke(null);
        Class<?> type = builder.getClass();
        if (details) {
            Method detail = type.getMethod("withDetail", String.class, Object.class);
            detail.invoke(builder, "state", collected.health().wireName());
            detail.invoke(builder, "mode", collected.mode());
            if (!healthy) {
                detail.invoke(builder, "problems", collected.problems());
            }
        }
        return type.getMethod("build").invoke(builder);
    }
}
