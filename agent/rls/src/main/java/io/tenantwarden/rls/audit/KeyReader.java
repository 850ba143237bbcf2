package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.LockedTables;
import io.tenantwarden.rls.catalog.PolicySql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the tenant columns, their indexes, and the foreign keys between tables. */
final class KeyReader {

    /** By table and by the index on names: all columns of the database are very many more. */
    private static final String COLUMNS =
            """
            /* tenant-warden */
            SELECT a.attrelid, a.attname, a.attnum, a.attnotnull, a.attgenerated OPERATOR(pg_catalog.=) 'v'::pg_catalog."char",
                   b.oid,
                   b.typtype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char"
                   OR (b.typcategory OPERATOR(pg_catalog.=) ANY ('{S,N,V,D,I,B,Z}'::pg_catalog."char"[])
                       OR b.typname OPERATOR(pg_catalog.=) ANY ('{uuid,ltree,bytea}'::pg_catalog.name[]))
                      AND EXISTS (SELECT FROM pg_catalog.pg_opclass o
                                    JOIN pg_catalog.pg_am m
                                      ON m.oid OPERATOR(pg_catalog.=) o.opcmethod
                                     AND m.amname OPERATOR(pg_catalog.=) 'btree'
                                   WHERE o.opcdefault
                                     AND (o.opcintype OPERATOR(pg_catalog.=) b.oid
                                          OR EXISTS (SELECT FROM pg_catalog.pg_cast k
                                                      WHERE k.castsource OPERATOR(pg_catalog.=) b.oid
                                                        AND k.casttarget OPERATOR(pg_catalog.=) o.opcintype
                                                        AND k.castmethod OPERATOR(pg_catalog.=) 'b'::pg_catalog."char"
                                                        AND k.castcontext OPERATOR(pg_catalog.=) 'i'::pg_catalog."char")))
              FROM pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]) t(oid)
             CROSS JOIN LATERAL (
                     SELECT x.attrelid, x.attname, x.attnum, x.attnotnull, x.attgenerated, x.atttypid
                       FROM pg_catalog.pg_attribute x
                      WHERE x.attrelid OPERATOR(pg_catalog.=) t.oid
                        AND x.attname OPERATOR(pg_catalog.=)
                            ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
                        AND x.attnum OPERATOR(pg_catalog.>) 0
                        AND NOT x.attisdropped
                     OFFSET 0) a
              LEFT JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) %s
            """.formatted(PolicySql.baseType("a.atttypid").strip());

    private static final String INDEXES = LockedTables.impatiently("""
            SELECT i.indrelid, c.relname, i.indkey::pg_catalog.text AS keys, i.indnkeyatts, i.indisunique, i.indisprimary,
                   i.indisexclusion, i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL AS plain, i.indisvalid,
                   i.indpred IS NOT NULL AS partial, con.conname,
                   CASE WHEN (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary THEN
                     CASE WHEN con.oid IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid)
                          ELSE pg_catalog.pg_get_constraintdef(con.oid) END END AS definition,
                   i.indisreplident,
                   (SELECT pg_catalog.string_agg(DISTINCT
                             CASE WHEN d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                                  THEN 'a view or rule' ELSE 'a function' END, ' and ')
                      FROM pg_catalog.pg_depend d
                     WHERE d.classid OPERATOR(pg_catalog.=) ANY (
                             ARRAY['pg_catalog.pg_rewrite', 'pg_catalog.pg_proc']::pg_catalog.regclass[]::pg_catalog.oid[])
                       AND (d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                              AND d.refobjid OPERATOR(pg_catalog.=) i.indexrelid
                            OR d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
                              AND d.refobjid OPERATOR(pg_catalog.=) con.oid)) AS dependents
              FROM waiting w
             CROSS JOIN pg_catalog.pg_index i
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
              LEFT JOIN pg_catalog.pg_constraint con
                ON con.conindid OPERATOR(pg_catalog.=) i.indexrelid
               AND con.conrelid OPERATOR(pg_catalog.=) i.indrelid
               AND con.contype OPERATOR(pg_catalog.=) ANY (ARRAY['p', 'u', 'x']::pg_catalog."char"[])
             WHERE w.most IS NOT NULL
               AND i.indrelid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
            """);

