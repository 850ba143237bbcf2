package io.tenantwarden.engine.report;

import io.tenantwarden.engine.report.document.Report;
import java.util.Objects;

/**
 * A result of the preflight. Immutable.
 *
 * @param rule stable id of the rule, such as {@code WD001}
 * @param level how bad it is
 * @param object role, table or policy it is about
 * @param message what is wrong
 * @param fix what to do about it
 */
public record Finding(String rule, Level level, String object, String message, String fix) {

    public Finding {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(level, "level");
        object = object == null ? "" : object;
        message = message == null ? "" : message;
        fix = fix == null ? "" : fix;
    }

    /** As the report has it. */
    Report.FindingEntry entry() {
        return new Report.FindingEntry(rule, level.wireName(), object, message, fix);
    }
}
