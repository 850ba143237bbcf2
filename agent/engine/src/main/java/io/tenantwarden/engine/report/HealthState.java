package io.tenantwarden.engine.report;

import java.util.Locale;

/** The agent in one word. */
public enum HealthState {
    /** No connection that Warden covers was opened yet. */
    IDLE,
    /** Scopes reach the database as configured. */
    PROTECTING,
    /** Something that should be protected is not. */
    DEGRADED,
    /** Only watching. */
    AUDIT,
    OFF;

    /** The name in reports: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
