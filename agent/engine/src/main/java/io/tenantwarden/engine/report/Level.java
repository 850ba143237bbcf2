package io.tenantwarden.engine.report;

import io.tenantwarden.rls.audit.Finding;
import java.util.Locale;

/** How loud a log line is. The names are those of SLF4J. */
public enum Level {
    INFO,
    WARN,
    ERROR;

    /** How loud a finding is told. */
    static Level of(Finding finding) {
        return switch (finding.level()) {
            case INFO -> INFO;
            case WARN -> WARN;
            case ERROR -> ERROR;
        };
    }

    /** The name in log lines and reports: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
