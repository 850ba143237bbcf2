package io.tenantwarden.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** Runs SQL files as psql does: statement by statement, each in a transaction of its own, stopping at the first error. */
final class Scripts {

    /** Everything about a schema that these tests could change by mistake, as text. */
    private static final String SNAPSHOT = """
            SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || c.relrowsecurity || ' '
                   || c.relforcerowsecurity || ' ' || coalesce(array_to_string(c.reloptions, ','), '') || ' '
                   || coalesce((SELECT string_agg(x.grantee::regrole || '=' || x.privilege_type, ' ' ORDER BY 1)
                                  FROM (SELECT nullif(grantee, 0) AS grantee, privilege_type
                                          FROM aclexplode(coalesce(c.relacl,
                                               acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char",
                                                          c.relowner))) e) x), '') AS line
              FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM user_schemas) AND c.relkind <> 'i'
            UNION ALL
            SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                   || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
              FROM pg_attribute a
              JOIN pg_class c ON c.oid = a.attrelid
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE c.relnamespace IN (SELECT oid FROM user_schemas) AND a.attnum > 0 AND NOT a.attisdropped
               AND c.relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' '
                   || convalidated
              FROM pg_constraint WHERE connamespace IN (SELECT oid FROM user_schemas) AND conrelid <> 0
            UNION ALL
            SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
             WHERE c.relnamespace IN (SELECT oid FROM user_schemas)
            UNION ALL
            SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || polpermissive || ' '
                   || coalesce(pg_get_expr(polqual, polrelid), '-') || ' / '
                   || coalesce(pg_get_expr(polwithcheck, polrelid), '-')
              FROM pg_policy
            UNION ALL
            SELECT 'function ' || oid::regprocedure || ' ' || md5(prosrc) FROM pg_proc
             WHERE pronamespace IN (SELECT oid FROM user_schemas)
            UNION ALL
            SELECT 'schema ' || n.nspname || ' ' || coalesce((SELECT string_agg(r.rolname || '=' || x.privilege_type, ' '
                   ORDER BY 1) FROM aclexplode(n.nspacl) x JOIN pg_roles r ON r.oid = x.grantee
                   WHERE x.grantee <> n.nspowner), '')
              FROM pg_namespace n WHERE n.oid IN (SELECT oid FROM user_schemas)
            UNION ALL
            SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             ORDER BY 1
            """;

    private Scripts() {}

    static String resource(String name) {
        try (InputStream in = Scripts.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static void run(Connection c, String sql) throws SQLException {
        for (NativeQuery query : Parser.parseJdbcSql(sql, true, false, true, false, false)) {
            try (Statement s = c.createStatement()) {
                s.execute(query.nativeSql);
            } catch (SQLException e) {
                throw new SQLException(e.getMessage() + " in: " + query.nativeSql, e.getSQLState(), e);
            }
        }
    }

    static List<String> snapshot(Connection c) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet rs =
                        s.executeQuery("WITH user_schemas AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_'"
                                + " AND nspname <> 'information_schema') " + SNAPSHOT)) {
            while (rs.next()) {
                lines.add(rs.getString(1));
            }
        }
        return lines;
    }

    static String value(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery(sql)) {
            return rs.next() ? rs.getString(1) : null;
        }
    }
}
