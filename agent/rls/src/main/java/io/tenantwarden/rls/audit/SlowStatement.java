package io.tenantwarden.rls.audit;

/**
 * A statement that takes long, from {@code pg_stat_statements}. Immutable.
 *
 * @param text with {@code $1} for constants, as the extension keeps it
 * @param calls how often it ran
 * @param meanMillis how long one execution took
 */
record SlowStatement(String text, long calls, double meanMillis) {}
