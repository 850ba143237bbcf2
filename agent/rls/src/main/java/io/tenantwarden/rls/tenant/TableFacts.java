package io.tenantwarden.rls.tenant;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the catalog says of all tables, as far as the rows of tenants are concerned. Used once, by one thread. */
final class TableFacts {

    private final Connection connection;
    private final Map<Long, Facts> facts = new HashMap<>();
    private final Map<Long, Long> partitions = new HashMap<>();
    private final Map<Long, List<TableColumn>> columns = new HashMap<>();
    private final Map<Long, Map<String, String>> baseTypes = new HashMap<>();
    private final Map<Long, Set<String>> triggers = new HashMap<>();
    private final List<TableReference> references = new ArrayList<>();
    private boolean temporary;

    /**
     * One table. Immutable.
     *
     * @param usage whether the role may use its schema
     * @param select whether it may read it
     * @param delete whether it may delete from it
     * @param insert whether it may insert into it
     * @param inherited whether other tables, which are no partitions, inherit from it
     * @param extension whether an extension made it
     * @param bytes on disk, with indexes and partitions
     * @param rows as far as the statistics know; -1 when they do not
     * @param empty whether it has not even a page
     */
    record Facts(
            boolean usage,
            boolean select,
            boolean delete,
            boolean insert,
            boolean inherited,
            boolean extension,
            long bytes,
            long rows,
            boolean empty) {}

    /** Takes a row of an answer. */
    interface Row {
        void read(ResultSet rs) throws SQLException;
    }

    TableFacts(Connection connection) {
        this.connection = connection;
    }

    /** Null for what is no table, or a partition. */
    Facts of(long oid) {
        return facts.get(oid);
    }

    List<TableColumn> columns(long oid) {
        return columns.getOrDefault(oid, List.of());
    }

    /** Types by column, as a cast writes them: those that domains are made of, without lengths. */
    Map<String, String> baseTypes(long oid) {
        return baseTypes.getOrDefault(oid, Map.of());
    }

    Set<String> triggers(long oid) {
        return triggers.getOrDefault(oid, Set.of());
    }

    /** All foreign keys; filled by {@link #read}. */
    List<TableReference> references() {
        return Collections.unmodifiableList(references);
    }

    /** Whether the role may make temporary tables; filled by {@link #read}. */
    boolean temporary() {
        return temporary;
    }

    /** Asks the server. */
    void read() throws SQLException {
        run(
                TenantQueries.TABLES,
                rs -> facts.put(
                        rs.getLong(1),
                        new Facts(
                                rs.getBoolean(2),
                                rs.getBoolean(3),
                                rs.getBoolean(4),
                                rs.getBoolean(5),
                                rs.getBoolean(6),
                                rs.getBoolean(7),
                                rs.getLong(8),
                                rs.getLong(9),
                                rs.getLong(10) == 0)));
        run(TenantQueries.TEMPORARY, rs -> temporary = rs.getBoolean(1));
        run(TenantQueries.PARTITIONS, rs -> partitions.put(rs.getLong(1), rs.getLong(2)));
        run(
                TenantQueries.COLUMNS,
                rs -> {
                    columns.computeIfAbsent(rs.getLong(1), k -> new ArrayList<>())
                            .add(new TableColumn(
                                    rs.getString(2),
                                    rs.getString(3),
                                    rs.getBoolean(4),
                                    rs.getBoolean(5),
                                    rs.getString(6),
                                    rs.getBoolean(7),
                                    rs.getBoolean(8),
                                    rs.getBoolean(9),
                                    rs.getBoolean(10)));
                    baseTypes
                            .computeIfAbsent(rs.getLong(1), k -> new HashMap<>())
                            .put(rs.getString(2), rs.getString(11));
                },
                facts.keySet().stream().map(String::valueOf).collect(Collectors.joining(",")));
        run(
                TenantQueries.REFERENCES,
                rs -> references.add(new TableReference(
                        rs.getString(3),
                        rs.getString(4),
                        whole(rs.getLong(1)),
                        whole(rs.getLong(2)),
                        List.of(rs.getString(5).split(TenantQueries.SEPARATOR)),
                        List.of(rs.getString(6).split(TenantQueries.SEPARATOR)),
                        TableReference.OnDelete.of(rs.getString(7)),
                        rs.getBoolean(8),
                        rs.getBoolean(9))));
        run(TenantQueries.TRIGGERS, rs -> {
            String events = rs.getInt(3) != 0 ? rs.getInt(4) != 0 ? "DELETE, UPDATE" : "DELETE" : "UPDATE";
            triggers.computeIfAbsent(whole(rs.getLong(1)), k -> new LinkedHashSet<>())
                    .add(rs.getString(2) + " (" + events + "): " + rs.getString(5) + "." + rs.getString(6));
        });
        readRules();
    }

    private void readRules() throws SQLException {
        run(
                TenantQueries.RULES,
                rs -> triggers.computeIfAbsent(whole(rs.getLong(1)), k -> new LinkedHashSet<>())
                        .add(rs.getString(2) + " (rule)"));
    }

    /** A partition stands for the table that it is of. */
    long whole(long oid) {
        return partitions.getOrDefault(oid, oid);
    }

    /** Runs a query with these values for its parameters. */
    void run(String sql, Row row, String... values) throws SQLException {
        try (PreparedStatement s = PlainStatements.prepare(connection, sql)) {
            for (int i = 0; i < values.length; i++) {
                s.setString(i + 1, values[i]);
            }
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    row.read(rs);
                }
            }
        }
    }
}
