/**
 * Database clients that cannot be covered.
 *
 * <p>{@code ClientInstrumentation}: clients that are not covered.
 */
package io.tenantwarden.instrumentation.client;
