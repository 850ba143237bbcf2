/**
 * Where the tenant comes from. {@link io.tenantwarden.engine.tenant.TenantReader} asks the configured sources in order,
 * {@link io.tenantwarden.engine.tenant.LoadedClasses} knows which class loader of the application defines the classes
 * they need, {@link io.tenantwarden.engine.tenant.TenantFormat} checks the value. A new kind of source is one
 * file, a class that implements {@code TenantSource} and declares its {@link io.tenantwarden.engine.tenant.SourceKind}, and its line in
 * {@link io.tenantwarden.engine.tenant.SourceKinds}.
 */
package io.tenantwarden.engine.tenant;
