package io.tenantwarden.rls.audit;

/**
 * The tenant column of a table. Immutable.
 *
 * @param number its attribute number
 * @param notNull whether it is NOT NULL
 */
record TenantColumn(String number, boolean notNull) {}
