/**
 * Session factories of Hibernate.
 *
 * <p>{@code SessionFactoryInstrumentation}, used only with the source {@code hibernate}.
 */
package io.tenantwarden.instrumentation.hibernate;
