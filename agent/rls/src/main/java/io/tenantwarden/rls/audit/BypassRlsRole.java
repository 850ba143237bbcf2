package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;

final class BypassRlsRole implements Rule {

    @Override
    public About about() {
        return new About(
                "WD002",
                Finding.Level.ERROR,
                "Role has BYPASSRLS",
                "PostgreSQL never asks a policy when a role with BYPASSRLS reads or writes.",
                "Takes the attribute away.",
                "It judges the role that is connected now, not the roles of other connection pools.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        RoleFacts role = facts.role();
        if (role.bypassRls() && !role.superuser()) {
            findings.add(
                    role.currentUser(),
                    "role " + role.currentUser() + " has BYPASSRLS: no policy ever filters its rows",
                    Fix.sql(Fix.SUPERUSER, "ALTER ROLE " + Identifiers.quote(role.currentUser()) + " NOBYPASSRLS;"));
        }
    }
}
