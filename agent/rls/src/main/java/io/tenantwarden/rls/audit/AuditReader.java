package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.Catalog;
import io.tenantwarden.rls.CatalogOptions;
import io.tenantwarden.rls.PlainStatements;
import io.tenantwarden.rls.RoleFacts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads {@link AuditFacts}. Everything is qualified with {@code pg_catalog}, operators too, so that no object of the same
 * name in another schema of the search path can answer in its place. Used once, by one thread.
 */
final class AuditReader {

    /** Separates names within one string; no sane name holds it. */
    private static final String SEPARATOR = "\u0001";

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

    private static final String GRANTS = """
            /* tenant-warden */
            SELECT c.oid,
                   CASE WHEN x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN NULL
                        ELSE pg_catalog.pg_get_userbyid(x.grantee) END,
                   pg_catalog.string_agg(x.privilege_type, ',')
              FROM pg_catalog.pg_class c
             CROSS JOIN LATERAL pg_catalog.aclexplode(
                     COALESCE(c.relacl, pg_catalog.acldefault('r'::pg_catalog."char", c.relowner))) x
             WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'v', 'm', 'f']::pg_catalog."char"[])
               AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND (x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR x.grantee OPERATOR(pg_catalog.=) ANY (ARRAY(
                         SELECT r.oid FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE'))))
             GROUP BY 1, 2
            """;

    /** By table and by the index on names: all columns of the database are very many more. */
    private static final String COLUMNS = """
            /* tenant-warden */
            SELECT a.attrelid, a.attname, a.attnum, a.attnotnull
              FROM pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]) t(oid)
             CROSS JOIN LATERAL (
                     SELECT x.attrelid, x.attname, x.attnum, x.attnotnull
                       FROM pg_catalog.pg_attribute x
                      WHERE x.attrelid OPERATOR(pg_catalog.=) t.oid
                        AND x.attname OPERATOR(pg_catalog.=)
                            ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
                        AND x.attnum OPERATOR(pg_catalog.>) 0
                        AND NOT x.attisdropped
                     OFFSET 0) a
            """;

    private static final String OF_TENANT_TABLES = """
            ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
            """;

    private static final String INDEXES = """
            /* tenant-warden */
            SELECT i.indrelid, c.relname, i.indkey::pg_catalog.text, i.indnkeyatts, i.indisunique, i.indisprimary,
                   i.indisvalid AND i.indpred IS NULL, con.conname,
                   CASE WHEN i.indisunique AND NOT i.indisprimary THEN
                     CASE WHEN con.oid IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid)
                          ELSE pg_catalog.pg_get_constraintdef(con.oid) END END
              FROM pg_catalog.pg_index i
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
              LEFT JOIN pg_catalog.pg_constraint con
                ON con.conindid OPERATOR(pg_catalog.=) i.indexrelid
               AND con.contype OPERATOR(pg_catalog.=) ANY (ARRAY['p', 'u', 'x']::pg_catalog."char"[])
             WHERE i.indrelid OPERATOR(pg_catalog.=) """ + OF_TENANT_TABLES;

    private static final String FOREIGN_KEYS = """
            /* tenant-warden */
            SELECT con.conrelid, con.confrelid, con.conname,
                   pg_catalog.array_to_string(con.conkey, ' '), pg_catalog.array_to_string(con.confkey, ' '),
                   pg_catalog.array_to_string(ARRAY(
                     SELECT a.attname FROM pg_catalog.unnest(con.conkey) WITH ORDINALITY k(n, i)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) con.conrelid
                        AND a.attnum OPERATOR(pg_catalog.=) k.n ORDER BY k.i), pg_catalog.chr(1)),
                   pg_catalog.array_to_string(ARRAY(
                     SELECT a.attname FROM pg_catalog.unnest(con.confkey) WITH ORDINALITY k(n, i)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) con.confrelid
                        AND a.attnum OPERATOR(pg_catalog.=) k.n ORDER BY k.i), pg_catalog.chr(1)),
                   con.confupdtype, con.confdeltype, con.condeferrable, con.condeferred
              FROM pg_catalog.pg_constraint con
             WHERE con.contype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char"
               AND con.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
               AND con.conrelid OPERATOR(pg_catalog.=) """ + OF_TENANT_TABLES + """
             ORDER BY con.conname
            """;

