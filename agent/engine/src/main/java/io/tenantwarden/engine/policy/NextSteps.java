package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.report.Callers;
import java.util.Set;

/**
 * What to do about a verdict. What it says to write into the configuration works when it is pasted, and opens no more than the caller; where
 * nothing does, it says so. Thread-safe.
 */
final class NextSteps {

    private final Callers callers;
    private final BypassReach reach;

    /** @param callers which methods a bypass may name */
    NextSteps(Callers callers, BypassReach reach) {
        this.callers = callers;
        this.reach = reach;
    }

    /** As short as it can be said, for log and report: frameworks swallow exceptions. */
    String brief(Verdict v) {
        return switch (v.reason()) {
            case UNSCOPED -> setTenant(v) + "; or, " + briefBypass(v);
            case LOST_SCOPE -> LostScopes.remedy(v.submission()) + "; or, " + briefBypass(v);
            case BYPASS_ROLE -> "connect as another role; or, " + briefBypass(v);
            case ZERO_ROWS -> "run it once in the scope of each tenant; or, " + briefBypass(v);
            case FOREIGN_ROW -> ForeignRows.next(v) + "; or, " + briefBypass(v);
            case BYPASS_INEFFECTIVE ->
                "let a policy of these tables read a setting that warden.guc.bypass sets, or connect as a role of"
                        + " warden.bypass.roles";
            case INACTIVE_TENANT -> "activate the tenant, or find out why this caller still works for it";
            case UNCHECKED_TENANT ->
                "enter the tenant before the first statement of the transaction; where the finding tenant-check-failed is"
                        + " told, repair what it says";
            case TENANT_SWITCH -> endTransaction();
            case GUC_TAMPER ->
                "take it out, Warden sets " + v.what() + "; to work as another tenant, let the tenant source say so, or"
                        + " name the method in warden.scope.<name>";
            case ROLE_TAMPER ->
                v.session().role().isConfigured()
                        ? "take it out; what needs the rights of the login runs in a bypass (warden.bypass.<name>.at)"
                        : "set the role before the connection is borrowed, connect as that role, or set warden.role";
            case ROLE_FUNCTION -> "take SET role out of the function, or call it in a bypass (warden.bypass.<name>.at)";
            case OPEN_VIEW ->
                "let the view run with the rights of who asks (security_invoker), or give it to a role that policies filter";
            case UNNAMED_SETTING -> "write the name of the setting into the statement";
            case OPEN_PORTAL -> "close the result set or cursor, or read it to its end, before the scope changes";
            case POOLED -> "run it in a transaction, or over a connection that goes to the server directly";
            case LOST -> "connect to the server itself, or through a pooler that keeps a transaction on one server";
            case SEVERAL, SNAPSHOT -> "execute the statements one by one";
        };
    }

    static String endTransaction() {
        return "Commit or roll back before the tenant changes, or run it in a transaction of its own; where a container"
                + " ends the transactions (JTA), let the work for the first tenant run in a bypass or in a"
                + " transaction of its own";
    }

    private static String setTenant(Verdict v) {
        if (v.submission() != null) {
            return LostScopes.remedy(v.submission());
        }
        if (v.other() != null) {
            return "clear the tenant only after the transaction has ended";
        }
        Scope.Absence absence = v.session().execution().scope().absence();
        return switch (absence == null ? Scope.Absence.NO_ANSWER : absence) {
            case NO_ANSWER -> "set the tenant before it runs";
            case SOURCE_FAILED -> "mend what the tenant source reads";
            case INVALID_TENANT -> "mend what sets the tenant";
            case BEFORE_TASK -> "set the tenant inside the task";
            case BEFORE_REQUEST -> "clear the tenant where it is set, in a finally block";
            case NO_TENANT_IN_ARGUMENT -> "pass a tenant to the method of warden.scope.<name>";
            case NO_TENANT_IN_MESSAGE -> "let the sender set the header";
        };
    }

    private String briefBypass(Verdict v) {
        String method = callers.nameable(v.found());
        if (method == null) {
            return nameless(v);
        }
        Set<String> candidates = reach.candidates(v.touched());
        return "if it may see all tenants, " + keys(method)
                + (isFiltered(v)
                        ? " and warden.guc.bypass"
                                + (candidates.isEmpty()
                                        ? " with a policy that reads what it sets"
                                        : " (policies read " + String.join(", ", candidates) + ")")
                        : "");
    }

    /** In full, for the exception. */
    String bypass(Verdict v) {
        String method = callers.nameable(v.found());
        return method == null
                ? nameless(v)
                : "if this method may see all tenants, allow it: " + keys(method) + (isFiltered(v) ? filtered(v) : "");
    }

    private boolean isFiltered(Verdict v) {
        return reach.isFiltered(v.session(), v.touched());
    }

    /** A bypass alone would turn the error into an empty answer. */
    private String filtered(Verdict v) {
        Set<String> candidates = reach.candidates(v.touched());
        return " (row-level security filters it all the same, until warden.guc.bypass sets what your policies let through: "
                + (candidates.isEmpty()
                        ? "none reads any setting but the tenant's. The command ddl with --guc-bypass app.is_platform=on"
                                + " writes one that does"
                        : "they read " + String.join(", ", candidates))
                + "; or connect as a role of warden.bypass.roles)";
    }

    /** Without a method that can be named a bypass would open more than the caller, or be refused by the configuration. */
    private static String nameless(Verdict v) {
        return v.found().ofApplication()
                ? "if it may see all tenants, move it into a method of its own, which warden.bypass.<name>.at can name: what"
                        + " runs it here is a lambda, a constructor or a helper of many callers. Where the caller's class"
                        + " is missing in the stack, warden.app.packages=<your packages> lets Warden find it"
                : "if it may see all tenants, name the method that causes it in warden.bypass.<name>.at; what runs it here is"
                        + " a framework through which everybody's statements pass. warden.app.packages=<your packages>"
                        + " lets Warden find your own method";
    }

    private static String keys(String method) {
        String name = "warden.bypass." + Callers.bypassName(method);
        return name + ".at=" + method + " and " + name + ".reason=...";
    }
}
