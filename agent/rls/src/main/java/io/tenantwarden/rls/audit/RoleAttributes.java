package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;

final class RoleAttributes implements Rule {

    @Override
    public About about() {
        return new About(
                "WD010",
                Finding.Level.WARN,
                "Role has CREATEROLE or REPLICATION",
                "CREATEROLE can give itself other roles (every role that is no superuser, before PostgreSQL 16), and"
                        + " REPLICATION reads every row of every tenant.",
                "Takes the attribute away.",
                "It judges the role that is connected now, not the roles of other connection pools.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        String me = facts.role().currentUser();
        DatabaseRole r = facts.roles().byName().get(me);
        if (r != null && !r.superuser() && (r.createRole() || r.replication())) {
            findings.add(
                    me,
                    "role " + me + " has " + (r.createRole() ? "CREATEROLE" : "")
                            + (r.createRole() && r.replication() ? " and " : "")
                            + (r.replication() ? "REPLICATION" : "")
                            + ": policies do not stop what it can do with that",
                    Fix.sql(
                            Fix.SUPERUSER,
                            "ALTER ROLE " + Identifiers.quote(me) + (r.createRole() ? " NOCREATEROLE" : "")
                                    + (r.replication() ? " NOREPLICATION" : "") + ";"));
        }
    }
}
