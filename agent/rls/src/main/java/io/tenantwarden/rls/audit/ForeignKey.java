package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import java.util.List;
import java.util.Set;

/**
 * A foreign key to a tenant table. Immutable.
 *
 * @param name of the constraint
 * @param from the table that refers
 * @param to the table referred to
 * @param columns of the referring table
 * @param targets the columns that they refer to, in the same order
 * @param targetNumbers attribute numbers of those
 * @param index name of the index of the other table that it needs
 * @param sameTenant whether the tenant columns are one of the pairs; false when the referring table has none
 * @param sameType whether the tenant columns of both are of one type; false when the referring table has none
 * @param onUpdate {@code confupdtype}
 * @param onDelete {@code confdeltype}
 * @param setColumns columns that ON DELETE SET NULL or SET DEFAULT sets, where not all of the key
 * @param deferrable whether it is deferrable
 * @param deferred whether it is initially deferred
 * @param validated whether the rows that were there are known to fulfil it
 * @param plain false for what a replacement would not be like: MATCH FULL of several columns, PERIOD, NOT ENFORCED
 */
record ForeignKey(
        String name,
        CatalogTable from,
        CatalogTable to,
        List<String> columns,
        List<String> targets,
        Set<String> targetNumbers,
        String index,
        boolean sameTenant,
        boolean sameType,
        String onUpdate,
        String onDelete,
        List<String> setColumns,
        boolean deferrable,
        boolean deferred,
        boolean validated,
        boolean plain) {}
