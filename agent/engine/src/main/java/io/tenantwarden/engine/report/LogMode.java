package io.tenantwarden.engine.report;

import java.util.Locale;

/** Where log lines go: the values of {@code warden.log}. */
public enum LogMode {
    /** The application's SLF4J when it has a provider that writes; otherwise standard error. */
    AUTO,
    /** The application's SLF4J only; lines that could not be delivered until the JVM exits go to standard error then. */
    SLF4J,
    STDERR,
    NONE;

    /** The value of {@code warden.log}: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
