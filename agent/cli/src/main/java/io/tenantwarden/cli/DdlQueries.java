package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;

/** What {@link DdlFactsReader} asks the server. */
final class DdlQueries {

    private DdlQueries() {}

    static final String HEAD = """
            /* tenant-warden */
            SELECT current_database(), quote_ident(current_database()), current_setting('server_version_num')::int,
                   session_user, quote_ident(?), EXISTS (SELECT FROM pg_roles WHERE rolname = ?)
            """;

    static final String TABLES = """
            /* tenant-warden */
            SELECT c.oid, n.nspname, c.relname, quote_ident(n.nspname), quote_ident(c.relname), c.relkind,
                   pn.nspname || '.' || p.relname, c.relispartition,
                   a.attname, quote_ident(a.attname), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                   format_type(%s, -1),
                   (SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
                     WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL
                     ORDER BY i.indexrelid LIMIT 1),
                   c.relrowsecurity, c.relforcerowsecurity,
                   ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid ORDER BY 1),
                   ARRAY(SELECT DISTINCT x.privilege_type FROM aclexplode(c.relacl) x
                           JOIN pg_roles r ON r.oid = x.grantee AND r.rolname = ? ORDER BY 1),
                   EXISTS (SELECT FROM pg_constraint con
                            WHERE con.conrelid = c.oid AND con.contype = 'c' AND con.convalidated
                              AND pg_get_constraintdef(con.oid) = 'CHECK ((' || quote_ident(a.attname) || ' IS NOT NULL))'),
                   a.attidentity <> '',
                   EXISTS (SELECT FROM pg_type b
                            WHERE b.oid = %s
                              AND (b.typtype IN ('e', 'r', 'm', 'c') OR b.typcategory = 'A'
                                   OR EXISTS (SELECT FROM pg_opclass o
                                                JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                                               WHERE o.opcdefault
                                                 AND (o.opcintype = b.oid
                                                      OR EXISTS (SELECT FROM pg_cast k
                                                                  WHERE k.castsource = b.oid
                                                                    AND k.casttarget = o.opcintype
                                                                    AND k.castmethod = 'b' AND k.castcontext = 'i')))))
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN LATERAL (
                    SELECT x.*
                      FROM pg_attribute x
                     WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY array_position(?, x.attname::text)
                     LIMIT 1) a ON true
              LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
              LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhseqno = 1
              LEFT JOIN pg_class p ON p.oid = i.inhparent
              LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
             WHERE c.relkind IN ('r', 'p')
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY n.nspname, c.relname
            """.formatted(PolicySql.baseType("a.atttypid"), PolicySql.baseType("a.atttypid"));

    /** Of every policy on a tenant table: whether it is one that ddl writes. */
    static final String POLICIES = """
            /* tenant-warden */
            SELECT p.polrelid, p.polname, quote_ident(p.polname), p.polpermissive, %s, %s
              FROM pg_policy p
              JOIN LATERAL (
                    SELECT x.*
                      FROM pg_attribute x
                     WHERE x.attrelid = p.polrelid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY array_position(?, x.attname::text)
                     LIMIT 1) a ON true
             ORDER BY 1, 2
            """;

    static final String SEQUENCES = """
            /* tenant-warden */
            SELECT d.refobjid, quote_ident(n.nspname) || '.' || quote_ident(s.relname),
                   EXISTS (SELECT FROM aclexplode(s.relacl) x JOIN pg_roles r ON r.oid = x.grantee
                            WHERE r.rolname = ? AND x.privilege_type = 'USAGE')
              FROM pg_depend d
              JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
              JOIN pg_namespace n ON n.oid = s.relnamespace
             WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
               AND d.refobjsubid > 0
             ORDER BY 1, 2
            """;

    /** Names of relations and of constraints, which live in one name space per schema as far as new names go. */
    static final String NAMES = """
            /* tenant-warden */
            SELECT n.nspname || '.' || c.relname, coalesce(NOT i.indisvalid, false)
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_index i ON i.indexrelid = c.oid
             WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """;

    /** The mark of ours: one that a script left behind when it stopped, because of rows without a tenant. */
    static final String CONSTRAINTS = """
            /* tenant-warden */
            SELECT DISTINCT con.conname::text
              FROM pg_constraint con
              JOIN pg_namespace n ON n.oid = con.connamespace
             WHERE con.conrelid <> 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               AND obj_description(con.oid, 'pg_constraint') IS DISTINCT FROM ?
            """;

    /** Views that read one of the tables, directly or through other views. */
    static final String VIEWS = """
            /* tenant-warden */
            WITH RECURSIVE uses(view, relation) AS (
                SELECT DISTINCT r.ev_class, d.refobjid
                  FROM pg_rewrite r
                  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                   AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
                 WHERE r.ev_type = '1'),
            above(view) AS (
                SELECT view FROM uses WHERE relation = ANY (?)
                UNION
                SELECT u.view FROM uses u JOIN above a ON a.view = u.relation)
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname || '.' || c.relname, c.relkind,
                   coalesce(array_to_string(c.reloptions, ' ') ~ 'security_invoker=(true|on|1|yes)', false)
              FROM above
              JOIN pg_class c ON c.oid = above.view
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('v', 'm')
             ORDER BY 2
            """;

    static final String SHARED = """
            /* tenant-warden */
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind,
                   EXISTS (SELECT FROM pg_attribute x
                            WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped
                              AND x.attname::text = ANY (?))
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname = ANY (?)
             ORDER BY 1
            """;

    static final String SCHEMAS_GRANTED = """
            /* tenant-warden */
            SELECT quote_ident(n.nspname)
              FROM pg_namespace n
             CROSS JOIN LATERAL aclexplode(n.nspacl) x
              JOIN pg_roles r ON r.oid = x.grantee
             WHERE r.rolname = ? AND x.privilege_type = 'USAGE'
            """;

    static final String HELPER = """
            /* tenant-warden */
            SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                            WHERE n.nspname = 'public' AND p.proname = ? AND p.pronargs = 0)
            """;
}
