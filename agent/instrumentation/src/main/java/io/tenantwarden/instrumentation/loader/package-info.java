/**
 * Class loaders that may hide the bridge.
 *
 * <p>{@code LoaderClasses}: class loaders that may hide the bridge. {@code HiddenBridge} says what to set where that is not enough.
 */
package io.tenantwarden.instrumentation.loader;