    private static final String VIEWS = """
            /* tenant-warden */
            SELECT c.oid
              FROM pg_catalog.pg_class c
             WHERE c.relkind OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
               AND pg_catalog.lower(pg_catalog.array_to_string(c.reloptions, ','))
                   OPERATOR(pg_catalog.~) 'security_invoker=(true|on|yes|1)'
            """;

    private static final String FUNCTIONS = """
            /* tenant-warden */
            SELECT p.oid, n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid), p.prokind,
                   pg_catalog.pg_get_userbyid(p.proowner), p.prosecdef, p.provolatile, p.proleakproof,
                   pg_catalog.array_to_string(p.proconfig, pg_catalog.chr(1)),
                   pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
                     AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
                   p.prorettype OPERATOR(pg_catalog.=) ANY (
                     ARRAY['pg_catalog.trigger', 'pg_catalog.event_trigger']::pg_catalog.regtype[]::pg_catalog.oid[]),
                   CASE WHEN p.provolatile OPERATOR(pg_catalog.=) 'i'::pg_catalog."char"
                         AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
                        THEN pg_catalog.pg_get_functiondef(p.oid) END
              FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
              JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
             WHERE p.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND p.prokind OPERATOR(pg_catalog.=) ANY (ARRAY['f', 'p']::pg_catalog."char"[])
               AND NOT EXISTS (
                     SELECT FROM pg_catalog.pg_depend e
                      WHERE e.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
                        AND e.objid OPERATOR(pg_catalog.=) p.oid
                        AND e.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char")
               AND (p.prosecdef OR p.proleakproof
                    OR p.provolatile OPERATOR(pg_catalog.=) 'i'::pg_catalog."char"
                       AND l.lanname OPERATOR(pg_catalog.=) ANY (ARRAY['sql', 'plpgsql']::pg_catalog.name[])
                    OR p.provolatile OPERATOR(pg_catalog.=) 'v'::pg_catalog."char"
                       AND p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                             SELECT d.refobjid FROM pg_catalog.pg_depend d
                              WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
                                AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass)))
             ORDER BY 2, 3, 4
            """;

    private static final String FUNCTIONS_OF_POLICIES = """
            /* tenant-warden */
            SELECT DISTINCT d.refobjid, p.polrelid
              FROM pg_catalog.pg_depend d
              JOIN pg_catalog.pg_policy p ON p.oid OPERATOR(pg_catalog.=) d.objid
             WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_policy'::pg_catalog.regclass
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
             ORDER BY 2
            """;

    private static final String SCHEMAS = """
            /* tenant-warden */
            SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE pg_catalog.has_schema_privilege(n.oid, 'CREATE')
            """;

    private static final String SETTINGS = """
            /* tenant-warden */
            SELECT r.rolname, d.datname, pg_catalog.unnest(s.setconfig)
              FROM pg_catalog.pg_db_role_setting s
              LEFT JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.setrole
              LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.setdatabase
             WHERE (s.setrole OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR r.rolname OPERATOR(pg_catalog.=) session_user)
               AND (s.setdatabase OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
            UNION ALL
            SELECT NULL, NULL, pg_catalog.concat('row_security=', pg_catalog.current_setting('row_security'))
            """;

    private static final String PUBLICATIONS = """
            /* tenant-warden */
            SELECT p.pubname, p.puballtables, t.schemaname, t.tablename, %s
              FROM pg_catalog.pg_publication p
              JOIN pg_catalog.pg_publication_tables t ON t.pubname OPERATOR(pg_catalog.=) p.pubname
             ORDER BY 1, 3, 4
            """;

    /** Since PostgreSQL 15. */
    private static final String SCHEMA_IS_PUBLISHED = """
            EXISTS (SELECT FROM pg_catalog.pg_publication_namespace s
                      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) s.pnnspid
                     WHERE s.pnpubid OPERATOR(pg_catalog.=) p.oid AND n.nspname OPERATOR(pg_catalog.=) t.schemaname)
            """;

