package io.tenantwarden.engine.config;

/** {@code warden.onConfigError}: what a wrong configuration means for the application. */
public enum OnConfigError {
    /** The JVM does not start. */
    EXIT,
    /** The application starts with Warden off, and is told so. */
    WARN
}
