package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.report.Site;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The one exception that crosses from Warden into the application: {@code java.sql.SQLException}, SQLState 42501
 * (insufficient_privilege, PostgreSQL manual appendix A), with a message that says what to do now. The same words, in short, stand in the log.
 * Thread-safe.
 */
public final class Refusals {

    private static final String SQL_STATE = "42501";

    /** More are not needed to find them. */
    private static final int MAX_FUNCTIONS = 3;

    private final NextSteps steps;
    private final BypassReach reach;

    Refusals(NextSteps steps, BypassReach reach) {
        this.steps = steps;
        this.reach = reach;
    }

    // ---- of a verdict

    SQLException refusal(Verdict v) {
        return exception(
                switch (v.reason()) {
                    case UNSCOPED ->
                        "unscoped " + where(v) + ", role " + v.session().role().name() + ": " + whyUnscoped(v)
                                + "; or, " + steps.bypass(v);
                    case LOST_SCOPE ->
                        "unscoped " + where(v) + ": no tenant is set on this thread; "
                                + LostScopes.detail(v.submission()) + ", at " + LostScopes.site(v.submission()) + ". "
                                + LostScopes.remedy(v.submission()) + "; or, " + steps.bypass(v);
                    case BYPASS_ROLE ->
                        where(v) + ": role " + v.session().role().name()
                                + " is listed in warden.bypass.roles and may touch protected tables only inside a bypass."
                                + " Connect as another role; or, " + steps.bypass(v);
                    case ZERO_ROWS, BYPASS_INEFFECTIVE -> throw new IllegalArgumentException("is never refused");
                    case FOREIGN_ROW ->
                        "cross-tenant row: " + where(v) + ", role "
                                + v.session().role().name() + ": "
                                + ForeignRows.detail(v) + ". "
                                + (v.sql().writes()
                                        ? "The statement has run: roll back; in autocommit what it changed is there to"
                                                + " stay. "
                                        : "")
                                + "Next: " + ForeignRows.next(v) + "; or, " + steps.bypass(v);
                    case INACTIVE_TENANT ->
                        "inactive tenant: " + where(v)
                                + " runs as a tenant for which warden.tenant.check returns no row. Activate the tenant (the"
                                + " answer is remembered for warden.tenant.check.ttl), or find out why this caller still"
                                + " works for it";
                    case UNCHECKED_TENANT ->
                        "unchecked tenant: " + where(v)
                                + " runs as a tenant for which warden.tenant.check has no answer, which is never taken for a"
                                + " yes. When the finding tenant-check-failed is in the log, repair what it says. Otherwise"
                                + " the tenant was entered inside an open transaction, where it is not asked: enter it"
                                + " before the first statement of the transaction, or try again, it is asked for as soon as"
                                + " a connection is idle";
                    case TENANT_SWITCH ->
                        "tenant switch: " + where(v) + " runs as another tenant than "
                                + (v.other() == null ? "the statements before it" : "the statement at " + v.other())
                                + " in the same transaction. " + NextSteps.endTransaction();
                    case GUC_TAMPER ->
                        "guc tamper: " + at(v) + " sets " + v.what()
                                + " to another value than its scope's. Take it out of the application, Warden sets "
                                + v.what()
                                + "; to work as another tenant, let the tenant source say so, or name the method"
                                + " in warden.scope.<name>";
                    case ROLE_TAMPER ->
                        "guc tamper: " + at(v) + " changes the role"
                                + (v.session().role().isConfigured()
                                        ? ", outside a bypass: statements run as "
                                                + v.session().role().usual()
                                                + " (warden.role), and a role that may do more would see every tenant's rows."
                                                + " Take it out; what needs the rights of the login runs in a method that"
                                                + " warden.bypass.<name>.at names"
                                        : " inside a scope of Warden to one that is not a lesser one, so that other grants"
                                                + " and policies hold than those it was checked with. Set the role before the"
                                                + " connection is borrowed (the pool's connection-init SQL), or connect as"
                                                + " that role; a migration tool may do it in a bypass. To run every statement"
                                                + " as a role, set warden.role");
                    case ROLE_FUNCTION ->
                        "guc tamper: " + at(v) + " calls " + v.what() + ", a function that sets a role: it would lead"
                                + " out of " + v.session().role().usual()
                                + " (warden.role). Take SET role out of the function"
                                + " (SECURITY DEFINER with an owner of its own gives it rights), or call it in a method that"
                                + " warden.bypass.<name>.at names";
                    case OPEN_VIEW ->
                        "injection failed: " + where(v) + " reads the view " + v.what()
                                + ", which runs with the rights of"
                                + " a role that no policy filters: "
                                + v.session().role().usual() + " (warden.role) would see"
                                + " every tenant's rows through it. Run ALTER VIEW " + v.what()
                                + " SET (security_invoker = true) (PostgreSQL 15 and later), or give the view to a role that"
                                + " policies filter; a test suite whose login is a superuser may accept it with"
                                + " warden.role.superuser=accept";
                    case UNNAMED_SETTING ->
                        "guc tamper: " + at(v)
                                + " changes a setting whose name is not written in it, inside a scope of Warden: it may be the tenant's,"
                                + " or the role. Write the name of the setting into the statement";
                    case OPEN_PORTAL ->
                        "injection failed: " + where(v)
                                + " runs in another scope than a result set or cursor that is still open in the same"
                                + " transaction, and which would go on with the other scope's rows. Close the result set (or"
                                + " read it to its end, or without fetch size) before the scope changes";
                    case POOLED ->
                        "injection failed: " + where(v)
                                + " runs in autocommit, where the tenant" + orRole(v)
                                + " would have to be set for the session, which a pooler"
                                + " may give to another client. Run it in a transaction (setAutoCommit(false) or"
                                + " @Transactional), or over a connection that goes to the server directly; where the pooler"
                                + " pools sessions, not transactions, set warden.pooler=session";
                    case LOST ->
                        "injection failed: " + where(v)
                                + " would not see the tenant" + orRole(v)
                                + ": what stands before the server sends what is set in a transaction and the statements of it to"
                                + " different servers (finding pooler-loses-values). Connect to the server itself, or through a"
                                + " pooler that keeps a transaction on one server";
                    case SEVERAL ->
                        "injection failed: the string or batch that begins with " + where(v)
                                + " runs several statements, of which one ends the transaction that the tenant"
                                + orRole(v)
                                + " is set in, or sets it itself. Execute them one by one";
                    case SNAPSHOT ->
                        "injection failed: the string or batch that begins with " + where(v)
                                + " must be the first of its transaction to see a snapshot (LOCK or SET TRANSACTION), and"
                                + " reads rows afterwards, for which the tenant" + orRole(v)
                                + " would have to be set before it. Execute them"
                                + " one by one";
                });
    }

