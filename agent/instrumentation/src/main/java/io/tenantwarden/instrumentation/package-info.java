/**
 * Byte Buddy only here. {@link io.tenantwarden.instrumentation.WardenTransformer} finds the few classes that matter, the sub-packages say
 * what is done to them: matchers, and advice that gets arguments, calls the bridge and does nothing else.
 *
 * <p>{@code BootDefinition} is the first step of the start, {@code Installer} the last. {@code ShutdownSlot} is where the JVM runs the end
 * of the agent: after all shutdown hooks, in the last of the slots that the JVM keeps for itself. {@code WardenTransformer} sees every
 * class, {@code LoadedBefore} those of before; {@code Candidates} says what may be done to which; {@code ClassFileScan} looks into the
 * constant pool, and {@code DeclaredMethods} at the names of the methods, so that classes which have nothing to do with JDBC, requests or a
 * method rule are never resolved.
 */
package io.tenantwarden.instrumentation;
