package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads which tables have which columns, as far as they may be tenant columns. */
final class ColumnReader {

    private static final String TABLES = """
            /* tenant-warden */
            SELECT a.attname, a.attrelid,
                   EXISTS (SELECT FROM pg_catalog.pg_index i
                            WHERE i.indrelid OPERATOR(pg_catalog.=) a.attrelid AND i.indisprimary
                              AND i.indnkeyatts OPERATOR(pg_catalog.=) 1
                              AND i.indkey[0] OPERATOR(pg_catalog.=) a.attnum)
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
             WHERE a.attname OPERATOR(pg_catalog.=)
                   ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
               AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
               AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f']::pg_catalog."char"[])
               AND NOT c.relispartition
               AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
             ORDER BY 1
            """;

    private static final String ALL_NAMES = """
            /* tenant-warden */
            SELECT a.attname, pg_catalog.count(*)
              FROM pg_catalog.pg_attribute a
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
               AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f']::pg_catalog."char"[])
               AND NOT c.relispartition
               AND n.nspname OPERATOR(pg_catalog.!~) '^(pg_|information_schema$)'
             GROUP BY a.attname
            """;

    private final AuditQueries queries;
    private final Catalog catalog;

    ColumnReader(AuditQueries queries, Catalog catalog) {
        this.queries = queries;
        this.catalog = catalog;
    }

    /**
     * Which tables have these columns, and what is like those that none has.
     *
     * @param configured names of tenant columns
     * @param candidates columns that policies compare
     */
    NamedColumns read(List<String> configured, Collection<String> candidates) throws SQLException {
        Set<String> names = new TreeSet<>(configured);
        names.addAll(candidates);
        Map<String, List<CatalogTable>> tables = new HashMap<>();
        Set<String> keys = new TreeSet<>();
        queries.run(
                TABLES,
                rs -> {
                    CatalogTable t = catalog.table(rs.getLong(2));
                    if (t != null && catalog.table(t.qualifiedName()) == t) {
                        tables.computeIfAbsent(rs.getString(1), k -> new ArrayList<>())
                                .add(t);
                        if (rs.getBoolean(3)) {
                            keys.add(NamedColumns.key(rs.getString(1), t));
                        }
                    }
                },
                String.join(AuditQueries.SEPARATOR, names));
        Map<String, Integer> all = new TreeMap<>();
        if (!tables.keySet().containsAll(configured)) {
            queries.run(ALL_NAMES, rs -> all.put(rs.getString(1), rs.getInt(2)));
        }
        return new NamedColumns(List.copyOf(configured), tables, keys, all, true);
    }
}
