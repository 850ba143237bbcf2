package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.AssumedRole;
import io.tenantwarden.rls.catalog.RoleFacts;
import java.util.Map;

/** What is to be said of a login whose statements run as another role: a role of its own does not make a superuser harmless. */
public final class AssumedLogin {

    private AssumedLogin() {}

    /** WD001 or WD002 of the login, with what the role leaves open; null when policies filter the login itself. */
    public static Finding finding(AssumedRole assumed) {
        RoleFacts login = assumed.login();
        if (!login.bypassesRls()) {
            return null;
        }
        Rule rule = login.superuser() ? new SuperuserRole() : new BypassRlsRole();
        return new Finding(
                rule.about().id(),
                Finding.Level.ERROR,
                login.currentUser(),
                "the login " + login.currentUser() + (login.superuser() ? " is a superuser" : " has BYPASSRLS")
                        + ": no policy ever filters its rows. Statements outside a bypass run as " + assumed.role()
                        + " (warden.role), which policies filter" + leftOpen(assumed)
                        + "; and who can run SQL of his own can take the role back",
                "-- let the application connect as a role that is no superuser and a member of " + assumed.role()
                        + ", or as " + assumed.role() + " itself; for a test suite this is as good as it gets");
    }

    private static String leftOpen(AssumedRole assumed) {
        Map<String, Integer> open = assumed.leftOpen();
        if (open.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        open.forEach((kind, count) -> text.append(text.isEmpty() ? "" : " and ")
                .append(count)
                .append(' ')
                .append(kind.equals("functions") ? "SECURITY DEFINER functions" : kind));
        return "; but " + text + " run with the rights of a superuser or of BYPASSRLS, and open all rows";
    }
}
