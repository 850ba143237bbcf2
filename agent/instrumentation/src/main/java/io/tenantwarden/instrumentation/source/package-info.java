/**
 * Where the value of a tenant source is set.
 *
 * <p>{@code SettingInstrumentations}: where a value of a tenant source is set. {@code OwnSettings} puts calls around the instructions that
 * set something in the classes that sources name (around the method would not do: one that runs other code as a tenant sets the value
 * twice), {@code LibrarySettings} advice into diagnostic and security contexts.
 */
package io.tenantwarden.instrumentation.source;
