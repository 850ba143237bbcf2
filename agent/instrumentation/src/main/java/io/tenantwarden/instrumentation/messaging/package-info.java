/**
 * Where the listener of a message begins and ends.
 *
 * <p>{@code ListenerInstrumentation} and {@code ContainerInstrumentation}, used only when some source reads messages, or its value can stay
 * on a thread.
 */
package io.tenantwarden.instrumentation.messaging;
