package io.tenantwarden.rls.tenant;

import java.util.List;
import java.util.Map;

/**
 * What belongs to a tenant besides what the catalog tells, and what was accepted. Immutable. Patterns are
 * {@code schema.table} with {@code *} for any characters.
 *
 * @param setting the setting that holds the tenant id itself while statements of the plan run; one of our own
 * @param gucs names in lower case of the settings that policies compare with the tenant
 * @param plain those of them that hold the tenant's id and nothing else
 * @param include tables that tenants' rows refer to, of which the referred rows are counted to the tenant
 * @param exclude tables that hold nothing of any tenant
 * @param unprotected tables without row-level security for the role that may be read and written nevertheless, and why
 * @param visible tables whose policies are known to show a tenant all of its rows, and why
 * @param largeObjects columns ({@code schema.table.column}) whose large objects are dealt with elsewhere, and why
 * @param tenants {@code schema.table.column} of the table of the tenants, where no foreign key leads to it; null for none
 * @param witnessed whether a second role counts the rows, so that policies need not be read for whether they show all
 */
public record TenantTablesOptions(
        String setting,
        List<String> gucs,
        List<String> plain,
        List<String> include,
        List<String> exclude,
        Map<String, String> unprotected,
        Map<String, String> visible,
        Map<String, String> largeObjects,
        String tenants,
        boolean witnessed) {

    public TenantTablesOptions {
        gucs = List.copyOf(gucs);
        plain = List.copyOf(plain);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        unprotected = Map.copyOf(unprotected);
        visible = Map.copyOf(visible);
        largeObjects = Map.copyOf(largeObjects);
    }
}
