package io.tenantwarden.cli;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the generated SQL starts from. Immutable.
 *
 * @param database its name
 * @param databaseSql its name as it stands in SQL
 * @param serverVersion {@code server_version_num}
 * @param user who read it
 * @param role the application's role as it stands in SQL
 * @param roleName the same, without quotes
 * @param roleExists whether that role is there already
 * @param schemasGranted schemas (as they stand in SQL) that the role may use already
 * @param tables the tenant tables that were asked for; parents before their partitions
 * @param unordered tenant tables whose tenant column is of a type that neither an index nor a policy can compare, by
 *     {@code schema.table}, with that column and type
 * @param excluded tenant tables that were not asked for
 * @param shared tables without a tenant column in the schemas of the tenant tables, as they stand in SQL
 * @param views views over the tenant tables
 * @param others materialized views over them, and foreign tables with a tenant column: neither can have policies
 * @param helperExists whether the raising helper is there already
 */
record DdlFacts(
        String database,
        String databaseSql,
        int serverVersion,
        String user,
        String role,
        String roleName,
        boolean roleExists,
        Set<String> schemasGranted,
        List<DdlTable> tables,
        Map<String, String> unordered,
        List<String> excluded,
        List<String> shared,
        List<View> views,
        List<String> others,
        boolean helperExists) {

    /**
     * A view over tenant tables.
     *
     * @param sql as it stands in SQL
     * @param name without quotes
     * @param invoker whether it runs with the rights of whoever uses it
     */
    record View(String sql, String name, boolean invoker) {}

    private static final int MAX_NAME_BYTES = 63;

    /**
     * Reads what is there. Leaves the connection with a search path of {@code pg_catalog}, so that the server writes every
     * other name with its schema.
     *
     * @param role the application's role; null for {@code DATABASE_app}
     */
    static DdlFacts read(Connection c, DdlOptions options, String role) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute("/* tenant-warden */ SET search_path = pg_catalog");
        }
        String roleName = role == null ? cut(single(c, "SELECT current_database()"), "_app") : role;
        try (PreparedStatement s = c.prepareStatement(DdlQueries.HEAD)) {
            s.setString(1, roleName);
            s.setString(2, roleName);
            try (ResultSet rs = s.executeQuery()) {
                rs.next();
                return new DdlFactsReader(c, options, roleName).read(rs);
            }
        }
    }

    /** The tables of {@link #unordered} as text. */
    String unorderedText() {
        return unordered.entrySet().stream()
                .map(e -> e.getKey() + " (" + e.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String single(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("/* tenant-warden */ " + sql)) {
            rs.next();
            return rs.getString(1);
        }
    }

    /** The name with an ending, cut so that the server does not cut the ending. */
    static String cut(String name, String ending) {
        String kept = name;
        while (bytes(kept) + bytes(ending) > MAX_NAME_BYTES) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1));
        }
        return kept + ending;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
