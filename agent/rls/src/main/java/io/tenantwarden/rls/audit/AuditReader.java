package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.policy.ComparedColumn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads {@link AuditFacts}. Everything is qualified with {@code pg_catalog}, operators too, so that no object of the same
 * name in another schema of the search path can answer in its place. Used once, by one thread.
 */
final class AuditReader {

    private static final String SCHEMAS = """
            /* tenant-warden */
            SELECT n.nspname, pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE')
              FROM pg_catalog.pg_namespace n
            """;

    private static final String SEARCH_PATH = """
            /* tenant-warden */
            SELECT pg_catalog.current_setting('search_path')
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

    private static final String DATABASE_OWNER = """
            /* tenant-warden */
            SELECT pg_catalog.pg_get_userbyid(d.datdba)
              FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
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

    private final AuditQueries queries;
    private final SlowStatementReader slow;
    private final CatalogOptions options;
    private final RoleFacts role;
    private final Catalog catalog;

    AuditReader(Connection connection, CatalogOptions options, RoleFacts role, Catalog catalog) {
        this.slow = new SlowStatementReader(connection, new AuditQueries(connection));
        this.queries = new AuditQueries(connection);
        this.options = options;
        this.role = role;
        this.catalog = catalog;
    }

    AuditFacts read() throws SQLException {
        Set<String> compared = ComparedColumn.in(catalog, Set.of(), Set.of()).stream()
                .map(ComparedColumn::column)
                .collect(Collectors.toSet());
        NamedColumns columns = new ColumnReader(queries, catalog).read(options.tenantColumns(), compared);
        if (catalog.isEmpty()) {
            return new AuditFacts.Builder(role, catalog).columns(columns).build();
        }
        RoleReader roles = new RoleReader(queries);
        FunctionReader functions = new FunctionReader(queries, catalog);
        ViewReader views = new ViewReader(queries);
        String tenantTables = catalog.tables().stream()
                .filter(table -> table.tenantColumn() != null)
                .map(table -> String.valueOf(table.oid()))
                .collect(Collectors.joining(","));
        List<SlowStatement> slowStatements = slow.statements();
        return new AuditFacts.Builder(role, catalog)
                .slow(slowStatements, slowStatements.isEmpty() ? Set.of() : slow.operators())
                .columns(columns)
                .roles(new Roles(roles.roles(), roles.privilegesOf(), roles.memberships()))
                .grants(roles.grants(), views.reachableByColumn())
                .keys(new KeyReader(queries, catalog, tenantTables).read(options.tenantColumns()))
                .functions(functions.read(), functions.withOnConflict())
                .views(views.invokers(), views.needed())
                .schemas(schemas())
                .settings(settings())
                .databaseOwner(databaseOwner())
                .published(publications())
                .defaultPrivileges(defaults())
                .build();
    }

    private SchemaFacts schemas() throws SQLException {
        Set<String> all = new HashSet<>();
        Set<String> toCreateIn = new HashSet<>();
        Set<String> usable = new HashSet<>();
        queries.run(SCHEMAS, rs -> {
            all.add(rs.getString(1));
            if (rs.getBoolean(2)) {
                toCreateIn.add(rs.getString(1));
            }
            if (rs.getBoolean(3)) {
                usable.add(rs.getString(1));
            }
        });
        List<String> path = new ArrayList<>(1);
        queries.run(SEARCH_PATH, rs -> path.add(rs.getString(1)));
        return new SchemaFacts(all, toCreateIn, usable, path.get(0));
    }

    private String databaseOwner() throws SQLException {
        List<String> owner = new ArrayList<>(1);
        queries.run(DATABASE_OWNER, rs -> owner.add(rs.getString(1)));
        return owner.get(0);
    }

    private List<SettingDefault> settings() throws SQLException {
        List<SettingDefault> settings = new ArrayList<>();
        queries.run(SETTINGS, rs -> {
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
        queries.run(sql, rs -> {
            CatalogTable table = catalog.table(rs.getString(3), rs.getString(4));
            if (table != null) {
                published.add(new PublishedTable(rs.getString(1), rs.getBoolean(2), rs.getBoolean(5), table));
            }
        });
        return published;
    }

    private List<DefaultPrivilege> defaults() throws SQLException {
        List<DefaultPrivilege> defaults = new ArrayList<>();
        queries.run(
                DEFAULT_PRIVILEGES,
                rs -> defaults.add(
                        new DefaultPrivilege(rs.getString(1), rs.getString(2), rs.getString(3), rs.getString(4))));
        return defaults;
    }
}
