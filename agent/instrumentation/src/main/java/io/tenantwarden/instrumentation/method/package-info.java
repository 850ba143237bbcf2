/**
 * Methods that the configuration names.
 *
 * <p>{@code MethodRule}: the methods that {@code warden.scope.NAME} and {@code warden.bypass.NAME.at} and {@code warden.foreach.NAME} name.
 */
package io.tenantwarden.instrumentation.method;
