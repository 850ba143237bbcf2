package io.tenantwarden.engine.tenant.access;

import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;

/** One entry of OpenTelemetry's current baggage. Safe for use by several threads. */
public final class OpenTelemetryBaggage {

    /** Where the OpenTelemetry agent keeps its API: in the boot loader, relocated. */
    private static final String OF_AGENT = "io.opentelemetry.javaagent.shaded.io.opentelemetry.api.baggage.Baggage";

    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toNanos(5);

    private final String key;
    private final ClassValue<Api> apis = new ClassValue<>() {
        @Override
        protected Api computeValue(Class<?> type) {
            return new Api(Interfaces.method(type, "current"), Interfaces.method(type, "getEntryValue", String.class));
        }
    };
    private volatile Class<?> agent;
    private volatile long lookedAt = System.nanoTime() - LOOK_AGAIN;

    private record Api(MethodHandle current, MethodHandle getEntryValue) {}

    public OpenTelemetryBaggage(String key) {
        this.key = key;
    }

    /** The entry as the API of the application says; null when there is none. */
    public Object current(Class<?> type) throws Throwable {
        Api api = apis.get(type);
        Object baggage = (Object) api.current.invokeExact();
        return baggage == null ? null : (Object) api.getEntryValue.invokeExact(baggage, key);
    }

    /** The entry as the OpenTelemetry agent says; null also when that is not attached. */
    public Object ofAgent() throws Throwable {
        return isAgentPresent() ? current(agent) : null;
    }

    /** Whether the OpenTelemetry agent is attached. Looked for now and then: it may come after this one. */
    public boolean isAgentPresent() {
        if (agent != null) {
            return true;
        }
        long now = System.nanoTime();
        if (now - lookedAt < LOOK_AGAIN) {
            return false;
        }
        lookedAt = now;
        try {
            agent = Class.forName(OF_AGENT, false, null);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
