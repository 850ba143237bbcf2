package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;

final class DefaultPrivilegesOpen implements Rule {

    @Override
    public About about() {
        return new About(
                "WD040",
                Finding.Level.INFO,
                "Default privileges open new tables",
                "A table that the next migration creates is readable at once, and has no row-level security until somebody"
                        + " thinks of it.",
                "Takes the default privileges away; grant on each new table once its policy is there.",
                "Migrations that enable row-level security in the same transaction are safe nevertheless.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (DefaultPrivilege d : facts.defaultPrivileges()) {
            String grantee = d.grantee() == null ? "PUBLIC" : d.grantee();
            findings.add(
                    d.schema() == null ? d.creator() : d.creator() + " in " + d.schema(),
                    "new tables of " + d.creator() + (d.schema() == null ? "" : " in schema " + d.schema()) + " give "
                            + d.privileges() + " to " + grantee + " before they have row-level security",
                    "ALTER DEFAULT PRIVILEGES FOR ROLE " + Identifiers.quote(d.creator())
                            + (d.schema() == null ? "" : " IN SCHEMA " + Identifiers.quote(d.schema()))
                            + " REVOKE " + d.privileges() + " ON TABLES FROM "
                            + (d.grantee() == null ? "PUBLIC" : Identifiers.quote(d.grantee())) + ";");
        }
    }
}
