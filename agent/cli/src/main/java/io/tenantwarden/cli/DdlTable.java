package io.tenantwarden.cli;

import java.util.List;

/**
 * A tenant table as it is before the generated SQL runs. All SQL names are quoted by the server itself. Immutable.
 *
 * @param name {@code schema.table}, without quotes
 * @param schema its schema as it stands in SQL
 * @param sql schema and table as they stand in SQL
 * @param partitioned whether it is a partitioned table, which holds no rows itself
 * @param parent {@code schema.table} of the table it is a partition or child of; null when it is none
 * @param partition whether it is a partition
 * @param column the tenant column as it stands in SQL
 * @param columnName the same, without quotes
 * @param type what to cast the setting to: without a length, which would cut a longer value to another tenant's
 * @param notNull whether the tenant column is NOT NULL
 * @param identity whether the tenant column is an identity column, which can have no default
 * @param columnDefault the default of the tenant column; null when it has none
 * @param index the definition of a valid index that begins with the tenant column; null when there is none
 * @param indexName as it stands in SQL, the index to make
 * @param invalidIndex whether that index is there already, left over by a build that failed
 * @param notNullProven whether a valid CHECK constraint of the table proves that the tenant column holds no null
 * @param checkName as it stands in SQL, the constraint that proves NOT NULL without a long lock; no other has that name
 * @param rls whether row-level security is enabled
 * @param forced whether it is forced
 * @param policies names of its policies
 * @param isolation those of them that let the current tenant's rows through and no others, as ddl writes it
 * @param bypass those of them that open the table for the bypass settings, as ddl writes it
 * @param otherPermissive as they stand in SQL, the permissive ones that are neither
 * @param accepted whether its own policies are enough for the check
 * @param granted privileges that the application's role holds already
 * @param sequences sequences that its columns own through a default, as they stand in SQL
 * @param sequencesGranted those of them that the application's role may use already
 */
record DdlTable(
        String name,
        String schema,
        String sql,
        boolean partitioned,
        String parent,
        boolean partition,
        String column,
        String columnName,
        String type,
        boolean notNull,
        boolean identity,
        String columnDefault,
        String index,
        String indexName,
        boolean invalidIndex,
        boolean notNullProven,
        String checkName,
        boolean rls,
        boolean forced,
        List<String> policies,
        List<String> isolation,
        List<String> bypass,
        List<String> otherPermissive,
        boolean accepted,
        List<String> granted,
        List<String> sequences,
        List<String> sequencesGranted) {}
