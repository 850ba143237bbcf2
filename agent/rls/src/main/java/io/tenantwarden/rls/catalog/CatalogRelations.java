package io.tenantwarden.rls.catalog;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Relations while a {@link Catalog} is put together, from whichever query their rows come. Used once, by one thread. */
final class CatalogRelations {

    /** The columns that {@link #add} reads, of {@code pg_class c}, {@code pg_namespace n} and the tenant columns {@code a}. */
    static final String COLUMNS = """
            c.oid, n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner),
                   c.relrowsecurity, c.relforcerowsecurity,
                   a.attname, pg_catalog.format_type(a.atttypid, -1), a.atttypid, a.attnum,
                   CASE WHEN c.reltuples OPERATOR(pg_catalog.=) 0::pg_catalog.float4
                         AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4
                             OPERATOR(pg_catalog.<) 140000 THEN '-1'::pg_catalog.float4 ELSE c.reltuples END""";

    /** How many {@link #COLUMNS} there are. */
    static final int COLUMN_COUNT = 12;

    /**
     * The tenant columns of {@code pg_class c}; the parameter is their names, see {@link #tenantColumns}. They are looked up
     * by table in the index on names: {@code OFFSET 0} keeps the planner from reading all columns of the database instead, of
     * which there are very many more. What a nondeterministic collation takes for the same need not be (manual, section "Collation Support"): such a
     * column has the number 0.
     */
    static final String TENANT_COLUMNS = """
            LEFT JOIN LATERAL (
                     SELECT x.attname, x.atttypid,
                            CASE WHEN EXISTS (
                                   SELECT FROM pg_catalog.pg_collation l
                                    WHERE l.oid OPERATOR(pg_catalog.=) x.attcollation
                                      AND NOT l.collisdeterministic)
                                 THEN 0::pg_catalog.int2 ELSE x.attnum END AS attnum
                       FROM pg_catalog.pg_attribute x
                      WHERE x.attrelid OPERATOR(pg_catalog.=) c.oid
                        AND x.attname OPERATOR(pg_catalog.=)
                            ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
                        AND x.attnum OPERATOR(pg_catalog.>) 0
                        AND NOT x.attisdropped
                     OFFSET 0) a ON c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
            """;

    /** The kinds of {@code pg_class c} that SQL reads from. */
    static final String KINDS =
            "c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'v', 'm', 'f', 'S']::pg_catalog.\"char\"[])";

    private final CatalogOptions options;
    private final List<Pattern> include;
    private final List<Pattern> exclude;
    private final Map<Long, Row> rows = new HashMap<>();
    private final Map<Long, Set<Long>> reads = new HashMap<>();
    private final Map<Long, Set<Long>> rules = new HashMap<>();
    private final List<long[]> inheritance = new ArrayList<>();

    /** One relation. */
    static final class Row {
        private long oid;
        private String schema;
        private String name;
        private CatalogTable.Kind kind;
        private String owner;
        private boolean rls;
        private boolean forced;
        private double estimatedRows;
        private CatalogTable.Protection protection;
        private String parent;
        private List<String> children = List.of();
        private List<Policy> policies = List.of();

        String column;
        String columnType;
        long columnTypeOid;
        String columnNumber;

        String qualifiedName() {
            return schema + "." + name;
        }

        void add(Policy policy) {
            if (policies.isEmpty()) {
                policies = new ArrayList<>(2);
            }
            policies.add(policy);
        }

        private CatalogTable table() {
            return new CatalogTable(
                    oid,
                    schema,
                    name,
                    kind,
                    owner,
                    rls,
                    forced,
                    column,
                    columnType,
                    columnNumber == null ? 0 : Integer.parseInt(columnNumber),
                    estimatedRows,
                    List.copyOf(policies),
                    parent,
                    children.stream().sorted().toList(),
                    protection);
        }
    }

    CatalogRelations(CatalogOptions options) {
        this.options = options;
        this.include = CatalogOptions.compile(options.includePatterns());
        this.exclude = CatalogOptions.compile(options.excludePatterns());
    }

    /** The parameter of {@link #TENANT_COLUMNS}. */
    static String tenantColumns(CatalogOptions options) {
        return String.join(CatalogReader.SEPARATOR, options.tenantColumns());
    }

    /** The relation of that object id; null when there is none. */
    Row row(long oid) {
        return rows.get(oid);
    }

