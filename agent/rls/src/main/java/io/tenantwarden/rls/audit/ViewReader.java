package io.tenantwarden.rls.audit;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** Reads what is to be known of views besides their tables. */
final class ViewReader {

    private static final String INVOKERS = """
            /* tenant-warden */
            SELECT c.oid
              FROM pg_catalog.pg_class c
             WHERE c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
               AND pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ','))
                   OPERATOR(pg_catalog.~) 'security_invoker=(true|on|yes|1)'
            """;

    /**
     * Views of which somebody who may use them, directly or through views above, has no such privilege on what they read: with
     * the rights of who asks they would fail for him. So would what rules do in the place of a change.
     */
    private static final String NEEDED = """
            /* tenant-warden */
            WITH RECURSIVE uses(view, relation) AS (
              SELECT DISTINCT r.ev_class, d.refobjid
                FROM pg_catalog.pg_rewrite r
                JOIN pg_catalog.pg_depend d
                  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                 AND d.objid OPERATOR(pg_catalog.=) r.oid
                 AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                 AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class
               WHERE r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char"
                 AND r.ev_class OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid),
            above(view, top) AS (
              SELECT u.view, u.view FROM uses u
               UNION
              SELECT a.view, u.view FROM above a JOIN uses u ON u.relation OPERATOR(pg_catalog.=) a.top),
            users(view, role, privilege) AS (
              SELECT a.view, x.grantee,
                     CASE WHEN a.view OPERATOR(pg_catalog.=) a.top THEN x.privilege_type ELSE 'SELECT' END
                FROM above a
                JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.top
               CROSS JOIN LATERAL pg_catalog.aclexplode(
                       COALESCE(c.relacl, pg_catalog.acldefault('r'::pg_catalog."char", c.relowner))) x
               WHERE x.privilege_type OPERATOR(pg_catalog.=) ANY (ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
               UNION
              SELECT a.view, c.relowner, 'SELECT'
                FROM above a JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.top
               WHERE a.view OPERATOR(pg_catalog.<>) a.top)
            SELECT DISTINCT u.view
              FROM users u
              JOIN uses r ON r.view OPERATOR(pg_catalog.=) u.view
             WHERE NOT pg_catalog.has_table_privilege(
                     CASE WHEN u.role OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN 'public'::pg_catalog.name
                          ELSE pg_catalog.pg_get_userbyid(u.role) END, r.relation, u.privilege)
             UNION
            SELECT r.ev_class
              FROM pg_catalog.pg_rewrite r
             WHERE r.ev_type OPERATOR(pg_catalog.<>) '1'::pg_catalog."char"
               AND r.ev_class OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
            """;

    /** Relations that a role may reach by privileges on single columns. */
    private static final String BY_COLUMN = """
            /* tenant-warden */
            SELECT DISTINCT a.attrelid
              FROM pg_catalog.pg_attribute a
             CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x
             WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
               AND a.attrelid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND (x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR x.grantee OPERATOR(pg_catalog.=) ANY (ARRAY(
                         SELECT r.oid FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE'))))
            """;

    private final AuditQueries queries;

    ViewReader(AuditQueries queries) {
        this.queries = queries;
    }

    /** Oids of the views that run with the rights of who asks. */
    Set<Long> invokers() throws SQLException {
        return oids(INVOKERS);
    }

    /** Oids of the views that are the way in for somebody who may not read what they read. */
    Set<Long> needed() throws SQLException {
        return oids(NEEDED);
    }

    /** Oids of the relations on columns of which the role has a privilege. */
    Set<Long> reachableByColumn() throws SQLException {
        return oids(BY_COLUMN);
    }

    private Set<Long> oids(String query) throws SQLException {
        Set<Long> oids = new HashSet<>();
        queries.run(query, rs -> oids.add(rs.getLong(1)));
        return oids;
    }
}
