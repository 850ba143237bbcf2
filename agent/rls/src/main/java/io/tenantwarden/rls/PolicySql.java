package io.tenantwarden.rls;

import java.util.Set;

/** SQL of policies in the form that is fast and knows no tenant: what fixes and generated DDL write. */
public final class PolicySql {

    /** The name that our own policies have. */
    public static final String NAME = "tenant_isolation";

    /** A cast to name or "char" cuts a longer id down, perhaps to another tenant's; both compare with text. */
    private static final Set<String> COMPARED_AS_TEXT = Set.of("text", "name", "\"char\"");

    private PolicySql() {}

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
        return "CREATE POLICY " + Identifiers.quote(name) + " ON " + table.quotedName()
                + (command.equals("ALL") ? "" : " FOR " + command)
                + (reads ? " USING (" + condition + ")" : "")
                + (writes ? " WITH CHECK (" + condition + ")" : "") + ";";
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