    private static final String DEFAULT_PRIVILEGES = """
            /* tenant-warden */
            SELECT pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname,
                   CASE WHEN x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid THEN NULL
                        ELSE pg_catalog.pg_get_userbyid(x.grantee) END,
                   pg_catalog.string_agg(x.privilege_type, ', ' ORDER BY x.privilege_type)
              FROM pg_catalog.pg_default_acl d
              LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) d.defaclnamespace
             CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) x
             WHERE d.defaclobjtype OPERATOR(pg_catalog.=) 'r'::pg_catalog."char"
               AND x.grantee OPERATOR(pg_catalog.<>) d.defaclrole
               AND (x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid
                    OR x.grantee OPERATOR(pg_catalog.=) ANY (ARRAY(
                         SELECT r.oid FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(r.oid, 'USAGE'))))
             GROUP BY 1, 2, 3
             ORDER BY 1, 2, 3
            """;

    private final Connection connection;
    private final CatalogOptions options;
    private final RoleFacts role;
    private final Catalog catalog;

    private interface Row {
        void read(ResultSet rs) throws SQLException;
    }

    AuditReader(Connection connection, CatalogOptions options, RoleFacts role, Catalog catalog) {
        this.connection = connection;
        this.options = options;
        this.role = role;
        this.catalog = catalog;
    }

