package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the policies that ddl writes from others, whatever their names: SQL conditions on {@code p}, a row of pg_policy, and
 * {@code a}, the row of pg_attribute of the table's tenant column. They compare with the text that the server makes of our
 * expressions, which is the same for PostgreSQL 14 to 18. Immutable.
 */
final class OwnPolicies {

    private static final String FOR_ALL_COMMANDS_AND_ROLES =
            "p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}'::pg_catalog.oid[]";

    private OwnPolicies() {}

    /** The condition that a policy lets the rows of the current tenant through and no others, as ours does. */
    static String isIsolation(DdlOptions options) {
        String read = options.raise()
                ? DdlScript.HELPER + "()"
                : "NULLIF(current_setting(" + constant(options.guc()) + "::text, true), ''::text)";
        String alias = options.raise() ? " AS " + DdlScript.HELPER + ")" : " AS \"nullif\")";
        String uncast = literal("( SELECT " + read + alias);
        String cast = literal("( SELECT (" + read + ")::") + " || x.type || " + literal(alias);
        String text = options.raise()
                ? "x.type IN ('text', 'character varying')"
                : "x.type IN ('text', 'name', '\"char\"') OR x.type LIKE 'character varying%'";
        // the server casts a domain to its base type, and varchar to text
        return FOR_ALL_COMMANDS_AND_ROLES
                + " AND EXISTS (SELECT FROM (SELECT pg_catalog.quote_ident(a.attname) AS name,"
                + " pg_catalog.format_type(" + PolicySql.baseType("a.atttypid").strip() + ", -1) AS type) x"
                + " CROSS JOIN LATERAL (SELECT CASE WHEN " + text + " THEN " + uncast + " ELSE " + cast
                + " END AS value) v WHERE " + printed("polqual") + " IN ('(' || x.name || ' = ' || v.value || ')',"
                + " '((' || x.name || ')::text = ' || v.value || ')',"
                + " '((' || x.name || ')::' || x.type || ' = ' || v.value || ')') AND " + printed("polwithcheck")
                + " = "
                + printed("polqual") + ")";
    }

    /** The condition that a policy opens the table when the bypass settings are set, as ours does. */
    static String isBypass(DdlOptions options) {
        if (options.bypass().isEmpty()) {
            return "false";
        }
        List<String> conditions = new ArrayList<>();
        options.bypass()
                .forEach((name, value) -> conditions.add("(( SELECT NULLIF(current_setting(" + constant(name)
                        + "::text, true), ''::text) AS \"nullif\") = " + constant(value) + "::text)"));
        String all = conditions.size() == 1 ? conditions.get(0) : "(" + String.join(" AND ", conditions) + ")";
        return FOR_ALL_COMMANDS_AND_ROLES + " AND " + printed("polqual") + " = " + literal(all) + " AND "
                + printed("polwithcheck") + " = " + literal(all);
    }

    /** Schemas go: whether the server writes them depends on the search path. */
    private static String printed(String column) {
        return "pg_catalog.regexp_replace(pg_catalog.replace(pg_catalog.pg_get_expr(p." + column + ", p.polrelid),"
                + " 'public." + DdlScript.HELPER + "(', '" + DdlScript.HELPER
                + "('), ' OPERATOR[(][^()]+[.]=[)] ', ' = ', 'g')";
    }

    /** A text constant as the server prints it. */
    private static String constant(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String literal(String text) {
        return DdlScript.literal(text);
    }
}
