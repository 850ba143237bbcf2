package io.tenantwarden.rls.audit;

/**
 * A result of the preflight. Immutable.
 *
 * @param rule stable id, for instance {@code WD003}
 * @param level how bad it is
 * @param object the role or table that it is about
 * @param message what is wrong and what follows from it, one line
 * @param fix SQL to run, or what to do
 */
public record Finding(String rule, Level level, String object, String message, String fix) {

    /** How bad a finding is: with an ERROR row-level security does not protect. */
    public enum Level {
        ERROR,
        WARN,
        INFO
    }
}
