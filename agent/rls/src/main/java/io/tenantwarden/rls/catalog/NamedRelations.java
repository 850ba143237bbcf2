package io.tenantwarden.rls.catalog;

import io.tenantwarden.rls.sql.Relation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what the server says of a few names: the relations that have them, in whichever schema, temporary ones of this
 * session included, what lies below views and unprotected parents, and which of them an unqualified name means. One query,
 * by indexes, whatever the size of the database. Used once, by one thread.
 */
final class NamedRelations {

    /**
     * By name and not with {@code to_regclass}: that fails where the role has no right on the schema, and with it the
     * transaction. The children of a protected table are not looked for: the table counts, whatever its partitions are. The
     * parents are, because a partition that is named itself has not their policies.
     */
    private static final String QUERY = """
            /* tenant-warden */
            WITH RECURSIVE named AS (
              SELECT c.oid, pg_catalog.pg_table_is_visible(c.oid) AS visible
                FROM pg_catalog.pg_class c
               WHERE c.relname OPERATOR(pg_catalog.=)
                     ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
                 AND\s""" + CatalogRelations.KINDS + """

                 AND (c.relpersistence OPERATOR(pg_catalog.<>) 't'::pg_catalog."char"
                      OR c.relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
            ), uses AS NOT MATERIALIZED (
              SELECT CASE WHEN r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char" THEN 1 ELSE 4 END AS part,
                     r.ev_class AS source, d.refobjid AS target
                FROM pg_catalog.pg_rewrite r
                JOIN pg_catalog.pg_depend d
                  ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                 AND d.objid OPERATOR(pg_catalog.=) r.oid
                 AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                 AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class
               WHERE r.ev_class OPERATOR(pg_catalog.>=) 16384::pg_catalog.oid
              UNION ALL
              SELECT 2, i.inhparent, i.inhrelid
                FROM pg_catalog.pg_inherits i
                JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) i.inhparent AND NOT p.relrowsecurity
            ), closure(oid) AS (
              SELECT n.oid FROM named n
              UNION
              SELECT u.target FROM closure k JOIN uses u ON u.source OPERATOR(pg_catalog.=) k.oid
            ), parents AS (
              SELECT i.inhparent, i.inhrelid
                FROM closure k JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) k.oid
            )
            SELECT 0, NULL::pg_catalog.oid, (SELECT m.visible FROM named m WHERE m.oid OPERATOR(pg_catalog.=) c.oid),
                   """ + CatalogRelations.COLUMNS + """

              FROM (SELECT oid FROM closure UNION SELECT inhparent FROM parents) k
              JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.oid
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
            """
            + CatalogRelations.TENANT_COLUMNS + " WHERE " + CatalogRelations.KINDS + """

            UNION ALL
            SELECT e.part, e.target, NULL::pg_catalog.bool, e.source,
                   NULL::pg_catalog.name, NULL::pg_catalog.name, NULL::pg_catalog."char", NULL::pg_catalog.name,
                   NULL::pg_catalog.bool, NULL::pg_catalog.bool, NULL::pg_catalog.name, NULL::pg_catalog.text,
                   NULL::pg_catalog.oid, NULL::pg_catalog.int2, NULL::pg_catalog.float4
              FROM (SELECT u.part, u.source, u.target FROM closure k JOIN uses u ON u.source OPERATOR(pg_catalog.=) k.oid
                    UNION SELECT 2, p.inhparent, p.inhrelid FROM parents p) e
            """;

    private static final int FIRST_COLUMN = 4;

    private NamedRelations() {}

    static Catalog read(Connection connection, CatalogOptions options, Collection<Relation> names) throws SQLException {
        Set<String> distinct = new TreeSet<>();
        for (Relation name : names) {
            distinct.add(name.name());
        }
        CatalogRelations relations = new CatalogRelations(options);
        Set<Long> visible = new HashSet<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, QUERY)) {
            s.setString(1, String.join(CatalogReader.SEPARATOR, distinct));
            s.setString(2, CatalogRelations.tenantColumns(options));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    add(rs, relations, visible);
                }
            }
        }
        relations.complete();
        return Catalog.ofNames(relations, visible);
    }

    private static void add(ResultSet rs, CatalogRelations relations, Set<Long> visible) throws SQLException {
        long target = rs.getLong(2);
        long source = rs.getLong(FIRST_COLUMN);
        switch (rs.getInt(1)) {
            case 0 -> {
                relations.add(rs, FIRST_COLUMN);
                if (rs.getBoolean(3)) {
                    visible.add(source);
                }
            }
            case 1 -> relations.viewReads(source, target);
            case 2 -> relations.inherits(source, target);
            default -> relations.ruleUses(source, target);
        }
    }
}
