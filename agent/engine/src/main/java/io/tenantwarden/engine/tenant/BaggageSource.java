package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.OpenTelemetryBaggage;
import java.util.function.Supplier;

/**
 * {@code baggage:tenant.id}: OpenTelemetry's current baggage; the API that the application has, else that of the
 * OpenTelemetry agent.
 */
final class BaggageSource implements TenantSource {

    static final String BAGGAGE = "io.opentelemetry.api.baggage.Baggage";

    private final LoadedClasses.Watched watched;
    private final Supplier<ClassLoader> siteLoader;
    private final OpenTelemetryBaggage baggage;

    BaggageSource(SourceSpec spec, SourceContext context) {
        this.watched = context.classes().watched(BAGGAGE);
        this.siteLoader = context.siteLoader();
        this.baggage = new OpenTelemetryBaggage(spec.target());
    }

    @Override
    public Object read() throws Throwable {
        Class<?> type = watched.find(siteLoader);
        return type == null ? baggage.ofAgent() : baggage.current(type);
    }

    @Override
    public boolean isLoaded() {
        return watched.isLoaded() || baggage.isAgentPresent();
    }
}
