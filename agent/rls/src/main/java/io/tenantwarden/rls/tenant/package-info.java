/**
 * The rows of one tenant: which tables hold them, how they hang together, in which order they can be deleted, and what keeps a role from
 * reaching all of them and nothing else. Knows all other rooms of {@code rls}; what is done with the rows is not its business.
 *
 * <p>The rows of one tenant. {@code TenantTables} says which tables hold them and what is in the way, read by {@code TenantTablesReader}
 * from what {@code TableFacts} asked the server, with {@code TenantTableChecks}; a {@code TenantTable} has the condition for its rows.
 * {@code TenantVisibility} judges whether policies show a tenant all of its rows and nobody else's ({@code FollowedLinks}: by which
 * foreign keys). {@code DeletionPlan} puts the tables in an order in which they can be emptied ({@code DeletionOrder}) and takes circles
 * of foreign keys apart ({@code DeletionCycles}).
 */
package io.tenantwarden.rls.tenant;