    Collection<Row> rows() {
        return rows.values();
    }

    /**
     * One row of {@link #COLUMNS}; a relation with several tenant columns has several.
     *
     * @param first the number of the first of these columns
     */
    void add(ResultSet rs, int first) throws SQLException {
        long oid = rs.getLong(first);
        Row row = rows.get(oid);
        if (row == null) {
            row = new Row();
            row.oid = oid;
            row.schema = rs.getString(first + 1);
            row.name = rs.getString(first + 2);
            row.kind = CatalogTable.Kind.of(rs.getString(first + 3));
            row.owner = rs.getString(first + 4);
            row.rls = rs.getBoolean(first + 5);
            row.forced = rs.getBoolean(first + 6);
            row.estimatedRows = rs.getDouble(first + 11);
            rows.put(oid, row);
        }
        String column = rs.getString(first + 7);
        if (column != null && (row.column == null || rank(column) < rank(row.column))) {
            row.column = column;
            row.columnType = rs.getString(first + 8);
            row.columnTypeOid = rs.getLong(first + 9);
            row.columnNumber = rs.getString(first + 10);
        }
    }

    private int rank(String column) {
        return options.tenantColumns().indexOf(column);
    }

    /** The query of a view names a relation. */
    void viewReads(long view, long relation) {
        reads.computeIfAbsent(view, k -> new HashSet<>()).add(relation);
    }

    /** A rule for changes of a relation names another one. */
    void ruleUses(long relation, long other) {
        rules.computeIfAbsent(relation, k -> new HashSet<>()).add(other);
    }

    /** A partition, or a table that INHERITS. */
    void inherits(long parent, long child) {
        inheritance.add(new long[] {parent, child});
    }

    /** To be called when everything was added. */
    void complete() {
        for (Row row : rows.values()) {
            row.protection = protection(row);
        }
        for (long[] pair : inheritance) {
            Row parent = rows.get(pair[0]);
            Row child = rows.get(pair[1]);
            // partitioned indexes inherit as well
            if (parent == null || child == null) {
                continue;
            }
            child.parent = parent.qualifiedName();
            if (parent.children.isEmpty()) {
                parent.children = new ArrayList<>();
            }
            parent.children.add(child.qualifiedName());
            if (parent.protection == CatalogTable.Protection.NONE) {
                // its rows are read through the parent, where nothing says whose they are
                viewReads(pair[0], pair[1]);
            }
        }
    }

    private CatalogTable.Protection protection(Row row) {
        if (Catalog.isSystem(row.schema) || Catalog.isTemporary(row.schema) || row.kind == CatalogTable.Kind.SEQUENCE) {
            return CatalogTable.Protection.NONE;
        }
        if (CatalogOptions.matches(exclude, row.qualifiedName())) {
            return CatalogTable.Protection.EXCLUDED;
        }
        if (row.rls) {
            return CatalogTable.Protection.RLS;
        }
        if (row.column != null && row.kind.isTable()) {
            return CatalogTable.Protection.TENANT_COLUMN;
        }
        return CatalogOptions.matches(include, row.qualifiedName())
                ? CatalogTable.Protection.INCLUDED
                : CatalogTable.Protection.NONE;
    }

    List<CatalogTable> tables() {
        List<CatalogTable> tables = new ArrayList<>(rows.size());
        for (Row row : rows.values()) {
            tables.add(row.table());
        }
        return tables;
    }

    /** Whether a table is protected; known when all is {@link #complete}. */
    boolean protectsAny() {
        for (Row row : rows.values()) {
            if (row.protection != CatalogTable.Protection.NONE && row.protection != CatalogTable.Protection.EXCLUDED) {
                return true;
            }
        }
        return false;
    }

    /** By object id of each table that has a tenant column, its number. */
    Map<Long, Integer> tenantColumnNumbers() {
        Map<Long, Integer> numbers = new HashMap<>();
        for (Row row : rows.values()) {
            if (row.column != null && row.kind.isTable()) {
                numbers.put(row.oid, Integer.parseInt(row.columnNumber));
            }
        }
        return numbers;
    }

    /** By view, or table that is not protected itself: what is read with it. */
    Map<Long, Set<Long>> reads() {
        return reads;
    }

    /** By relation: what its rules for changes use. */
    Map<Long, Set<Long>> rules() {
        return rules;
    }
}