    /** What not every version has is read through JSON. */
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
                   con.confupdtype, con.confdeltype, con.condeferrable, con.condeferred, con.convalidated,
                   con.confmatchtype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char",
                   COALESCE(x.con OPERATOR(pg_catalog.->>) 'conperiod', 'false')::pg_catalog.bool
                     OR NOT COALESCE(x.con OPERATOR(pg_catalog.->>) 'conenforced', 'true')::pg_catalog.bool,
                   pg_catalog.array_to_string(ARRAY(
                     SELECT a.attname FROM pg_catalog.jsonb_array_elements_text(
                              CASE WHEN pg_catalog.jsonb_typeof(x.con OPERATOR(pg_catalog.->) 'confdelsetcols')
                                        OPERATOR(pg_catalog.=) 'array'
                                   THEN x.con OPERATOR(pg_catalog.->) 'confdelsetcols' ELSE '[]'::pg_catalog.jsonb END) k(n)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) con.conrelid
                        AND a.attnum OPERATOR(pg_catalog.=) k.n::pg_catalog.int2), pg_catalog.chr(1)),
                   i.relname
              FROM pg_catalog.pg_constraint con
             CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(con) AS con) x
              LEFT JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) con.conindid
             WHERE con.contype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char"
               AND con.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
               AND con.confrelid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
             ORDER BY con.conname
            """;

    /** So large that building an index, or reading all of it, is to be noticed: pages of 8 kB, as far as the statistics know. */
    private static final String LARGE = """
            /* tenant-warden */
            SELECT t.oid
              FROM pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]) t(oid)
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.oid
             WHERE c.relpages OPERATOR(pg_catalog.>) 12800
                OR c.relkind OPERATOR(pg_catalog.=) 'p'::pg_catalog."char"
               AND (SELECT pg_catalog.sum(p.relpages)
                      FROM pg_catalog.pg_partition_tree(t.oid) x
                      JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) x.relid::pg_catalog.oid)
                   OPERATOR(pg_catalog.>) 12800
            """;

    private static final String INDEX_NAMES = """
            /* tenant-warden */
            SELECT n.nspname, c.relname
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['i', 'I']::pg_catalog."char"[])
               AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
            """;

    private final AuditQueries queries;
    private final Catalog catalog;
    private final String tenantTables;
    private final Map<Long, TenantColumn> columns = new HashMap<>();
    private final Map<Long, String> types = new HashMap<>();

    /** @param tenantTables oids of the tables with a tenant column, comma-separated */
    KeyReader(AuditQueries queries, Catalog catalog, String tenantTables) {
        this.queries = queries;
        this.catalog = catalog;
        this.tenantTables = tenantTables;
    }

    TenantKeys read(List<String> tenantColumns) throws SQLException {
        readColumns(tenantColumns);
        Set<Long> large = new HashSet<>();
        queries.run(LARGE, rs -> large.add(rs.getLong(1)), tenantTables);
        Set<String> names = new HashSet<>();
        queries.run(INDEX_NAMES, rs -> names.add(rs.getString(1) + "." + rs.getString(2)));
        return new TenantKeys(columns, indexes(), foreignKeys(), large, names);
    }

    private void readColumns(List<String> tenantColumns) throws SQLException {
        queries.run(
                COLUMNS,
                rs -> {
                    CatalogTable table = catalog.table(rs.getLong(1));
                    if (table != null && rs.getString(2).equals(table.tenantColumn())) {
                        columns.put(
                                table.oid(),
                                new TenantColumn(
                                        rs.getString(3), rs.getBoolean(4), rs.getBoolean(7), rs.getBoolean(5)));
                        types.put(table.oid(), rs.getString(6));
                    }
                },
                tenantTables,
                String.join(AuditQueries.SEPARATOR, tenantColumns));
    }

    private Map<Long, List<TableIndex>> indexes() throws SQLException {
        Map<Long, List<TableIndex>> indexes = new HashMap<>();
        queries.run(
                INDEXES,
                rs -> {
                    TenantColumn tenant = columns.get(rs.getLong(1));
                    if (tenant != null) {
                        List<String> keys = List.of(rs.getString(3).split(" "));
                        String dependents = rs.getString(14);
                        indexes.computeIfAbsent(rs.getLong(1), k -> new ArrayList<>(2))
                                .add(new TableIndex(
                                        rs.getString(2),
                                        keys.subList(0, rs.getInt(4)),
                                        tenant.number(),
                                        rs.getBoolean(5),
                                        rs.getBoolean(6),
                                        rs.getBoolean(7),
                                        rs.getBoolean(8),
                                        rs.getBoolean(9),
                                        rs.getBoolean(10),
                                        rs.getString(11),
                                        rs.getString(12),
                                        rs.getBoolean(13),
                                        dependents == null ? "" : dependents));
                    }
                },
                tenantTables);
        indexes.values().forEach(of -> of.sort(Comparator.comparing(TableIndex::name)));
        return indexes;
    }

    private List<ForeignKey> foreignKeys() throws SQLException {
        List<ForeignKey> keys = new ArrayList<>();
        queries.run(
                FOREIGN_KEYS,
                rs -> {
                    CatalogTable from = catalog.table(rs.getLong(1));
                    CatalogTable to = catalog.table(rs.getLong(2));
                    TenantColumn target = columns.get(rs.getLong(2));
                    if (from == null || to == null || target == null) {
                        return;
                    }
                    TenantColumn tenant = columns.get(rs.getLong(1));
                    List<String> own = List.of(rs.getString(4).split(" "));
                    List<String> theirs = List.of(rs.getString(5).split(" "));
                    int at = tenant == null ? -1 : own.indexOf(tenant.number());
                    String setColumns = rs.getString(15);
                    keys.add(new ForeignKey(
                            rs.getString(3),
                            from,
                            to,
                            List.of(rs.getString(6).split(AuditQueries.SEPARATOR)),
                            List.of(rs.getString(7).split(AuditQueries.SEPARATOR)),
                            Set.copyOf(theirs),
                            rs.getString(16),
                            at >= 0 && theirs.get(at).equals(target.number()),
                            tenant != null && types.get(from.oid()).equals(types.get(to.oid())),
                            rs.getString(8),
                            rs.getString(9),
                            setColumns.isEmpty() ? List.of() : List.of(setColumns.split(AuditQueries.SEPARATOR)),
                            rs.getBoolean(10),
                            rs.getBoolean(11),
                            rs.getBoolean(12),
                            !(rs.getBoolean(13) && own.size() > 1) && !rs.getBoolean(14)));
                },
                tenantTables);
        return keys;
    }
}
