package io.tenantwarden.engine.config;

/** Values of {@code warden.functions}. */
public enum Functions {
    /** Unscoped calls of functions that pass over policies on purpose are counted and told. */
    REPORT,
    /** They are violations, and refused in {@code enforce}. */
    STRICT
}
