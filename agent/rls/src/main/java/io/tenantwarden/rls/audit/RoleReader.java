package io.tenantwarden.rls.audit;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads roles, memberships and grants. */
final class RoleReader {

    private static final String ROLES = """
            /* tenant-warden */
            SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication,
                   pg_catalog.pg_has_role(r.oid, 'USAGE'),
                   pg_catalog.pg_has_role(session_user, r.oid,
                     CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4
                               OPERATOR(pg_catalog.>=) 160000 THEN 'SET' ELSE 'MEMBER' END),
                   pg_catalog.pg_has_role(r.oid, 'MEMBER')
              FROM pg_catalog.pg_roles r
            """;

    /** Who has the privileges of whom, among the owners of relations and SECURITY DEFINER functions. */
    private static final String OWNERS = """
            /* tenant-warden */
            WITH owners AS (
              SELECT c.relowner AS oid FROM pg_catalog.pg_class c
               WHERE c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
              UNION
              SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.prosecdef)
            SELECT pg_catalog.pg_get_userbyid(a.oid), pg_catalog.pg_get_userbyid(b.oid)
              FROM owners a, owners b
             WHERE pg_catalog.pg_has_role(a.oid, b.oid, 'USAGE')
            """;

    /** Since PostgreSQL 16 a membership has to be taken away by who granted it; what the first superuser granted, any may. */
    private static final String MEMBERSHIPS = """
            /* tenant-warden */
            SELECT pg_catalog.pg_get_userbyid(m.roleid), pg_catalog.pg_get_userbyid(m.member),
                   CASE WHEN m.grantor OPERATOR(pg_catalog.<>) 10::pg_catalog.oid
                         AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4
                             OPERATOR(pg_catalog.>=) 160000
                        THEN pg_catalog.pg_get_userbyid(m.grantor) END
              FROM pg_catalog.pg_auth_members m
            """;

    private static final String GRANTS = """
            /* tenant-warden */
            SELECT c.oid,
                   CASE WHEN x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN NULL
                        ELSE pg_catalog.pg_get_userbyid(x.grantee) END,
                   pg_catalog.pg_get_userbyid(x.grantor),
                   pg_catalog.string_agg(x.privilege_type, ','),
                   pg_catalog.bool_or(EXISTS (
                     SELECT FROM pg_catalog.aclexplode(c.relacl) d
                      WHERE d.grantor OPERATOR(pg_catalog.=) x.grantee
                        AND d.grantor OPERATOR(pg_catalog.<>) c.relowner))
              FROM pg_catalog.pg_class c
             CROSS JOIN LATERAL pg_catalog.aclexplode(
                     COALESCE(c.relacl, pg_catalog.acldefault('r'::pg_catalog."char", c.relowner))) x
             WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'v', 'm', 'f']::pg_catalog."char"[])
               AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND (x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR x.grantee OPERATOR(pg_catalog.=) ANY (ARRAY(
                         SELECT r.oid FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE'))))
             GROUP BY c.oid, x.grantee, x.grantor
            """;

    private final AuditQueries queries;

    RoleReader(AuditQueries queries) {
        this.queries = queries;
    }

    Map<String, DatabaseRole> roles() throws SQLException {
        Map<String, DatabaseRole> roles = new HashMap<>();
        queries.run(
                ROLES,
                rs -> roles.put(
                        rs.getString(1),
                        new DatabaseRole(
                                rs.getString(1),
                                rs.getBoolean(2),
                                rs.getBoolean(3),
                                rs.getBoolean(4),
                                rs.getBoolean(5),
                                rs.getBoolean(6),
                                rs.getBoolean(7),
                                rs.getBoolean(8))));
        return roles;
    }

    Map<String, Set<String>> privilegesOf() throws SQLException {
        Map<String, Set<String>> privilegesOf = new HashMap<>();
        queries.run(
                OWNERS,
                rs -> privilegesOf
                        .computeIfAbsent(rs.getString(1), k -> new HashSet<>())
                        .add(rs.getString(2)));
        return privilegesOf;
    }

    List<Membership> memberships() throws SQLException {
        List<Membership> memberships = new ArrayList<>();
        queries.run(
                MEMBERSHIPS, rs -> memberships.add(new Membership(rs.getString(1), rs.getString(2), rs.getString(3))));
        return memberships;
    }

    Map<Long, List<CatalogGrant>> grants() throws SQLException {
        Map<Long, List<CatalogGrant>> grants = new HashMap<>();
        queries.run(
                GRANTS,
                rs -> grants.computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(2))
                        .add(new CatalogGrant(
                                rs.getString(2),
                                rs.getString(3),
                                Set.of(rs.getString(4).split(",")),
                                rs.getBoolean(5))));
        return grants;
    }
}
