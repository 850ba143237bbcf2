package io.tenantwarden.engine.config;

/**
 * A method that runs once for each tenant.
 *
 * @param name the name part of {@code warden.foreach.<name>}
 * @param method the method, without an argument
 */
public record LoopMethod(String name, MethodPattern method) {}
