/**
 * What the agent was told: keys declared once in {@link io.tenantwarden.engine.config.Keys}, read from four layers, checked as a whole,
 * never half applied. Start: {@link io.tenantwarden.engine.config.ConfigLoader}.
 *
 * <p>{@code Keys} declares each key once; reading, checking, printing ({@code Banner}) and documenting ({@code ConfigurationDocument}, which
 * makes docs/configuration.md) follow from it. {@code ConfigLoader} returns {@code Loaded}: all of it, or nothing and every problem at once.
 */
package io.tenantwarden.engine.config;
