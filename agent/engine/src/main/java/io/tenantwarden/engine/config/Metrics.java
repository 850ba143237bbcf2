package io.tenantwarden.engine.config;

/** Values of {@code warden.metrics}. */
public enum Metrics {
    /** Where the application has a metrics library or health endpoint. */
    AUTO,
    /** Never. */
    OFF
}
