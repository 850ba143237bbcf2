package io.tenantwarden.rls.audit;

/**
 * The tenant column of a table. Immutable.
 *
 * @param number its attribute number
 * @param notNull whether it is NOT NULL
 * @param comparable whether a tenant id can be cast to its type and compared with it, in an index too
 * @param virtual whether it is generated when it is read, so that no index can hold it
 */
record TenantColumn(String number, boolean notNull, boolean comparable, boolean virtual) {}
