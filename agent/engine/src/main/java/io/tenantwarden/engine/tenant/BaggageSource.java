package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.OpenTelemetryBaggage;

/**
 * {@code baggage:tenant.id}: OpenTelemetry's current baggage; the API that the application has, else that of the
 * OpenTelemetry agent.
 */
final class BaggageSource implements TenantSource {

    static final class Kind extends SourceKind {

        Kind() {
            super("baggage", "`baggage:key`", "baggage:tenant.id", "OpenTelemetry's baggage");
        }

        @Override
        String watchedClass(SourceSpec spec) {
            return BAGGAGE;
        }

        @Override
        TenantSource source(SourceSpec spec, SourceContext context) {
            return new BaggageSource(spec, context);
        }
    }

    static final String BAGGAGE = "io.opentelemetry.api.baggage.Baggage";

    private final Copies copies;
    private final OpenTelemetryBaggage baggage;

    BaggageSource(SourceSpec spec, SourceContext context) {
        this.baggage = new OpenTelemetryBaggage(spec.target());
        this.copies = new Copies(context.classes().watched(BAGGAGE), context, spec.text(), baggage::current);
    }

    @Override
    public Object read() throws Throwable {
        return copies.isLoaded() ? copies.read() : baggage.ofAgent();
    }

    @Override
    public String shadowing() {
        return copies.shadowing();
    }

    @Override
    public boolean isLoaded() {
        return copies.isLoaded() || baggage.isAgentPresent();
    }
}
