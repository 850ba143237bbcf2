/**
 * One class per foreign API. The advice passes the object; the method handles come from its public interface and are
 * cached in a {@link java.lang.ClassValue}, so that no class loader of the application is held.
 */
package io.tenantwarden.engine.tenant.access;
