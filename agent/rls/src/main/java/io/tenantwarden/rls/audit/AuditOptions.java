package io.tenantwarden.rls.audit;

import java.util.List;
import java.util.Locale;

/**
 * What the rules compare the database with. Immutable.
 *
 * @param gucs names of the settings that carry the tenant ({@code warden.guc}), the tenant's own first; empty when not
 *     configured: then the settings that policies read are taken for right
 * @param bypassGucs names of the settings that open the tables on purpose ({@code warden.guc.bypass})
 * @param ignores findings that somebody accepted
 */
public record AuditOptions(List<String> gucs, List<String> bypassGucs, List<Ignore> ignores) {

    /** Nothing configured, nothing ignored. */
    public static final AuditOptions DEFAULT = new AuditOptions(List.of(), List.of(), List.of());

    public AuditOptions {
        // PostgreSQL compares names of settings without regard to letter case
        gucs = gucs.stream().map(g -> g.toLowerCase(Locale.ROOT)).toList();
        bypassGucs = bypassGucs.stream().map(g -> g.toLowerCase(Locale.ROOT)).toList();
        ignores = List.copyOf(ignores);
    }
}
