package io.tenantwarden.rls.audit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/** Runs a text as somebody does who pastes it into psql: statement by statement, comments and all. */
final class Paste {

    /** Everything about a database that a fix could change, as text: two of them are equal when nothing was. */
    private static final String SNAPSHOT = """
            WITH mine AS (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
            SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || c.relowner::regrole || ' '
                   || c.relrowsecurity || ' ' || c.relforcerowsecurity || ' ' || coalesce(c.reloptions::text, '') || ' '
                   || coalesce(c.relacl::text, '') AS line
              FROM pg_class c WHERE c.relnamespace IN (SELECT oid FROM mine)
            UNION ALL
            SELECT 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                   || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE c.relnamespace IN (SELECT oid FROM mine) AND a.attnum > 0 AND NOT a.attisdropped
               AND c.relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
              FROM pg_constraint WHERE connamespace IN (SELECT oid FROM mine) AND conrelid <> 0
            UNION ALL
            SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace IN (SELECT oid FROM mine)
            UNION ALL
            SELECT 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || polpermissive || ' '
                   || polroles::regrole[]::text || ' ' || coalesce(pg_get_expr(polqual, polrelid), '-') || ' / '
                   || coalesce(pg_get_expr(polwithcheck, polrelid), '-')
              FROM pg_policy
            UNION ALL
            SELECT 'function ' || oid::regprocedure || ' ' || md5(prosrc) || ' ' || proowner::regrole || ' ' || prosecdef || ' '
                   || provolatile::text || ' ' || proleakproof || ' ' || coalesce(proconfig::text, '') || ' ' || coalesce(proacl::text, '')
              FROM pg_proc WHERE pronamespace IN (SELECT oid FROM mine)
            UNION ALL
            SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL
            SELECT 'publication ' || pubname || ' ' || schemaname || '.' || tablename FROM pg_publication_tables
            UNION ALL
            SELECT 'default ' || defaclrole::regrole || ' ' || defaclnamespace || ' ' || defaclacl::text FROM pg_default_acl
            UNION ALL
            SELECT 'setting ' || setdatabase || ' ' || setrole || ' ' || setconfig::text FROM pg_db_role_setting
            UNION ALL
            SELECT 'role ' || rolname || ' ' || rolsuper || rolbypassrls || rolcreaterole || rolreplication FROM pg_roles
            UNION ALL
            SELECT 'member ' || roleid::regrole || ' ' || member::regrole FROM pg_auth_members
             ORDER BY 1
            """;

    private Paste() {}

    static List<String> statements(String text) throws SQLException {
        List<String> statements = new ArrayList<>();
        for (NativeQuery query : Parser.parseJdbcSql(text, true, false, true, false, false)) {
            if (!withoutComments(query.nativeSql).isBlank()) {
                statements.add(query.nativeSql);
            }
        }
        return statements;
    }

    /** Whether there is anything to run in it, or only words. */
    static boolean hasSql(String text) {
        return !withoutComments(text).isBlank();
    }

    private static String withoutComments(String text) {
        return text.replaceAll("(?m)^\\s*--.*$", "").replaceAll("(?s)/\\*.*?\\*/", "");
    }

    /** Runs each statement; returns the warnings, in order. */
    static List<String> run(Connection c, String text) throws SQLException {
        List<String> warnings = new ArrayList<>();
        for (String sql : statements(text)) {
            try (Statement s = c.createStatement()) {
                s.execute(sql);
                for (SQLWarning w = s.getWarnings(); w != null; w = w.getNextWarning()) {
                    if (w.getSQLState().startsWith("01")) {
                        warnings.add(w.getMessage());
                    }
                }
            } catch (SQLException e) {
                throw new SQLException(e.getMessage() + " IN " + sql, e.getSQLState(), e);
            }
        }
        return warnings;
    }

    static List<String> snapshot(Connection c) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement s = c.createStatement()) {
            s.execute("SET search_path = pg_catalog");
            try (ResultSet rs = s.executeQuery(SNAPSHOT)) {
                while (rs.next()) {
                    lines.add(rs.getString(1));
                }
            }
            s.execute("RESET search_path");
        }
        return lines;
    }
}
