package io.tenantwarden.cli;

import io.tenantwarden.cli.Explanation.Cause;
import io.tenantwarden.cli.Explanation.Conclusion;
import io.tenantwarden.cli.Explanation.Table;
import io.tenantwarden.rls.explain.Access;

/** The sentence about a table whose policies are not applied. Used by one thread. */
final class ExplainHole {

    private final Explanation e;
    private final ExplainStatement statement;

    ExplainHole(Explanation e, ExplainStatement statement) {
        this.e = e;
        this.statement = statement;
    }

    Conclusion conclude(Table t, Long rows) {
        Access a = t.access();
        Cause cause = cause(a);
        String begin = rows == null
                ? "All rows of " + t.name() + " are within reach, because "
                : rows == 0
                        ? "No rows, and no policy is the reason: nothing meets the statement's conditions, and "
                        : ExplainConclusion.rowsWords(rows) + ", of whatever tenant, because ";
        return new Conclusion(cause, begin + reason(t), next(t, cause));
    }

    private static Cause cause(Access a) {
        if (a.rightsOf() != null
                && switch (a.enforcement()) {
                    case SUPERUSER, BYPASSRLS, OWNER -> true;
                    default -> false;
                }) {
            return a.rightsOf().startsWith("view") ? Cause.VIEW_OWNER : Cause.SECURITY_DEFINER;
        }
        return switch (a.enforcement()) {
            case SUPERUSER -> Cause.SUPERUSER;
            case BYPASSRLS -> Cause.BYPASSRLS;
            case OWNER -> Cause.OWNER;
            case MATERIALIZED -> Cause.MATERIALIZED_VIEW;
            case FOREIGN -> Cause.FOREIGN_TABLE;
            case NOT_ENABLED, FILTERED -> Cause.NOT_ENABLED;
        };
    }

    private static String reason(Table t) {
        Access a = t.access();
        String role = a.role().name();
        String way = a.rightsOf() == null
                ? ""
                : a.rightsOf()
                        + (a.rightsOf().startsWith("view")
                                ? " runs with the rights of its owner, and "
                                : " is SECURITY DEFINER and runs with the rights of its owner, and ");
        return switch (a.enforcement()) {
            case SUPERUSER -> way + "role " + role + " is a superuser: no policy of " + t.name() + " is applied.";
            case BYPASSRLS -> way + "role " + role + " has BYPASSRLS: no policy of " + t.name() + " is applied.";
            case OWNER ->
                way + "role " + role
                        + (a.table().owner().equals(role) ? " owns " : " has the rights of the owner of ") + t.name()
                        + ", which has no FORCE ROW LEVEL SECURITY: its policies are not applied.";
            case MATERIALIZED -> t.name() + " is a materialized view: a copy, which no policy filters.";
            case FOREIGN -> t.name() + " is a foreign table, which cannot have policies.";
            case NOT_ENABLED, FILTERED ->
                "row-level security is not enabled on " + t.name()
                        + (a.table().policies().isEmpty() ? "." : ": its policies wait for that.");
        };
    }

    private static String next(Table t, Cause cause) {
        Access a = t.access();
        String table = a.table().quotedName();
        return switch (cause) {
            case SUPERUSER ->
                "let the application connect as a role that is no superuser and owns nothing, or use --as ROLE to see what"
                        + " such a role gets.";
            case BYPASSRLS ->
                "ALTER ROLE " + a.role().name() + " NOBYPASSRLS, or let the application use another role.";
            case OWNER -> "ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY;";
            case VIEW_OWNER ->
                "let the view run with the rights of who asks (security_invoker, PostgreSQL 15 and later), or give it to a"
                        + " role that policies hold for.";
            case SECURITY_DEFINER ->
                "make the function SECURITY INVOKER, or give it to a role that policies hold for, if no exit is meant.";
            case MATERIALIZED_VIEW ->
                "read it through a view with a condition on the tenant, or take the privilege away.";
            case FOREIGN_TABLE -> "filter on the other server, or take the privilege away.";
            default ->
                "ALTER TABLE " + table
                        + " ENABLE ROW LEVEL SECURITY; java -jar tenant-warden.jar ddl writes all of it.";
        };
    }
}
