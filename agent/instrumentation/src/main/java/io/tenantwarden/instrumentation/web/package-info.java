/**
 * Where a request begins and ends.
 *
 * <p>{@code FilterInstrumentation}, {@code ServletInstrumentation} and {@code HandlerInstrumentation} (Spring WebFlux), used only when some
 * source reads a request, or its value can stay on a thread.
 */
package io.tenantwarden.instrumentation.web;
