package io.tenantwarden.rls.audit;

/**
 * What is wrong with a database, its roles or the configuration: found by a rule, by the probe or by the agent while it runs. Immutable.
 *
 * @param rule stable id, for instance {@code WD003} or {@code catalog-outdated}
 * @param level how bad it is
 * @param object the role, table or policy that it is about, or the key of the configuration
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
