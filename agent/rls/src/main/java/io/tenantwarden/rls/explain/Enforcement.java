package io.tenantwarden.rls.explain;

import io.tenantwarden.rls.catalog.CatalogTable;

/** Whether policies filter what a role reads of a relation, and if not, why. */
public enum Enforcement {
    /** They do; without a permissive one for the command nothing is left. */
    FILTERED,
    /** The role is a superuser. */
    SUPERUSER,
    /** The role has BYPASSRLS. */
    BYPASSRLS,
    /** The role owns the table, or has its owner's rights, and row-level security is not forced. */
    OWNER,
    /** Row-level security is not enabled. */
    NOT_ENABLED,
    /** A materialized view is a copy: policies held when it was filled, for its owner. */
    MATERIALIZED,
    /** A foreign table cannot have policies. */
    FOREIGN;

    /**
     * What holds for a role on a table.
     *
     * @see <a href="https://www.postgresql.org/docs/current/ddl-rowsecurity.html">PostgreSQL: row security policies</a>
     */
    static Enforcement of(CatalogTable table, ReadingRole role) {
        if (table.kind() == CatalogTable.Kind.MATERIALIZED_VIEW) {
            return MATERIALIZED;
        }
        if (table.kind() == CatalogTable.Kind.FOREIGN_TABLE) {
            return FOREIGN;
        }
        if (!table.rls()) {
            return NOT_ENABLED;
        }
        if (role.superuser()) {
            return SUPERUSER;
        }
        if (role.bypassRls()) {
            return BYPASSRLS;
        }
        return !table.forced() && role.roles().contains(table.owner()) ? OWNER : FILTERED;
    }
}
