package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;
import java.util.List;
import java.util.Locale;

final class TenantSettingDefault implements Rule {

    private static final List<String> CLOSED = List.of("", "off", "false", "no", "0");

    @Override
    public About about() {
        return new About(
                "WD038",
                Finding.Level.ERROR,
                "Role or database sets the tenant by default",
                "A session that nobody gave a tenant runs as that tenant, or with the bypass, instead of seeing nothing.",
                "Resets the default.",
                "Defaults in the server's configuration file, and in the connection's options, cannot be told from a value set"
                        + " by the application.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (SettingDefault s : facts.settings()) {
            String name = s.name().toLowerCase(Locale.ROOT);
            boolean tenant = options.gucs().isEmpty()
                    ? facts.catalog().gucsInPolicies().contains(name)
                    : options.gucs().contains(name);
            boolean bypass = options.bypassGucs().contains(name);
            boolean closed = tenant && !bypass
                    ? s.value().isEmpty() || CLOSED.contains(s.value())
                    : CLOSED.contains(s.value().toLowerCase(Locale.ROOT));
            if ((tenant || bypass) && !closed) {
                String where = s.role() != null ? s.role() : s.database() != null ? s.database() : "all roles";
                findings.add(
                        where,
                        (s.role() != null ? "role " : s.database() != null ? "database " : "") + where + " starts with "
                                + s.name() + " set: a session without a tenant is not without rows",
                        DefaultSettings.reset(s));
            }
        }
    }
}
