package io.tenantwarden.rls.audit;

/**
 * An index of a tenant table. Immutable.
 *
 * @param name its name, in the schema of its table
 * @param leads whether it is valid, not partial, and begins with the tenant column
 * @param holdsTenant whether the tenant column is one of its key columns
 * @param unique whether it is unique
 * @param primary whether it is the primary key's
 * @param constraint the constraint that it belongs to; null when it is an index only
 * @param definition of the constraint, else of the index; null unless it is unique and not the primary key's
 */
record TableIndex(
        String name,
        boolean leads,
        boolean holdsTenant,
        boolean unique,
        boolean primary,
        String constraint,
        String definition) {}