    /** What the log says besides the statement; null when nothing. */
    String detail(Verdict v) {
        String detail = reasonOf(v);
        String through = through(v.functions());
        return detail == null || through.isEmpty() ? (through.isEmpty() ? detail : through) : detail + "; " + through;
    }

    private String reasonOf(Verdict v) {
        return switch (v.reason()) {
            case UNSCOPED -> v.submission() != null ? LostScopes.detail(v.submission()) : shortReason(v);
            case LOST_SCOPE -> LostScopes.detail(v.submission());
            case BYPASS_ROLE -> "role in warden.bypass.roles, outside a bypass";
            case ZERO_ROWS ->
                "row-level security hides the rows from role "
                        + v.session().role().name();
            case FOREIGN_ROW -> ForeignRows.detail(v);
            case BYPASS_INEFFECTIVE ->
                "bypass " + v.what()
                        + (reach.setsAnything()
                                ? " sets nothing that a policy of these tables reads: compare warden.guc.bypass with the"
                                        + " policies, or connect as a role of warden.bypass.roles"
                                : " sets nothing that a policy sees: set warden.guc.bypass, or connect as a role of"
                                        + " warden.bypass.roles");
            case INACTIVE_TENANT -> "tenant " + v.what() + ": warden.tenant.check returned no row";
            case UNCHECKED_TENANT -> "tenant " + v.what() + " could not be checked by warden.tenant.check";
            case TENANT_SWITCH -> v.what();
            case GUC_TAMPER -> "sets " + v.what() + " to another value than its scope's";
            case ROLE_TAMPER -> "changes the role";
            case ROLE_FUNCTION -> "calls " + v.what() + ", which sets a role";
            case OPEN_VIEW -> "the view " + v.what() + " runs with the rights of a role that no policy filters";
            case UNNAMED_SETTING -> "changes a setting whose name is not written in it";
            case OPEN_PORTAL -> "a cursor or result set of another scope is open";
            case POOLED -> "behind a pooler nothing may be set for the session";
            case LOST -> "what stands before the server sends the tenant and the statement to different servers";
            case SEVERAL -> "one of several statements in one string ends the transaction or sets the tenant";
            case SNAPSHOT ->
                "one of several statements in one string must come before every snapshot, and another reads rows";
        };
    }

    private String shortReason(Verdict v) {
        Scope.Absence absence = v.session().execution().scope().absence();
        if (v.other() != null) {
            return "the transaction ran as a tenant before, and the tenant source has stopped answering";
        }
        return switch (absence == null ? Scope.Absence.NO_ANSWER : absence) {
            case NO_ANSWER -> null;
            case SOURCE_FAILED -> "the tenant source failed";
            case INVALID_TENANT -> "the tenant source gave a value that is no tenant id";
            case BEFORE_TASK -> "the tenant source answers with a value from before the task, which does not count";
            case BEFORE_REQUEST ->
                "the tenant source answers with a value from before the request, which does not count";
            case NO_TENANT_IN_ARGUMENT -> "the argument of the scope method holds no tenant";
            case NO_TENANT_IN_MESSAGE -> "the message holds no tenant, or several";
        };
    }

