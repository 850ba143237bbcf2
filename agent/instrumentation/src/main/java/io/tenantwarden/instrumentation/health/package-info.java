/**
 * Registries of Spring Boot's health contributors.
 *
 * <p>{@code HealthRegistryInstrumentation} hands them to the engine, which adds Warden's own where the application has Actuator.
 */
package io.tenantwarden.instrumentation.health;
