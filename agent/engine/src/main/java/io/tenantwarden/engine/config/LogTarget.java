package io.tenantwarden.engine.config;

/** {@code warden.log}: where log lines go. Configuration errors always go to stderr. */
public enum LogTarget {
    /** The application's SLF4J when it has a provider, else stderr. */
    AUTO,
    SLF4J,
    STDERR,
    NONE
}
