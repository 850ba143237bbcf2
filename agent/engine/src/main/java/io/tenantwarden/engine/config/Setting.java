package io.tenantwarden.engine.config;

/**
 * One key that does not have its default, for the banner and for reports. Immutable.
 *
 * @param key the full key, name part included, for instance {@code warden.bypass.payment-webhook.at}
 * @param value as it was written; secrets are masked already
 * @param layer where it was set
 */
public record Setting(String key, String value, Layer layer) {}
