package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Identifiers;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** SQL of policies in the form that is fast and knows no tenant: what fixes and generated DDL write. */
public final class PolicySql {

    /** The name that our own policies have. */
    public static final String NAME = "tenant_isolation";

    /** A cast to name or "char" cuts a longer id down, perhaps to another tenant's; both compare with text. */
    private static final Set<String> COMPARED_AS_TEXT = Set.of("text", "name", "\"char\"");

    /** No id of a tenant can be cast to these and compared. */
    private static final Set<String> NOT_COMPARED = Set.of("json", "jsonb", "xml", "tsvector", "tsquery");

    private PolicySql() {}

    /**
     * Whether the id of a tenant can be compared with a column of this type, as far as its name tells.
     *
     * @param type as SQL writes it; null when it is not known
     */
    public static boolean canCompare(String type) {
        return type != null && !type.endsWith("[]") && !NOT_COMPARED.contains(type);
    }

    /**
     * SQL for the type that a tenant column's values are really of: a cast to a domain over {@code varchar(4)} would cut a
     * longer id down, perhaps to another tenant's, so a tenant is cast to what the domain is made of, without its length.
     *
     * @param type SQL for the oid of the column's type
     */
    public static String baseType(String type) {
        return """
                (WITH RECURSIVE domains(oid, base) AS (
                    SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type t WHERE t.oid OPERATOR(pg_catalog.=) %s
                     UNION ALL
                    SELECT t.oid, t.typbasetype FROM domains
                      JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) domains.base)
                  SELECT domains.oid FROM domains WHERE domains.base OPERATOR(pg_catalog.=) 0::pg_catalog.oid)
                """.formatted(type);
    }

    /**
     * The value of a setting, read once for each statement rather than for each row, null when it is not set or empty:
     * {@code (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)}.
     *
     * @param type what to cast it to, as SQL writes it, without a length; what compares with text is not cast
     */
    public static String value(String guc, String type) {
        boolean text = COMPARED_AS_TEXT.contains(type) || type.startsWith("character varying");
        return "(SELECT nullif(current_setting('" + guc.replace("'", "''") + "', true), '')" + (text ? "" : "::" + type)
                + ")";
    }

    /** The condition that a row of the table belongs to the tenant; the table must have a tenant column. */
    public static String condition(CatalogTable table, String guc) {
        return Identifiers.quote(table.tenantColumn()) + " = " + value(guc, table.tenantColumnType());
    }

    /**
     * {@code CREATE POLICY name ON table FOR command USING (condition) WITH CHECK (condition);} with the clauses that the
     * command may have.
     *
     * @param command {@code ALL}, {@code SELECT}, {@code INSERT}, {@code UPDATE} or {@code DELETE}
     */
    public static String create(CatalogTable table, String name, String command, String condition) {
        boolean reads = !command.equals("INSERT");
        boolean writes = !command.equals("SELECT") && !command.equals("DELETE");
        return create(
                table,
                new Policy(
                        name,
                        command,
                        true,
                        List.of("public"),
                        reads ? condition : null,
                        writes ? condition : null,
                        Set.of()));
    }

    /** {@code CREATE POLICY ...;} as the policy says. */
    public static String create(CatalogTable table, Policy p) {
        return "CREATE POLICY " + Identifiers.quote(p.name()) + " ON " + table.quotedName()
                + (p.permissive() ? "" : " AS RESTRICTIVE")
                + (p.command().equals("ALL") ? "" : " FOR " + p.command())
                + (p.roles().equals(List.of("public")) ? "" : " TO " + roles(p.roles())) + clauses(p.using(), p.check())
                + ";";
    }

    /**
     * {@code ALTER POLICY ...;} with what is to be changed.
     *
     * @param roles whom it is to hold for; null leaves that as it is
     * @param using null leaves it as it is
     * @param check null leaves it as it is
     */
    public static String alter(CatalogTable table, String name, List<String> roles, String using, String check) {
        return "ALTER POLICY " + Identifiers.quote(name) + " ON " + table.quotedName()
                + (roles == null ? "" : " TO " + roles(roles)) + clauses(using, check) + ";";
    }

    /** {@code DROP POLICY IF EXISTS ...;} */
    public static String drop(CatalogTable table, String name) {
        return "DROP POLICY IF EXISTS " + Identifiers.quote(name) + " ON " + table.quotedName() + ";";
    }

    private static String clauses(String using, String check) {
        return (using == null ? "" : " USING (" + using + ")") + (check == null ? "" : " WITH CHECK (" + check + ")");
    }

    private static String roles(List<String> roles) {
        return roles.stream()
                .map(r -> r.equals("public") ? "PUBLIC" : Identifiers.quote(r))
                .collect(Collectors.joining(", "));
    }

    /** {@code ALTER TABLE ... ENABLE ROW LEVEL SECURITY;} */
    public static String enable(CatalogTable table) {
        return "ALTER TABLE " + table.quotedName() + " ENABLE ROW LEVEL SECURITY;";
    }

    /** {@code ALTER TABLE ... FORCE ROW LEVEL SECURITY;} */
    public static String force(CatalogTable table) {
        return "ALTER TABLE " + table.quotedName() + " FORCE ROW LEVEL SECURITY;";
    }
}
