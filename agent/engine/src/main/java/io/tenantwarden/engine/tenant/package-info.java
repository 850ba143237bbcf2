/**
 * Where the tenant comes from. {@link io.tenantwarden.engine.tenant.TenantReader} asks the configured sources in order,
 * {@link io.tenantwarden.engine.tenant.LoadedClasses} knows which class loader of the application defines the classes
 * they need, {@link io.tenantwarden.engine.tenant.TenantFormat} checks the value. A new kind of source is one class that
 * implements {@code TenantSource}, one constant of {@link io.tenantwarden.engine.tenant.SourceSpec.Kind} and the line in
 * {@code TenantSource.of} that joins them.
 */
package io.tenantwarden.engine.tenant;
