package io.tenantwarden.rls.catalog;

/** What {@link CatalogReader} asks the server. */
final class CatalogQueries {

    private CatalogQueries() {}

    static final String DATABASE = """
            /* tenant-warden */
            SELECT pg_catalog.current_database(), pg_catalog.current_setting('server_version_num')::pg_catalog.int4
            """;

    static final String RELATIONS = """
            /* tenant-warden */
            SELECT\s""" + CatalogRelations.COLUMNS + """

              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            """ + CatalogRelations.TENANT_COLUMNS
            + " WHERE " + CatalogRelations.KINDS + """

               AND n.nspname OPERATOR(pg_catalog.!~) '^pg_(toast|temp_)'
            """;

    /** With the schema of whatever is not PostgreSQL's own: who pastes a fix may have another search path. */
    static final String DOMAINS = """
            /* tenant-warden */
            SELECT d.oid,
                   CASE WHEN n.nspname OPERATOR(pg_catalog.=) 'pg_catalog' THEN pg_catalog.format_type(t.oid, -1)
                        ELSE pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(t.typname)) END
              FROM pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]) d(oid)
              JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) %s
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
            """.formatted(PolicySql.baseType("d.oid"));

    /**
     * Policies, numbers that are the same for those whose expressions are the same, and the columns that they name.
     * Printing an expression makes the server open its table, which is most of the time that reading a large catalog took,
     * and waits while a migration holds that table locked; so one of each kind is printed, of a table that is not locked.
     * The text depends on the expression and on the names of its columns.
     */
    static final String POLICIES =
            """
            /* tenant-warden */
            WITH
            """ + LockedTables.LOCKED + """
            SELECT p.polrelid, p.oid, p.polname, p.polcmd, p.polpermissive,
                   CASE WHEN p.polroles OPERATOR(pg_catalog.=) '{0}'::pg_catalog.oid[] THEN 'public'::pg_catalog.text
                        ELSE pg_catalog.array_to_string(ARRAY(
                     SELECT CASE WHEN r.oid OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public'::pg_catalog.text
                                 ELSE pg_catalog.pg_get_userbyid(r.oid)::pg_catalog.text END
                       FROM pg_catalog.unnest(p.polroles) r(oid)), pg_catalog.chr(1)) END,
                   pg_catalog.hashtextextended(p.polqual::pg_catalog.text, 0),
                   pg_catalog.hashtextextended(p.polwithcheck::pg_catalog.text, 0), c.numbers,
                   """ + LockedTables.wouldWait("pg_catalog.pg_policy") + """
              FROM pg_catalog.pg_policy p
              LEFT JOIN (
                     SELECT d.objid, d.refobjid, pg_catalog.string_agg(DISTINCT d.refobjsubid::pg_catalog.text, ',') AS numbers
                       FROM pg_catalog.pg_depend d
                      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.refobjsubid OPERATOR(pg_catalog.>) 0
                      GROUP BY d.objid, d.refobjid) c
                ON c.objid OPERATOR(pg_catalog.=) p.oid AND c.refobjid OPERATOR(pg_catalog.=) p.polrelid
             ORDER BY p.polname
            """;

    /** The names of the columns that policies use, where it is not the tenant column alone. */
    static final String COLUMNS_OF_POLICIES = """
            /* tenant-warden */
            SELECT d.objid, pg_catalog.string_agg(
                     pg_catalog.concat(a.attnum, pg_catalog.chr(1), a.attname), pg_catalog.chr(1) ORDER BY a.attnum)
              FROM pg_catalog.pg_policy p
              JOIN pg_catalog.pg_depend d
                ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.objid OPERATOR(pg_catalog.=) p.oid
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
               AND d.refobjid OPERATOR(pg_catalog.=) p.polrelid
              JOIN pg_catalog.pg_attribute a
                ON a.attrelid OPERATOR(pg_catalog.=) p.polrelid
               AND a.attnum OPERATOR(pg_catalog.=) d.refobjsubid
             WHERE p.oid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
             GROUP BY d.objid
            """;

    /** Where a sub-select refers to the policy's table, or a whole row occurs, the table's name is in the text as well. */
    static final String EXPRESSIONS = LockedTables.impatiently("""
            SELECT p.oid, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS "using",
                   pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS "check",
                   pg_catalog.concat(p.polqual::pg_catalog.text, p.polwithcheck::pg_catalog.text)
                     OPERATOR(pg_catalog.~) ':varlevelsup [1-9]|:varattno 0 ' AS names_table
              FROM waiting w
             CROSS JOIN pg_catalog.pg_policy p
             WHERE w.most IS NOT NULL
               AND p.oid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
            """);

    /**
     * What views read (1), inheritance (2), functions of policies (3), what rules for changes use (4). Below 16384 is the
     * system's own.
     */
    static final String USES = """
            /* tenant-warden */
            SELECT DISTINCT CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char" THEN 1 ELSE 4 END,
                   r.ev_class, d.refobjid
              FROM pg_catalog.pg_rewrite r
              JOIN pg_catalog.pg_depend d
                ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
               AND d.objid OPERATOR(pg_catalog.=) r.oid
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
               AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class
             WHERE r.ev_class OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
            UNION ALL
            SELECT 2, i.inhparent, i.inhrelid FROM pg_catalog.pg_inherits i
            UNION ALL
            SELECT DISTINCT 3, d.objid, d.refobjid
              FROM pg_catalog.pg_depend d
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
            """;

    static final String FUNCTIONS_OF_POLICIES = functions("""
               AND p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                     SELECT d.refobjid FROM pg_catalog.pg_depend d
                      WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                        AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass))
            """);

    static final String FUNCTIONS_BY_NAME = functions("""
               AND p.proname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
            """);

    /** Printing the body of a function that is kept parsed (RETURN, BEGIN ATOMIC) makes the server open its tables as well. */
    private static String functions(String which) {
        return LockedTables.impatiently("""
            SELECT p.oid, p.proname, CASE WHEN NOT (
            """ + LockedTables.wouldWait("pg_catalog.pg_proc") + """
                   ) THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition
              FROM waiting w
             CROSS JOIN pg_catalog.pg_proc p
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
             WHERE w.most IS NOT NULL
               AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
               AND p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
               AND n.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema']::pg_catalog.name[])
            """ + which);
    }
}
