/**
 * Whether the rows of a result are the tenant's. Says which column of a result is a tenant column and what is in it; what follows from that is
 * the business of {@code policy}.
 *
 * <p>{@code RowCheck} looks through the rows of one connection's results: {@code RowColumns} says which columns hold tenants,
 * {@code VisibleTenants} whose rows policies show to everybody, {@code TenantValue} compares in both formats of PostgreSQL,
 * {@code DriverRows} is how the driver keeps rows.
 */
package io.tenantwarden.engine.rows;
