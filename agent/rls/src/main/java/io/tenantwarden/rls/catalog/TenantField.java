package io.tenantwarden.rls.catalog;

/**
 * A column of a result that holds tenants, as the server names it in RowDescription: by relation and attribute number. Immutable.
 *
 * @param table the table whose tenant column it is
 * @param relation what the statement reads: the table itself, or a view that shows the column as it is
 * @param index a number of its own, from 0 to {@link TenantFields#size} (exclusive)
 */
public record TenantField(CatalogTable table, CatalogTable relation, int index) {

    /** Whether it is read through a view. */
    public boolean isThroughView() {
        return table != relation;
    }
}
