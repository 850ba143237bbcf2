package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.catalog.PolicySql;

/** The catalog queries of {@link TenantTablesReader}. Whatever they name is qualified, operators too. */
final class TenantQueries {

    /** Separates names within one string; no sane name holds it. */
    static final String SEPARATOR = "\u0001";

    /** Every table that is no partition, with the sums of its partitions. */
    static final String TABLES = """
            /* tenant-warden */
            SELECT c.oid, pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'),
                   pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.has_table_privilege(c.oid, 'DELETE'),
                   pg_catalog.has_any_column_privilege(c.oid, 'INSERT'),
                   EXISTS (SELECT FROM pg_catalog.pg_inherits i
                             JOIN pg_catalog.pg_class k ON k.oid OPERATOR(pg_catalog.=) i.inhrelid
                            WHERE i.inhparent OPERATOR(pg_catalog.=) c.oid AND NOT k.relispartition),
                   EXISTS (SELECT FROM pg_catalog.pg_depend d
                            WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                              AND d.objid OPERATOR(pg_catalog.=) c.oid
                              AND d.deptype OPERATOR(pg_catalog.=) 'e'::pg_catalog."char"),
                   s.bytes, s.rows, s.heap
              FROM pg_catalog.pg_class c
             CROSS JOIN LATERAL (
                     SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(p.oid))::pg_catalog.int8 AS bytes,
                            pg_catalog.sum(pg_catalog.pg_relation_size(p.oid))::pg_catalog.int8 AS heap,
                            CASE WHEN pg_catalog.bool_or(p.reltuples OPERATOR(pg_catalog.<) 0
                                        AND p.relkind OPERATOR(pg_catalog.<>) 'p'::pg_catalog."char") THEN -1
                                 ELSE pg_catalog.sum(p.reltuples) FILTER (
                                        WHERE p.relkind OPERATOR(pg_catalog.<>) 'p'::pg_catalog."char") END AS rows
                       FROM pg_catalog.pg_class p
                      WHERE p.oid OPERATOR(pg_catalog.=) c.oid
                         OR c.relkind OPERATOR(pg_catalog.=) 'p'::pg_catalog."char"
                        AND p.oid OPERATOR(pg_catalog.=) ANY (
                              SELECT x.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree(c.oid) x)) s
             WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f']::pg_catalog."char"[])
               AND c.oid OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
               AND NOT c.relispartition
            """;

    /** Partitions, and the partitioned table that they are of. */
    static final String PARTITIONS = """
            /* tenant-warden */
            SELECT c.oid, pg_catalog.pg_partition_root(c.oid)::pg_catalog.oid
              FROM pg_catalog.pg_class c WHERE c.relispartition
            """;

    static final String COLUMNS = """
            /* tenant-warden */
            SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   a.attgenerated OPERATOR(pg_catalog.<>) ''::pg_catalog."char", a.attidentity::pg_catalog.text,
                   EXISTS (SELECT FROM pg_catalog.pg_index i
                            WHERE i.indrelid OPERATOR(pg_catalog.=) a.attrelid AND i.indisprimary
                              AND a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey)),
                   b.oid OPERATOR(pg_catalog.=) 'pg_catalog.oid'::pg_catalog.regtype,
                   pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
                   pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE'),
                   pg_catalog.format_type(b.oid, -1)
              FROM pg_catalog.pg_attribute a
              LEFT JOIN pg_catalog.pg_type b ON b.oid OPERATOR(pg_catalog.=) %s
             WHERE a.attrelid OPERATOR(pg_catalog.=) ANY (pg_catalog.string_to_array(?, ',')::pg_catalog.oid[])
               AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
             ORDER BY a.attrelid, a.attnum
            """.formatted(PolicySql.baseType("a.atttypid").strip());

    static final String REFERENCES = """
            /* tenant-warden */
            SELECT con.conrelid, con.confrelid, con.conname, n.nspname,
                   pg_catalog.array_to_string(ARRAY(
                     SELECT a.attname FROM pg_catalog.unnest(con.conkey) WITH ORDINALITY k(n, i)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) con.conrelid
                        AND a.attnum OPERATOR(pg_catalog.=) k.n ORDER BY k.i), pg_catalog.chr(1)),
                   pg_catalog.array_to_string(ARRAY(
                     SELECT a.attname FROM pg_catalog.unnest(con.confkey) WITH ORDINALITY k(n, i)
                       JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) con.confrelid
                        AND a.attnum OPERATOR(pg_catalog.=) k.n ORDER BY k.i), pg_catalog.chr(1)),
                   con.confdeltype, con.condeferrable,
                   con.confmatchtype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char"
              FROM pg_catalog.pg_constraint con
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) con.connamespace
             WHERE con.contype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char"
               AND con.conparentid OPERATOR(pg_catalog.=) 0::pg_catalog.oid
             ORDER BY con.conname, con.oid
            """;

    static final String TRIGGERS = """
            /* tenant-warden */
            SELECT t.tgrelid, t.tgname, t.tgtype::pg_catalog.int4 OPERATOR(pg_catalog.&) 8,
                   t.tgtype::pg_catalog.int4 OPERATOR(pg_catalog.&) 16, n.nspname, p.proname
              FROM pg_catalog.pg_trigger t
              JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) t.tgfoid
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
             WHERE NOT t.tgisinternal
               AND t.tgenabled OPERATOR(pg_catalog.=) ANY (ARRAY['O', 'A']::pg_catalog."char"[])
               AND (t.tgtype::pg_catalog.int4 OPERATOR(pg_catalog.&) 24) OPERATOR(pg_catalog.<>) 0
             ORDER BY t.tgname
            """;

    /** Rules for UPDATE and DELETE. */
    static final String RULES = """
            /* tenant-warden */
            SELECT r.ev_class, r.rulename FROM pg_catalog.pg_rewrite r
             WHERE r.ev_type OPERATOR(pg_catalog.=) ANY (ARRAY['2', '4']::pg_catalog."char"[])
               AND r.ev_enabled OPERATOR(pg_catalog.=) ANY (ARRAY['O', 'A']::pg_catalog."char"[])
             ORDER BY r.rulename
            """;

    static final String ANY_LARGE_OBJECT =
            "/* tenant-warden */ SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)";

    static final String TEMPORARY = "/* tenant-warden */ SELECT pg_catalog.has_database_privilege("
            + "pg_catalog.current_database(), 'TEMPORARY')";

    private TenantQueries() {}
}
