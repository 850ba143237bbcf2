package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.AssumedLogin;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** {@code doctor --as}: the role that statements run as with {@code warden.role}, and what is to be said of the login. */
final class DoctorRole {

    private DoctorRole() {}

    /**
     * Sets the role for the session.
     *
     * @return what stays wrong with the login, whatever the role is
     * @throws CommandFailure when it cannot be set
     */
    static List<Finding> set(Connection c, String role) throws SQLException {
        RoleFacts login = RoleFacts.read(c);
        AssumedRole assumed = AssumedRole.read(c, login, role);
        if (assumed.facts() == null) {
            throw CommandFailure.couldNotRun(
                    "--as " + role + ": there is no such role on the server; the command ddl --role " + role
                            + " writes one with its grants");
        }
        if (!assumed.allowed()) {
            throw CommandFailure.couldNotRun("--as " + role + ": " + login.currentUser()
                    + " may not set it. Run: GRANT " + Identifiers.quote(role) + " TO "
                    + Identifiers.quote(login.currentUser()) + ";");
        }
        try (Statement s = c.createStatement()) {
            s.execute("/* tenant-warden */ SET ROLE " + Identifiers.quote(role));
        }
        Finding finding = AssumedLogin.finding(assumed);
        return finding == null ? List.of() : List.of(finding);
    }
}
