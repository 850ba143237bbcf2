package io.tenantwarden.rls.sql;

/**
 * A relation whose rows a statement changes. Immutable.
 *
 * @param relation which one
 * @param events which triggers that may fire: bits of {@link TriggerEvents}
 */
public record Write(Relation relation, int events) {}
