package io.tenantwarden.engine.report;

import java.util.Locale;

/** How loud a log line is. The names are those of SLF4J. */
public enum Level {
    INFO,
    WARN,
    ERROR;

    /** The name in log lines and reports: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