    AuditFacts read() throws SQLException {
        if (catalog.isEmpty()) {
            return AuditFacts.of(role, catalog);
        }
        Set<String> invokers = new HashSet<>();
        query(VIEWS, rs -> invokers.add(rs.getString(1)));
        Map<Long, List<CatalogGrant>> grants = grants();
        Map<Long, TenantColumn> columns = columns();
        Map<Long, List<Long>> tablesOfFunctions = new HashMap<>();
        query(
                FUNCTIONS_OF_POLICIES,
                rs -> tablesOfFunctions
                        .computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(1))
                        .add(rs.getLong(2)));
        Set<String> schemas = new HashSet<>();
        query(SCHEMAS, rs -> schemas.add(rs.getString(1)));
        Map<String, Set<String>> privilegesOf = new HashMap<>();
        query(
                OWNERS,
                rs -> privilegesOf
                        .computeIfAbsent(rs.getString(1), k -> new HashSet<>())
                        .add(rs.getString(2)));
        return new AuditFacts(
                role,
                catalog,
                roles(),
                privilegesOf,
                grants,
                columns,
                indexes(columns),
                foreignKeys(columns),
                invokers,
                functions(tablesOfFunctions),
                schemas,
                settings(),
                publications(),
                defaults());
    }

    private void query(String sql, Row row) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, sql)) {
            if (sql.indexOf('?') >= 0) {
                s.setString(1, tenantTables());
            }
            if (sql.equals(COLUMNS)) {
                s.setString(2, String.join(SEPARATOR, options.tenantColumns()));
            }
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    row.read(rs);
                }
            }
        }
    }

    private String tenantTables() {
        return catalog.tables().stream()
                .filter(table -> table.tenantColumn() != null)
                .map(table -> String.valueOf(table.oid()))
                .collect(Collectors.joining(","));
    }

    private Map<String, DatabaseRole> roles() throws SQLException {
        Map<String, DatabaseRole> roles = new HashMap<>();
        query(
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

    private Map<Long, List<CatalogGrant>> grants() throws SQLException {
        Map<Long, List<CatalogGrant>> grants = new HashMap<>();
        query(
                GRANTS,
                rs -> grants.computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(2))
                        .add(new CatalogGrant(
                                rs.getString(2), Set.of(rs.getString(3).split(",")))));
        return grants;
    }

    private Map<Long, TenantColumn> columns() throws SQLException {
        Map<Long, TenantColumn> columns = new HashMap<>();
        query(COLUMNS, rs -> {
            var table = catalog.table(rs.getLong(1));
            if (table != null && rs.getString(2).equals(table.tenantColumn())) {
                columns.put(table.oid(), new TenantColumn(rs.getString(3), rs.getBoolean(4)));
            }
        });
        return columns;
    }

    private Map<Long, List<TableIndex>> indexes(Map<Long, TenantColumn> columns) throws SQLException {
        Map<Long, List<TableIndex>> indexes = new HashMap<>();
        query(INDEXES, rs -> {
            TenantColumn tenant = columns.get(rs.getLong(1));
            if (tenant != null) {
                List<String> keys = List.of(rs.getString(3).split(" "));
                indexes.computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(2))
                        .add(new TableIndex(
                                rs.getString(2),
                                keys.get(0).equals(tenant.number()) && rs.getBoolean(7),
                                keys.subList(0, rs.getInt(4)).contains(tenant.number()),
                                rs.getBoolean(5),
                                rs.getBoolean(6),
                                rs.getString(8),
                                rs.getString(9)));
            }
        });
        return indexes;
    }

    private List<ForeignKey> foreignKeys(Map<Long, TenantColumn> columns) throws SQLException {
        List<ForeignKey> keys = new ArrayList<>();
        query(FOREIGN_KEYS, rs -> {
            var from = catalog.table(rs.getLong(1));
            var to = catalog.table(rs.getLong(2));
            TenantColumn tenant = columns.get(rs.getLong(1));
            TenantColumn target = columns.get(rs.getLong(2));
            if (from != null && to != null && tenant != null && target != null) {
                List<String> own = List.of(rs.getString(4).split(" "));
                List<String> theirs = List.of(rs.getString(5).split(" "));
                int at = own.indexOf(tenant.number());
                keys.add(new ForeignKey(
                        rs.getString(3),
                        from,
                        to,
                        List.of(rs.getString(6).split(SEPARATOR)),
                        List.of(rs.getString(7).split(SEPARATOR)),
                        at >= 0 && theirs.get(at).equals(target.number()),
                        rs.getString(8),
                        rs.getString(9),
                        rs.getBoolean(10),
                        rs.getBoolean(11)));
            }
        });
        return keys;
    }

    private List<DatabaseFunction> functions(Map<Long, List<Long>> tablesOfFunctions) throws SQLException {
        List<DatabaseFunction> functions = new ArrayList<>();
        query(FUNCTIONS, rs -> {
            String config = rs.getString(10);
            functions.add(new DatabaseFunction(
                    rs.getString(2),
                    rs.getString(3),
                    rs.getString(4),
                    rs.getString(5).equals("p"),
                    rs.getString(6),
                    rs.getBoolean(7),
                    rs.getString(8).charAt(0),
                    rs.getBoolean(9),
                    config == null ? List.of() : List.of(config.split(SEPARATOR)),
                    rs.getBoolean(11),
                    rs.getBoolean(12),
                    rs.getString(13),
                    tablesOfFunctions.getOrDefault(rs.getLong(1), List.of()).stream()
                            .map(catalog::table)
                            .filter(java.util.Objects::nonNull)
                            .toList()));
        });
        return functions;
    }

    private List<SettingDefault> settings() throws SQLException {
        List<SettingDefault> settings = new ArrayList<>();
        query(SETTINGS, rs -> {
            String text = rs.getString(3);
            int equals = text.indexOf('=');
            settings.add(new SettingDefault(
                    rs.getString(1), rs.getString(2), text.substring(0, equals), text.substring(equals + 1)));
        });
        return settings;
    }

    private List<PublishedTable> publications() throws SQLException {
        List<PublishedTable> published = new ArrayList<>();
        String sql = PUBLICATIONS.replace("%s", role.serverVersion() >= 150000 ? SCHEMA_IS_PUBLISHED : "false");
        query(sql, rs -> {
            var table = catalog.table(rs.getString(3), rs.getString(4));
            if (table != null) {
                published.add(new PublishedTable(rs.getString(1), rs.getBoolean(2), rs.getBoolean(5), table));
            }
        });
        return published;
    }

    private List<DefaultPrivilege> defaults() throws SQLException {
        List<DefaultPrivilege> defaults = new ArrayList<>();
        query(
                DEFAULT_PRIVILEGES,
                rs -> defaults.add(
                        new DefaultPrivilege(rs.getString(1), rs.getString(2), rs.getString(3), rs.getString(4))));
        return defaults;
    }
}
