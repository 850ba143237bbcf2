package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.Wildcards;
import io.tenantwarden.rls.sql.Identifiers;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@link DdlFacts}, once. */
final class DdlFactsReader {

    private record ExistingPolicy(String name, String sql, boolean permissive, boolean isolation, boolean bypass) {}

    private final Connection connection;
    private final DdlOptions options;
    private final String[] tenantColumns;
    private final List<Pattern> patterns;
    private final List<Pattern> accepted;
    private final Map<Long, List<ExistingPolicy>> policies = new HashMap<>();
    private final String roleName;
    private final Map<String, Boolean> names = new HashMap<>();
    private final Set<String> constraints = new HashSet<>();
    private final Map<Long, Map<String, Boolean>> sequences = new HashMap<>();
    private final List<Long> oids = new ArrayList<>();
    private final Set<String> schemas = new HashSet<>();
    private final Map<String, String> unordered = new LinkedHashMap<>();
    private final List<String> excluded = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    DdlFactsReader(Connection connection, DdlOptions options, String roleName) {
        this.connection = connection;
        this.options = options;
        this.tenantColumns = options.tenantColumns().toArray(String[]::new);
        this.patterns = options.patterns().stream().map(Wildcards::compile).toList();
        this.accepted = options.accepted().stream().map(Wildcards::compile).toList();
        this.roleName = roleName;
    }

    DdlFacts read(ResultSet head) throws SQLException {
        readNames();
        readSequences();
        readPolicies();
        List<DdlTable> tables = tables();
        List<DdlFacts.View> views = views();
        List<String> shared = shared();
        return new DdlFacts(
                head.getString(1),
                head.getString(2),
                head.getInt(3),
                head.getString(4),
                head.getString(5),
                roleName,
                head.getBoolean(6),
                schemasGranted(),
                tables,
                unordered,
                excluded,
                shared,
                views,
                others,
                helperExists());
    }

