package io.tenantwarden.engine.config;

/**
 * A method that runs in a tenant scope. Immutable.
 *
 * @param name the name part of {@code warden.scope.<name>}; several methods may share it
 * @param method which method; its argument says where the tenant id is, so the index is never -1
 */
public record ScopeMethod(String name, MethodPattern method) {}
