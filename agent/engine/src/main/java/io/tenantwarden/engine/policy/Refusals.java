package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.engine.report.Site;
import java.sql.SQLException;
import java.util.List;

/**
 * The one exception that crosses from Warden into the application: {@code java.sql.SQLException}, SQLState 42501
 * (insufficient_privilege, PostgreSQL manual appendix A), with a message that says what to do now.
 */
public final class Refusals {

    private static final String SQL_STATE = "42501";

    private Refusals() {}

    static SQLException unscoped(
            String operation, List<String> tables, boolean assumed, Site site, String role, boolean rejected) {
        String why = rejected
                ? ": the tenant source of this thread failed or gave a value that is no tenant id (violation"
                        + " source-failed or invalid-tenant in the log says which). Mend what sets it"
                : ": no tenant is set on this thread. Set the tenant before it runs (warden.tenant names where Warden"
                        + " looks)";
        return exception("unscoped " + operation + " on " + tables(tables, assumed) + " at " + site + ", role " + role
                + why + "; or, if this method may see all tenants, allow it: " + bypass(site));
    }

    static SQLException lostScope(
            String operation, List<String> tables, boolean assumed, Site site, Submission submission) {
        return exception("unscoped " + operation + " on " + tables(tables, assumed) + " at " + site
                + ": no tenant is set"
                + " on this thread; " + LostScopes.detail(submission) + ", at " + LostScopes.site(submission) + ". "
                + LostScopes.remedy(submission) + "; or, if this method may see all tenants, allow it:"
                + " warden.bypass.<name>.at=" + site.className() + "#" + site.method()
                + " and warden.bypass.<name>.reason=...");
    }

    static SQLException bypassRole(String operation, List<String> tables, boolean assumed, Site site, String role) {
        return exception(operation + " on " + tables(tables, assumed) + " at " + site + ": role " + role
                + " is listed in warden.bypass.roles and may touch protected tables only inside a bypass. Allow it: "
                + bypass(site) + ", or connect as another role");
    }

    /** A lambda has no name of its own that configuration could give: the method around it has. */
    private static String bypass(Site site) {
        String method = site.method();
        if (method.startsWith("lambda$") && method.indexOf('$', 7) > 0) {
            method = method.substring(7, method.indexOf('$', 7));
        }
        return "warden.bypass.<name>.at=" + site.className() + "#" + method + " and warden.bypass.<name>.reason=...";
    }

    static SQLException tenantSwitch(String operation, List<String> tables, boolean assumed, Site site) {
        return exception("tenant switch: " + operation + on(tables, assumed) + " at " + site + " runs as another tenant"
                + " than the statements before it in the same transaction. Commit or roll back before the tenant"
                + " changes, or run it in a transaction of its own");
    }

    static SQLException inactiveTenant(String operation, List<String> tables, boolean assumed, Site site) {
        return exception("inactive tenant: " + operation + on(tables, assumed) + " at " + site + " runs as a tenant for"
                + " which warden.tenant.check returns no row. Activate the tenant (the answer is remembered for"
                + " warden.tenant.check.ttl), or find out why this caller still works for it");
    }

    static SQLException uncheckedTenant(String operation, List<String> tables, boolean assumed, Site site) {
        return exception(
                "unchecked tenant: " + operation + on(tables, assumed) + " at " + site + " runs as a tenant for"
                        + " which warden.tenant.check has no answer, which is never taken for a yes. When the finding"
                        + " tenant-check-failed is in the log, repair what it says. Otherwise the tenant was entered inside an"
                        + " open transaction, where it is not asked: enter it before the first statement of the transaction, or"
                        + " try again, it is asked for as soon as a connection is idle");
    }

    static SQLException openPortal(String operation, List<String> tables, boolean assumed, Site site) {
        return exception("injection failed: " + operation + on(tables, assumed) + " at " + site + " runs in another"
                + " scope than a result set or cursor that is still open in the same transaction, and which would go on"
                + " with the other scope's rows. Close the result set (or read it to its end, or without fetch size)"
                + " before the scope changes");
    }

    static SQLException pooled(String operation, List<String> tables, boolean assumed, Site site) {
        return exception("injection failed: " + operation + on(tables, assumed) + " at " + site + " runs in autocommit,"
                + " where the tenant would have to be set for the session, which a pooler may give to another client. Run it"
                + " in a transaction (setAutoCommit(false) or @Transactional), or over a connection that goes to the server"
                + " directly");
    }

    static SQLException several(String operation, List<String> tables, boolean assumed, Site site) {
        return exception("injection failed: the string or batch that begins with " + operation + on(tables, assumed)
                + " at " + site
                + " runs several statements, of which one ends the transaction that the tenant is set in, or sets the tenant"
                + " itself. Execute them one by one");
    }

    static SQLException injectionFailed(String what, SQLException cause, Site site) {
        SQLException refusal = exception("injection failed: " + what + " at " + site + ": " + cause.getMessage()
                + " (SQLState " + cause.getSQLState() + "). Look at the server's log for the statement with the comment"
                + " tenant-warden; is a GUC of warden.guc reserved or its prefix owned by an extension?");
        refusal.initCause(cause);
        return refusal;
    }

    static SQLException tamper(String operation, String what, Site site) {
        return exception("guc tamper: " + operation + " at " + site + " changes " + what + " inside a scope of Warden."
                + " Take the statement out of the application: Warden sets it");
    }

    static SQLException catalogUnavailable(String database) {
        return exception("the catalog of database " + database + " could not be read, so that protected tables are not"
                + " known; see the finding catalog-unavailable in the log. warden.mode=inject would go on without it");
    }

    public static SQLException uncoveredDriver(String reason) {
        return exception("the driver of this connection cannot be instrumented (" + reason + "). Use pgjdbc 42.7, or"
                + " exclude the connection with warden.datasource.exclude");
    }

    /** @param url without credentials */
    public static SQLException uncoveredClient(String product, String url, Site site) {
        return exception(
                "uncovered client at " + site + ": " + product + " speaks to PostgreSQL without pgjdbc, so that"
                        + " Warden neither sees nor scopes what it sends, and warden.mode=enforce lets none of it pass. Use pgjdbc"
                        + " (any data source or pool on top of it), or let this client pass on purpose:"
                        + " warden.datasource.exclude=*@" + url + "*");
    }

    public static SQLException unknownBatch() {
        return exception("the statements of this batch were added before the agent came, and cannot be read. Clear the"
                + " batch and add them again");
    }

    public static SQLException uncoveredConnection() {
        return exception("the agent failed while this connection was set up, and warden.mode=enforce lets none of its"
                + " statements pass unchecked. The first such error is in the log at ERROR. Close the connection and open"
                + " another, or exclude it with warden.datasource.exclude");
    }

    public static SQLException bug(String where, Throwable bug) {
        return exception("the agent failed in " + where + " (" + bug.getClass().getName() + "), and warden.mode=enforce"
                + " lets no statement pass unchecked. The stack is in the log at ERROR; please report it."
                + " warden.mode=inject would let the statement pass");
    }

    private static String on(List<String> tables, boolean assumed) {
        return tables.isEmpty() ? "" : " on " + tables(tables, assumed);
    }

    private static String tables(List<String> tables, boolean assumed) {
        String names = String.join(",", tables);
        return assumed ? names + " (assumed)" : names;
    }

    private static SQLException exception(String text) {
        return new SQLException("[warden] refused: " + text, SQL_STATE);
    }
}
