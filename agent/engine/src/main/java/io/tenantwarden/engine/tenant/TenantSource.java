package io.tenantwarden.engine.tenant;

import io.tenantwarden.engine.tenant.access.MessageHeaders;

/** Reads one place where the application keeps its tenant. Safe for use by several threads. */
interface TenantSource {

    /**
     * The raw value; null when there is none, also when the application has not loaded the class yet.
     *
     * @throws Throwable whatever the application's code throws, or {@link TenantSourceException} when it cannot be read
     */
    Object read() throws Throwable;

    /** Whether the application has loaded what this source reads. */
    default boolean isLoaded() {
        return true;
    }

    /** Class loaders that are in each other's way, as {@link Copies#shadowing}; null when none are. */
    default String shadowing() {
        return null;
    }

    /** The source for one entry of the configuration. */
    static TenantSource of(SourceSpec spec, SourceContext context) {
        return switch (spec.kind()) {
            case METHOD -> new MethodSource(spec, context);
            case FIELD -> new FieldSource(spec, context);
            case MDC -> new MdcSource(spec, context);
            case SECURITY -> new SecuritySource(spec, context);
            case HIBERNATE -> new HibernateSource(spec, context);
            case BAGGAGE -> new BaggageSource(spec, context);
            case HEADER -> new HeaderSource(spec);
            case SESSION -> new SessionSource(spec);
            case ATTRIBUTE -> new AttributeSource(spec);
            case HOST -> new HostSource(spec);
            case PATH -> new PathSource(spec);
            case PRINCIPAL -> new PrincipalSource(spec);
            case KAFKA -> new MessageSource(spec, MessageHeaders.KAFKA);
            case JMS -> new MessageSource(spec, MessageHeaders.JMS);
            case RABBIT -> new MessageSource(spec, MessageHeaders.RABBIT);
            case VALUE -> new ValueSource(spec);
        };
    }
}