    private void readNames() throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet rs = s.executeQuery(DdlQueries.NAMES)) {
            while (rs.next()) {
                names.put(rs.getString(1), rs.getBoolean(2));
            }
        }
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.CONSTRAINTS)) {
            s.setString(1, DdlScript.CHECK_MARK);
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    constraints.add(rs.getString(1));
                }
            }
        }
    }

    private void readSequences() throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.SEQUENCES)) {
            s.setString(1, roleName);
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    sequences
                            .computeIfAbsent(rs.getLong(1), oid -> new LinkedHashMap<>())
                            .put(rs.getString(2), rs.getBoolean(3));
                }
            }
        }
    }

    private void readPolicies() throws SQLException {
        String sql = DdlQueries.POLICIES.formatted(OwnPolicies.isIsolation(options), OwnPolicies.isBypass(options));
        try (PreparedStatement s = connection.prepareStatement(sql)) {
            s.setArray(1, connection.createArrayOf("text", tenantColumns));
            s.setArray(2, connection.createArrayOf("text", tenantColumns));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    policies.computeIfAbsent(rs.getLong(1), oid -> new ArrayList<>())
                            .add(new ExistingPolicy(
                                    rs.getString(2),
                                    rs.getString(3),
                                    rs.getBoolean(4),
                                    rs.getBoolean(5),
                                    rs.getBoolean(6)));
                }
            }
        }
    }

    private List<DdlTable> tables() throws SQLException {
        Map<String, DdlTable> all = new LinkedHashMap<>();
        Map<String, Long> oidOf = new HashMap<>();
        Map<String, String> schemaOf = new HashMap<>();
        Map<String, String> withoutOrder = new HashMap<>();
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.TABLES)) {
            s.setString(1, roleName);
            s.setArray(2, connection.createArrayOf("text", tenantColumns));
            s.setArray(3, connection.createArrayOf("text", tenantColumns));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    String name = rs.getString(2) + "." + rs.getString(3);
                    all.put(name, table(rs, name));
                    oidOf.put(name, rs.getLong(1));
                    schemaOf.put(name, rs.getString(2));
                    if (!rs.getBoolean(21)) {
                        withoutOrder.put(name, rs.getString(13));
                    }
                }
            }
        }
        Map<String, DdlTable> byName = new LinkedHashMap<>();
        all.forEach((name, table) -> {
            if (!isWanted(table, all)) {
                excluded.add(name);
            } else if (withoutOrder.containsKey(name)) {
                unordered.put(name, table.columnName() + " " + withoutOrder.get(name));
            } else {
                byName.put(name, table);
                oids.add(oidOf.get(name));
                schemas.add(schemaOf.get(name));
            }
        });
        List<DdlTable> sorted = new ArrayList<>();
        byName.values().forEach(t -> addParentsFirst(t, byName, sorted));
        return sorted;
    }

    /** A table is reached through its parents, so whoever asks for those means it too. */
    private boolean isWanted(DdlTable table, Map<String, DdlTable> all) {
        if (patterns.isEmpty()) {
            return true;
        }
        for (DdlTable t = table; t != null; t = t.parent() == null ? null : all.get(t.parent())) {
            String name = t.name();
            if (patterns.stream().anyMatch(p -> p.matcher(name).matches())) {
                return true;
            }
        }
        return false;
    }

    private static void addParentsFirst(DdlTable t, Map<String, DdlTable> byName, List<DdlTable> sorted) {
        if (sorted.contains(t)) {
            return;
        }
        DdlTable parent = t.parent() == null ? null : byName.get(t.parent());
        if (parent != null) {
            addParentsFirst(parent, byName, sorted);
        }
        sorted.add(t);
    }

    private DdlTable table(ResultSet rs, String name) throws SQLException {
        long oid = rs.getLong(1);
        String schemaName = rs.getString(2);
        String columnName = rs.getString(9);
        String index = freeIndexName(schemaName, rs.getString(3), columnName);
        List<ExistingPolicy> existing = policies.getOrDefault(oid, List.of());
        Map<String, Boolean> own = sequences.getOrDefault(oid, Map.of());
        return new DdlTable(
                name,
                rs.getString(4),
                rs.getString(4) + "." + rs.getString(5),
                rs.getString(6).equals("p"),
                rs.getString(7),
                rs.getBoolean(8),
                rs.getString(10),
                columnName,
                rs.getString(13),
                rs.getBoolean(11),
                rs.getBoolean(20),
                rs.getString(12),
                rs.getString(14),
                Identifiers.quote(index),
                names.getOrDefault(schemaName + "." + index, false),
                rs.getBoolean(19),
                Identifiers.quote(freeConstraintName(rs.getString(3) + "_" + columnName)),
                rs.getBoolean(15),
                rs.getBoolean(16),
                strings(rs.getArray(17)),
                existing.stream()
                        .filter(ExistingPolicy::isolation)
                        .map(ExistingPolicy::name)
                        .toList(),
                existing.stream()
                        .filter(ExistingPolicy::bypass)
                        .map(ExistingPolicy::name)
                        .toList(),
                existing.stream()
                        .filter(e -> e.permissive() && !e.isolation() && !e.bypass())
                        .map(ExistingPolicy::sql)
                        .toList(),
                accepted.stream().anyMatch(a -> a.matcher(name).matches()),
                strings(rs.getArray(18)),
                List.copyOf(own.keySet()),
                own.entrySet().stream()
                        .filter(Map.Entry::getValue)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    /** IF NOT EXISTS looks at the name alone, so the name must not be that of something else. */
    private String freeIndexName(String schema, String table, String column) {
        String base = table + "_" + column;
        for (int i = 0; ; i++) {
            String name = DdlFacts.cut(base, i == 0 ? "_idx" : "_idx" + i);
            Boolean invalid = names.get(schema + "." + name);
            if (invalid == null || invalid) {
                if (invalid == null) {
                    names.put(schema + "." + name, false);
                }
                return name;
            }
        }
    }

    /** A name on no table at all: a constraint reaches the children of its table, and would meet theirs. */
    private String freeConstraintName(String base) {
        for (int i = 0; ; i++) {
            String name = DdlFacts.cut(base, i == 0 ? "_not_null_check" : "_not_null_check" + i);
            if (!constraints.contains(name)) {
                return name;
            }
        }
    }

    private static List<String> strings(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    private List<DdlFacts.View> views() throws SQLException {
        List<DdlFacts.View> views = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.VIEWS)) {
            s.setArray(1, connection.createArrayOf("oid", oids.toArray()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    if (rs.getString(3).equals("m")) {
                        others.add("materialized view " + rs.getString(2));
                    } else {
                        views.add(new DdlFacts.View(rs.getString(1), rs.getString(2), rs.getBoolean(4)));
                    }
                }
            }
        }
        return views;
    }

    private List<String> shared() throws SQLException {
        List<String> shared = new ArrayList<>();
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.SHARED)) {
            s.setArray(1, connection.createArrayOf("text", tenantColumns));
            s.setArray(2, connection.createArrayOf("text", schemas.toArray()));
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    boolean ofTenants = rs.getBoolean(3);
                    if (rs.getString(2).equals("f")) {
                        if (ofTenants) {
                            others.add("foreign table " + rs.getString(1));
                        }
                    } else if (!ofTenants) {
                        shared.add(rs.getString(1));
                    }
                }
            }
        }
        return shared;
    }

    private Set<String> schemasGranted() throws SQLException {
        Set<String> granted = new HashSet<>();
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.SCHEMAS_GRANTED)) {
            s.setString(1, roleName);
            try (ResultSet rs = s.executeQuery()) {
                while (rs.next()) {
                    granted.add(rs.getString(1));
                }
            }
        }
        return granted;
    }

    private boolean helperExists() throws SQLException {
        try (PreparedStatement s = connection.prepareStatement(DdlQueries.HELPER)) {
            s.setString(1, DdlScript.HELPER);
            try (ResultSet rs = s.executeQuery()) {
                rs.next();
                return rs.getBoolean(1);
            }
        }
    }
}