    private String whyUnscoped(Verdict v) {
        if (v.submission() != null) {
            return "no tenant is set on this thread; " + LostScopes.detail(v.submission()) + ", at "
                    + LostScopes.site(v.submission()) + ". " + LostScopes.remedy(v.submission());
        }
        Scope.Absence absence = v.session().execution().scope().absence();
        if (v.other() != null) {
            return "the transaction ran as a tenant before, last at " + v.other()
                    + "; since then the tenant source has stopped answering. Clear the tenant only after the transaction has"
                    + " ended; or let the connection be borrowed from a DataSource while the tenant is set, which is then"
                    + " kept until the connection is closed";
        }
        return switch (absence == null ? Scope.Absence.NO_ANSWER : absence) {
            case NO_ANSWER ->
                "no tenant is set on this thread. Set the tenant before it runs (warden.tenant names where Warden looks)";
            case SOURCE_FAILED ->
                "the tenant source of this thread failed (the violation source-failed in the log says how). Mend what it"
                        + " reads";
            case INVALID_TENANT ->
                "the tenant source of this thread gave a value that is no tenant id (the violation invalid-tenant in the"
                        + " log says why). Mend what sets it, or let warden.tenant.type and warden.tenant.pattern allow it";
            case BEFORE_TASK ->
                "the tenant source answers with a value that was there before the task began, and may be an earlier"
                        + " task's: it does not count. Set the tenant inside the task, or hand the task over while the"
                        + " tenant is set";
            case BEFORE_REQUEST ->
                "the tenant source answers with a value that was there before the request began, and may be an earlier"
                        + " request's: it does not count until it is set anew. Clear it in a finally block where it is set"
                        + " (the finding stale-source in the log names the place where that is known)";
            case NO_TENANT_IN_ARGUMENT ->
                "the method that warden.scope.<name> names was called with an argument that holds no tenant. Pass one, or"
                        + " take the method out of warden.scope.<name>";
            case NO_TENANT_IN_MESSAGE ->
                "the message that is handled holds no tenant, or several. Let the sender set the header, and the listener"
                        + " take one message at a time";
        };
    }

    private static String orRole(Verdict v) {
        return v.session().role().isConfigured() ? " or the role" : "";
    }

    /** Operation, tables, site. */
    private static String where(Verdict v) {
        String through = through(v.functions());
        return v.sql().operation() + on(v.tables(), v.assumed()) + (through.isEmpty() ? "" : " (" + through + ")")
                + " at " + v.site();
    }

    /** What leads to tables that the statement does not name; empty when nothing does. */
    private static String through(List<String> functions) {
        return functions.isEmpty()
                ? ""
                : "through " + functions.stream().limit(MAX_FUNCTIONS).collect(Collectors.joining(", "))
                        + (functions.size() > MAX_FUNCTIONS ? " and others" : "");
    }

    private static String at(Verdict v) {
        return v.sql().operation() + " at " + v.site();
    }

    private static String on(List<String> tables, boolean assumed) {
        if (tables.isEmpty()) {
            return "";
        }
        String names = " on " + String.join(",", tables);
        return assumed ? names + " (assumed)" : names;
    }

    // ---- of what happens besides

    static SQLException injectionFailed(String what, SQLException cause, Site site) {
        SQLException refusal = exception("injection failed: " + what + " at " + site + ": " + cause.getMessage()
                + " (SQLState " + cause.getSQLState() + "). Look at the server's log for the statement with the comment"
                + " tenant-warden; is a GUC of warden.guc reserved or its prefix owned by an extension?");
        refusal.initCause(cause);
        return refusal;
    }

    static SQLException catalogUnavailable(String database) {
        return exception("the catalog of database " + database + " could not be read, so that protected tables are not"
                + " known; see the finding catalog-unavailable in the log. warden.mode=inject would go on without it");
    }

    public static SQLException uncoveredDriver(String reason) {
        return exception("the driver of this connection cannot be instrumented (" + reason + "). Use pgjdbc 42.7, or"
                + " exclude the connection with warden.datasource.exclude");
    }

    /** With {@code warden.role} what cannot be covered runs with all rights of the login. */
    public static SQLException withoutRole(String role) {
        return exception(
                "the agent failed while this connection was set up, so that its statements would not run as " + role
                        + " (warden.role) but with all rights of the login. The first such error is in the log at ERROR. Close the"
                        + " connection and open another, or exclude it with warden.datasource.exclude");
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

    /** @param inEveryMode whether {@code inject} refuses it too, because what the transaction holds may be another scope's */
    public static SQLException bug(String where, Throwable bug, boolean inEveryMode) {
        return exception("the agent failed in " + where + " (" + bug.getClass().getName() + "), and "
                + (inEveryMode
                        ? "what the open transaction holds may be another scope's value, so that the statement must not run"
                                + " on it. Roll back and try again"
                        : "warden.mode=enforce lets no statement pass unchecked. warden.mode=inject would let it pass")
                + ". The stack is in the log at ERROR; please report it");
    }

    static SQLException exception(String text) {
        return new SQLException("[warden] refused: " + text, SQL_STATE);
    }
}
