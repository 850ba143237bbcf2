package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import java.util.List;

/**
 * A foreign key from one tenant table to another. Immutable.
 *
 * @param name of the constraint
 * @param from the table that refers
 * @param to the table referred to
 * @param columns of the referring table
 * @param targets the columns that they refer to, in the same order
 * @param sameTenant whether the tenant columns are one of the pairs
 * @param onUpdate {@code confupdtype}
 * @param onDelete {@code confdeltype}
 * @param deferrable whether it is deferrable
 * @param deferred whether it is initially deferred
 */
record ForeignKey(
        String name,
        CatalogTable from,
        CatalogTable to,
        List<String> columns,
        List<String> targets,
        boolean sameTenant,
        String onUpdate,
        String onDelete,
        boolean deferrable,
        boolean deferred) {}
