package io.tenantwarden.cli;

import io.tenantwarden.rls.PolicySql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the probe has to know of a table. Immutable.
 *
 * @param oid its object id
 * @param name {@code schema.table}
 * @param sql the same as it stands in SQL
 * @param relation its name without the schema
 * @param rls whether row-level security is enabled
 * @param active whether it is active for the role of the connection
 * @param looksFilled whether the statistics say that it has rows; false when nobody knows
 * @param parent whether it has partitions or children
 * @param column the tenant column as it stands in SQL; null when it has none
 * @param columnType what to cast a value of it to: without a length, so that nothing is cut
 * @param columnTypeName the internal name of that type; null when it has no tenant column
 * @param select whether the role may read it, or a column of it
 * @param update whether the role may update the tenant column
 * @param delete whether the role may delete from it
 * @param insertColumns columns that the role may insert into, other than the tenant column, as they stand in SQL; the
 *     value is what to insert: NULL, or DEFAULT where NULL means nothing
 * @param insert whether the role may insert into the tenant column
 * @param identity whether one of the columns is GENERATED ALWAYS AS IDENTITY
 */
record ProbeTable(
        long oid,
        String name,
        String sql,
        String relation,
        boolean rls,
        boolean active,
        boolean looksFilled,
        boolean parent,
        String column,
        String columnType,
        String columnTypeName,
        boolean select,
        boolean update,
        boolean delete,
        Map<String, String> insertColumns,
        boolean insert,
        boolean identity) {

    private static final String TABLES = """
            /* tenant-warden */
            SELECT c.oid, n.nspname || '.' || c.relname,
                   pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relname,
                   c.relrowsecurity, pg_catalog.row_security_active(c.oid), c.reltuples > 0, c.relhassubclass,
                   a.attname, pg_catalog.quote_ident(a.attname),
                   pg_catalog.format_type(base.oid, -1), base.typname,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT')
                     OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
                   coalesce(pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE'), false),
                   pg_catalog.has_table_privilege(c.oid, 'DELETE'),
                   coalesce(pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT'), false)
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN LATERAL (
                    SELECT x.attname, x.attnum, x.atttypid
                      FROM pg_catalog.pg_attribute x
                     WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY pg_catalog.array_position(?, x.attname::text)
                     LIMIT 1) a ON true
              LEFT JOIN pg_catalog.pg_type base ON base.oid = %s
             WHERE c.relkind IN ('r', 'p')
               AND (c.relrowsecurity OR a.attname IS NOT NULL)
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
             ORDER BY 2
            """.formatted(PolicySql.baseType("a.atttypid"));

    /** NULL for every column: no default runs, so no sequence moves. A domain may refuse NULL before any policy looks. */
    private static final String COLUMNS = """
            /* tenant-warden */
            SELECT a.attrelid, a.attname, pg_catalog.quote_ident(a.attname), a.attidentity = 'a', t.typtype = 'd'
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE c.relrowsecurity AND c.relkind IN ('r', 'p')
               AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
               AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT')
             ORDER BY a.attrelid, a.attnum
            """;

    private record Column(String name, String sql, boolean identity, boolean domain) {}

    /** The tables with row-level security or a tenant column that the role can reach, by name. */
    static List<ProbeTable> read(Connection c, List<String> tenantColumns) throws SQLException {
        Map<Long, List<Column>> columns = new LinkedHashMap<>();
        try (PreparedStatement s = c.prepareStatement(COLUMNS);
                ResultSet rs = s.executeQuery()) {
            while (rs.next()) {
                columns.computeIfAbsent(rs.getLong(1), oid -> new ArrayList<>())
                        .add(new Column(rs.getString(2), rs.getString(3), rs.getBoolean(4), rs.getBoolean(5)));
            }
        }
        List<ProbeTable> tables = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(TABLES)) {
            s.setArray(1, c.createArrayOf("text", tenantColumns.toArray()));
            s.setArray(2, c.createArrayOf("text", tenantColumns.toArray()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    tables.add(table(rs, columns.getOrDefault(rs.getLong(1), List.of())));
                }
            }
        }
        return tables;
    }

    private static ProbeTable table(ResultSet rs, List<Column> columns) throws SQLException {
        String tenantColumn = rs.getString(9);
        Map<String, String> insertColumns = new LinkedHashMap<>();
        boolean identity = false;
        for (Column column : columns) {
            if (!column.name().equals(tenantColumn)) {
                insertColumns.put(column.sql(), column.domain() ? "DEFAULT" : "NULL");
                identity |= column.identity();
            }
        }
        return new ProbeTable(
                rs.getLong(1),
                rs.getString(2),
                rs.getString(3),
                rs.getString(4),
                rs.getBoolean(5),
                rs.getBoolean(6),
                rs.getBoolean(7),
                rs.getBoolean(8),
                rs.getString(10),
                rs.getString(11),
                rs.getString(12),
                rs.getBoolean(13),
                rs.getBoolean(14),
                rs.getBoolean(15),
                insertColumns,
                rs.getBoolean(16),
                identity);
    }

    /** Whether the role can do anything with its rows. */
    boolean reachable() {
        return select || update || delete || insert;
    }
}
