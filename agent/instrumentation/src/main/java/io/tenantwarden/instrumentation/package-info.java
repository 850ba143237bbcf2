/**
 * Byte Buddy only here. {@link io.tenantwarden.instrumentation.WardenTransformer} finds the few classes that matter, the
 * sub-packages say what is done to them: matchers, and advice that gets arguments, calls the bridge and does nothing else.
 */
package io.tenantwarden.instrumentation;
