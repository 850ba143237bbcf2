package io.tenantwarden.engine.config;

/** Values of {@code warden.jmx}. */
public enum Jmx {
    /** No bean. */
    OFF,
    /** A bean that can be read. */
    READ,
    /** A bean that can be read, and that changes the mode. */
    CONTROL
}
