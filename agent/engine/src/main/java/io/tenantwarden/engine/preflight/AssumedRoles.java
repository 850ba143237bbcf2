package io.tenantwarden.engine.preflight;

import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Database;
import io.tenantwarden.rls.audit.AssumedLogin;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.sql.Identifiers;

/** Tells what is wrong with {@code warden.role} on one login, at the first connection and not at the first request. Thread-safe. */
final class AssumedRoles {

    private static final String UNKNOWN = "role-unknown";
    private static final String NOT_MEMBER = "role-not-member";
    private static final String SETTINGS = "role-settings";

    private final Reporter reporter;

    AssumedRoles(Reporter reporter) {
        this.reporter = reporter;
    }

    /** It was asked what a login becomes; called again when that may have changed. */
    void told(Database database, String login, AssumedRole assumed) {
        String role = assumed.role();
        tell(
                database,
                login,
                assumed.facts() == null,
                new Finding(
                        UNKNOWN,
                        Level.ERROR,
                        role,
                        "warden.role=" + role
                                + ": there is no such role on the server, so that every statement outside a bypass"
                                + " fails (22023)",
                        "CREATE ROLE " + Identifiers.quote(role) + " NOLOGIN; GRANT " + Identifiers.quote(role) + " TO "
                                + Identifiers.quote(login) + "; -- and what it needs on tables: the command ddl --role "
                                + role + " writes it"));
        tell(
                database,
                login,
                assumed.facts() != null && !assumed.allowed(),
                new Finding(
                        NOT_MEMBER,
                        Level.ERROR,
                        role,
                        "warden.role=" + role + ": " + login
                                + " is not a member of it (from PostgreSQL 16 on: with the option"
                                + " SET), so that every statement outside a bypass fails (42501)",
                        "GRANT " + Identifiers.quote(role) + " TO " + Identifiers.quote(login) + ";"));
        tell(
                database,
                login,
                !assumed.settings().isEmpty(),
                new Finding(
                        SETTINGS,
                        Level.WARN,
                        role,
                        "ALTER ROLE " + role + " SET gives " + String.join(", ", assumed.settings())
                                + ", which the server applies at a login and not when a role is set: statements run with what "
                                + login + " has",
                        "ALTER ROLE " + Identifiers.quote(login) + " SET ... the same, where statements need it"));
        open(database, login, assumed);
    }

    /** The login itself: a lost role would be all rows, and what it owns opens them. */
    private void open(Database database, String login, AssumedRole assumed) {
        Finding found = AssumedLogin.finding(assumed);
        if (found != null) {
            tell(database, login, true, found);
        }
    }

    private void tell(Database database, String login, boolean wrong, Finding finding) {
        if (wrong) {
            reporter.finding(database.name(), database.server(), login, finding);
        } else {
            reporter.resolved(database.name(), database.server(), login, finding);
        }
    }
}
