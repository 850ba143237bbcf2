/**
 * Where the tenant comes from. {@link io.tenantwarden.engine.tenant.TenantReader} asks the configured sources in order,
 * {@link io.tenantwarden.engine.tenant.LoadedClasses} knows which class loader of the application defines the classes they need,
 * {@link io.tenantwarden.engine.tenant.TenantFormat} checks the value. A new kind of source is one file, a class that implements
 * {@code TenantSource} and declares its {@link io.tenantwarden.engine.tenant.SourceKind}, and its line in
 * {@link io.tenantwarden.engine.tenant.SourceKinds}.
 *
 * <p>{@code TenantReader} asks the sources in order. Each kind is one implementation of {@code TenantSource}, described by the
 * {@code SourceKind} in its file. {@code LoadedClasses} remembers, weakly, which loaders of the application define the classes that sources
 * name; {@code Copies} says which of several counts. {@code FreshThread} asks what the sources say to everybody. {@code ValuePath} follows a
 * path ({@code PathSyntax}): getters, fields, elements. {@code TenantFormat} checks the value. {@code RequestValues} and
 * {@code MessageValues} hold what sources read of the request that a thread serves and of the message that a listener handles.
 * {@code HibernateSource} notes session factories. {@code ValueSources} reads sources that stand in braces in {@code warden.guc}.
 */
package io.tenantwarden.engine.tenant;
