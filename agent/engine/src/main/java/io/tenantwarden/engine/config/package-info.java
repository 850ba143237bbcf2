/**
 * What the agent was told: keys declared once in {@link io.tenantwarden.engine.config.Keys}, read from four layers,
 * checked as a whole, never half applied. Start: {@link io.tenantwarden.engine.config.ConfigLoader}.
 */
package io.tenantwarden.engine.config;
