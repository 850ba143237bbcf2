package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;

/**
 * A table in a publication. Immutable.
 *
 * @param publication its name
 * @param allTables whether it is FOR ALL TABLES
 * @param schema whether it publishes the table's whole schema
 * @param table the table
 */
record PublishedTable(String publication, boolean allTables, boolean schema, CatalogTable table) {}
