package io.tenantwarden.engine.config;

import java.time.LocalDate;
import java.util.List;

/**
 * Methods that may run without a tenant. Immutable.
 *
 * @param name the name part of {@code warden.bypass.<name>}
 * @param at which methods; never empty, argument index always -1
 * @param reason why; never blank
 * @param until last day (UTC) on which it is allowed; null when it does not end. A day in the past is not an error here
 */
public record BypassMethod(String name, List<MethodPattern> at, String reason, LocalDate until) {}
