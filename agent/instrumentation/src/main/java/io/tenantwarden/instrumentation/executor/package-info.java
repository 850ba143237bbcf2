/**
 * Work that is handed to another thread.
 *
 * <p>{@code TaskClasses} names the classes that hand work to other threads, {@code TaskTransformer} changes them: those of the JDK are
 * loaded already and get calls of {@code Tasks}, no field and no method (docs/propagation.md).
 */
package io.tenantwarden.instrumentation.executor;
