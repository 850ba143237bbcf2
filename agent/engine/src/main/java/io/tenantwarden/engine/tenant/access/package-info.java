/**
 * One class per foreign API. The advice passes the object; the method handles come from its public interface and are cached in a
 * {@link java.lang.ClassValue}, so that no class loader of the application is held.
 *
 * <p>One class per foreign API: {@code ServletRequests}, {@code ReactiveRequests}, {@code SpringSecurity}, {@code HibernateResolver},
 * {@code OpenTelemetryBaggage}, {@code MessageHeaders}. Method handles come from the API's public interface and are cached in a
 * {@code ClassValue}.
 */
package io.tenantwarden.engine.tenant.access;
