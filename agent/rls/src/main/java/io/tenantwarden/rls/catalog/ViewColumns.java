package io.tenantwarden.rls.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which columns of views and materialized views show a tenant column as it is, at any depth. PostgreSQL itself notes it when a view is made:
 * each entry of its target list says of which relation and attribute it is a plain reference ({@code resorigtbl} and {@code resorigcol} in
 * {@code primnodes.h}). Used once, by one thread.
 */
final class ViewColumns {

    /** Views on views on views: as far as is looked. */
    private static final int DEPTH = 10;

    /** Only those whose query uses one of these columns, which {@code pg_depend} knows. */
    private static final String QUERIES = """
            /* tenant-warden */
            SELECT r.ev_class, r.ev_action::pg_catalog.text
              FROM pg_catalog.pg_rewrite r
             WHERE r.ev_type OPERATOR(pg_catalog.=) '1'::pg_catalog."char"
               AND r.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
                     SELECT d.objid
                       FROM ROWS FROM (
                              pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.oid[]),
                              pg_catalog.unnest(pg_catalog.string_to_array(?, ',')::pg_catalog.int4[])
                            ) u(relation, attribute)
                       JOIN pg_catalog.pg_depend d
                         ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.refobjid OPERATOR(pg_catalog.=) u.relation
                        AND d.refobjsubid OPERATOR(pg_catalog.=) u.attribute
                        AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass))
            """;

    private final Connection connection;
    /** By the key of a column: the table whose tenant column it shows. */
    private final Map<Long, Long> known = new HashMap<>();

    private final Map<Long, Long> ofViews = new HashMap<>();

    ViewColumns(Connection connection) {
        this.connection = connection;
    }

    /** By the key of a view's column: the object id of the table whose tenant column it shows. */
    Map<Long, Long> read(Map<Long, Integer> tenantColumns) throws SQLException {
        tenantColumns.forEach((oid, attribute) -> known.put(TenantFields.key(oid, attribute), oid));
        Set<Long> last = new HashSet<>(known.keySet());
        for (int depth = 0; depth < DEPTH && !last.isEmpty(); depth++) {
            last = above(last);
        }
        return ofViews;
    }

    /** The columns of views that show one of these; only those that are new. */
    private Set<Long> above(Set<Long> columns) throws SQLException {
        Set<Long> found = new HashSet<>();
        try (PreparedStatement s = PlainStatements.prepare(connection, QUERIES)) {
            s.setString(
                    1,
                    columns.stream().map(c -> String.valueOf(c >>> Short.SIZE)).collect(Collectors.joining(",")));
            s.setString(2, columns.stream().map(c -> String.valueOf(c & 0xFFFF)).collect(Collectors.joining(",")));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    long view = rs.getLong(1);
                    targets(rs.getString(2)).forEach((attribute, origin) -> {
                        Long table = known.get(origin);
                        long column = TenantFields.key(view, attribute);
                        if (table != null && known.putIfAbsent(column, table) == null) {
                            ofViews.put(column, table);
                            found.add(column);
                        }
                    });
                }
            }
        }
        return found;
    }

    /**
     * The target list of a view's own query, that of sub-queries left out: by number of the column, the key of the column that it refers to.
     *
     * @param tree {@code pg_rewrite.ev_action}: nodes in braces, each field with a colon before its name; special characters in names are
     *     escaped with a backslash ({@code outfuncs.c})
     */
    static Map<Integer, Long> targets(String tree) {
        Map<Integer, Long> targets = new HashMap<>();
        int depth = 0;
        int entry = -1;
        for (int i = 0; i < tree.length(); i++) {
            switch (tree.charAt(i)) {
                case '\\' -> i++;
                case '{' -> {
                    depth++;
                    if (depth == 2) {
                        entry = tree.startsWith("{TARGETENTRY", i) ? 0 : -1;
                    }
                }
                case '}' -> depth--;
                case ':' -> {
                    if (depth == 2 && entry >= 0) {
                        if (tree.startsWith(":resno ", i)) {
                            entry = (int) number(tree, i + 7);
                        } else if (tree.startsWith(":resorigtbl ", i)) {
                            int column = tree.indexOf(":resorigcol ", i);
                            targets.put(entry, TenantFields.key(number(tree, i + 12), (int) number(tree, column + 12)));
                        }
                    }
                }
                default -> {
                    // of no interest
                }
            }
        }
        return targets;
    }

    private static long number(String tree, int from) {
        int to = from;
        while (to < tree.length() && Character.isDigit(tree.charAt(to))) {
            to++;
        }
        return to == from ? 0 : Long.parseLong(tree, from, to, 10);
    }
}
