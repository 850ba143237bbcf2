package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
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
 * @param type of the tenant column; null when it has none
 * @param generated whether the tenant column is computed from others, so that nobody can write it
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
        TenantType type,
        boolean generated,
        boolean select,
        boolean update,
        boolean delete,
        Map<String, String> insertColumns,
        boolean insert,
        boolean identity) {

    /**
     * The type of a tenant column. Immutable.
     *
     * @param sql what to cast a value to: without a length, so that nothing is cut
     * @param name its internal name
     * @param length how many characters, or digits before the point, fit into the column; 0 for any number
     * @param labels of an enum; empty for other types
     */
    record TenantType(String sql, String name, int length, List<String> labels) {

        /** Whether all values that there can be are known, so that each may be a tenant's. */
        boolean isEnum() {
            return !labels.isEmpty();
        }
    }

    private static final String TABLES = """
            /* tenant-warden */
            SELECT c.oid, n.nspname || '.' || c.relname,
                   pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relname,
                   c.relrowsecurity, pg_catalog.row_security_active(c.oid), c.reltuples > 0, c.relhassubclass,
                   a.attname, pg_catalog.quote_ident(a.attname),
                   CASE WHEN bn.nspname = 'pg_catalog' THEN pg_catalog.format_type(base.oid, -1)
                        ELSE pg_catalog.quote_ident(bn.nspname) || '.' || pg_catalog.quote_ident(base.typname) END,
                   base.typname,
                   pg_catalog.has_table_privilege(c.oid, 'SELECT')
                     OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
                   coalesce(pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE'), false),
                   pg_catalog.has_table_privilege(c.oid, 'DELETE'),
                   coalesce(pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT'), false),
                   coalesce(a.attgenerated <> '', false),
                   greatest(a.atttypmod, (WITH RECURSIVE domains(oid, base, modifier) AS (
                      SELECT t.oid, t.typbasetype, t.typtypmod FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid
                       UNION ALL
                      SELECT t.oid, t.typbasetype, t.typtypmod
                        FROM domains JOIN pg_catalog.pg_type t ON t.oid = domains.base)
                      SELECT max(domains.modifier) FROM domains)),
                   ARRAY(SELECT e.enumlabel::text FROM pg_catalog.pg_enum e WHERE e.enumtypid = base.oid ORDER BY 1)
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN LATERAL (
                    SELECT x.attname, x.attnum, x.atttypid, x.atttypmod, x.attgenerated
                      FROM pg_catalog.pg_attribute x
                     WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY pg_catalog.array_position(?, x.attname::text)
                     LIMIT 1) a ON true
              LEFT JOIN pg_catalog.pg_type base ON base.oid = %s
              LEFT JOIN pg_catalog.pg_namespace bn ON bn.oid = base.typnamespace
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
              JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
             WHERE a.attrelid = ANY (?)
               AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
               AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'INSERT')
             ORDER BY a.attrelid, a.attnum
            """;

    private static final int VARLENA_HEADER = 4;

    private record Column(String name, String sql, boolean identity, boolean domain) {}

    /** The tables with row-level security or a tenant column in schemas that the role may use, by name. */
    static List<ProbeTable> read(Connection c, List<String> tenantColumns) throws SQLException {
        List<ProbeTable> tables = new ArrayList<>();
        Map<Long, String> tenantColumnOf = new LinkedHashMap<>();
        try (PreparedStatement s = c.prepareStatement(TABLES)) {
            s.setArray(1, c.createArrayOf("text", tenantColumns.toArray()));
            s.setArray(2, c.createArrayOf("text", tenantColumns.toArray()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    tables.add(table(rs));
                    tenantColumnOf.put(rs.getLong(1), rs.getString(9));
                }
            }
        }
        Map<Long, List<Column>> columns = columns(c, tenantColumnOf);
        return tables.stream()
                .map(t -> t.inserting(columns.getOrDefault(t.oid(), List.of()), tenantColumnOf.get(t.oid())))
                .toList();
    }

    private static Map<Long, List<Column>> columns(Connection c, Map<Long, String> tables) throws SQLException {
        Map<Long, List<Column>> columns = new LinkedHashMap<>();
        try (PreparedStatement s = c.prepareStatement(COLUMNS)) {
            s.setArray(1, c.createArrayOf("oid", tables.keySet().toArray()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    columns.computeIfAbsent(rs.getLong(1), oid -> new ArrayList<>())
                            .add(new Column(rs.getString(2), rs.getString(3), rs.getBoolean(4), rs.getBoolean(5)));
                }
            }
        }
        return columns;
    }

    private static ProbeTable table(ResultSet rs) throws SQLException {
        TenantType type = rs.getString(12) == null
                ? null
                : new TenantType(
                        rs.getString(11),
                        rs.getString(12),
                        length(rs.getString(12), rs.getInt(18)),
                        Arrays.asList((String[]) rs.getArray(19).getArray()));
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
                type,
                rs.getBoolean(17),
                rs.getBoolean(13),
                rs.getBoolean(14),
                rs.getBoolean(15),
                Map.of(),
                rs.getBoolean(16),
                false);
    }

    /** @param modifier {@code atttypmod}: -1 when the type has no length */
    private static int length(String type, int modifier) {
        if (modifier < VARLENA_HEADER) {
            return 0;
        }
        int value = modifier - VARLENA_HEADER;
        // precision in the upper half, scale in the lower
        return type.equals("numeric") ? Math.max(1, (value >> 16) - (value & 0x7ff)) : value;
    }

    private ProbeTable inserting(List<Column> columns, String tenantColumn) {
        Map<String, String> values = new LinkedHashMap<>();
        boolean always = false;
        for (Column column : columns) {
            if (!column.name().equals(tenantColumn)) {
                values.put(column.sql(), column.domain() ? "DEFAULT" : "NULL");
                always |= column.identity();
            }
        }
        return new ProbeTable(
                oid,
                name,
                sql,
                relation,
                rls,
                active,
                looksFilled,
                parent,
                column,
                type,
                generated,
                select,
                update,
                delete,
                values,
                insert,
                always);
    }

    /** Whether the role can do anything with its rows. */
    boolean reachable() {
        return select || update || delete || insert;
    }

    /** A parameter as a value of the tenant column. */
    String cast() {
        return "CAST(? AS " + type.sql() + ")";
    }
}
