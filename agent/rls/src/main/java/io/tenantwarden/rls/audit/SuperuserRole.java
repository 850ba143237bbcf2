package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;

final class SuperuserRole implements Rule {

    @Override
    public About about() {
        return new About(
                "WD001",
                Finding.Level.ERROR,
                "Role is a superuser",
                "PostgreSQL never asks a policy when a superuser reads or writes.",
                "Creates a role for the application; granting it what it needs, and moving the application's connections to it,"
                        + " remains to be done.",
                "It judges the role that is connected now, not the roles of other connection pools.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        RoleFacts role = facts.role();
        if (!role.superuser()) {
            return;
        }
        String app = Sql.name(role.database(), "_app");
        findings.add(
                role.currentUser(),
                "role " + role.currentUser() + " is a superuser: no policy ever filters its rows",
                Fix.sql(
                                Fix.SUPERUSER,
                                Sql.unless(
                                        "SELECT FROM pg_catalog.pg_roles WHERE rolname = " + Sql.literal(app),
                                        "CREATE ROLE " + Identifiers.quote(app) + " LOGIN NOSUPERUSER NOBYPASSRLS;"))
                        .note(
                                "grant it what it needs (command line: ddl writes the grants), let the application connect as"
                                        + " it, and run doctor as it"));
    }
}
