package io.tenantwarden.cli;

import java.util.List;
import java.util.Map;

/**
 * What the generated SQL is to do. Immutable.
 *
 * @param guc the setting that holds the tenant
 * @param bypass settings and values that open the tables, all of them together; empty for no bypass policy
 * @param raise whether a missing tenant is an error rather than no rows
 * @param columnDefault whether the tenant column gets the current tenant as its default
 * @param tenantColumns names of columns that make a table a tenant table
 * @param patterns {@code schema.table} with {@code *} of the tables to protect; empty for all
 * @param accepted {@code schema.table} with {@code *} of the tables whose own policies are enough for the check
 */
record DdlOptions(
        String guc,
        Map<String, String> bypass,
        boolean raise,
        boolean columnDefault,
        List<String> tenantColumns,
        List<String> patterns,
        List<String> accepted) {}
