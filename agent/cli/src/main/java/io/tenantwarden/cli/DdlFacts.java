package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.PolicySql;
import io.tenantwarden.rls.sql.Identifiers;
import java.nio.charset.StandardCharsets;
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

    private static final String HEAD = """
            /* tenant-warden */
            SELECT current_database(), quote_ident(current_database()), current_setting('server_version_num')::int,
                   session_user, quote_ident(?), EXISTS (SELECT FROM pg_roles WHERE rolname = ?)
            """;

    private static final String TABLES =
            """
            /* tenant-warden */
            SELECT c.oid, n.nspname, c.relname, quote_ident(n.nspname), quote_ident(c.relname), c.relkind,
                   pn.nspname || '.' || p.relname, c.relispartition,
                   a.attname, quote_ident(a.attname), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                   format_type(%s, -1),
                   (SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
                     WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL
                     ORDER BY i.indexrelid LIMIT 1),
                   c.relrowsecurity, c.relforcerowsecurity,
                   ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid ORDER BY 1),
                   ARRAY(SELECT DISTINCT x.privilege_type FROM aclexplode(c.relacl) x
                           JOIN pg_roles r ON r.oid = x.grantee AND r.rolname = ? ORDER BY 1),
                   EXISTS (SELECT FROM pg_constraint con
                            WHERE con.conrelid = c.oid AND con.contype = 'c' AND con.convalidated
                              AND pg_get_constraintdef(con.oid) = 'CHECK ((' || quote_ident(a.attname) || ' IS NOT NULL))'),
                   a.attidentity <> '',
                   EXISTS (SELECT FROM pg_type b
                            WHERE b.oid = %s
                              AND (b.typtype IN ('e', 'r', 'm', 'c') OR b.typcategory = 'A'
                                   OR EXISTS (SELECT FROM pg_opclass o
                                                JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                                               WHERE o.opcdefault
                                                 AND (o.opcintype = b.oid
                                                      OR EXISTS (SELECT FROM pg_cast k
                                                                  WHERE k.castsource = b.oid
                                                                    AND k.casttarget = o.opcintype
                                                                    AND k.castmethod = 'b' AND k.castcontext = 'i')))))
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN LATERAL (
                    SELECT x.*
                      FROM pg_attribute x
                     WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY array_position(?, x.attname::text)
                     LIMIT 1) a ON true
              LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
              LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhseqno = 1
              LEFT JOIN pg_class p ON p.oid = i.inhparent
              LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
             WHERE c.relkind IN ('r', 'p')
               AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
             ORDER BY n.nspname, c.relname
            """.formatted(PolicySql.baseType("a.atttypid"), PolicySql.baseType("a.atttypid"));

    /** Of every policy on a tenant table: whether it is one that ddl writes. */
    private static final String POLICIES = """
            /* tenant-warden */
            SELECT p.polrelid, p.polname, quote_ident(p.polname), p.polpermissive, %s, %s
              FROM pg_policy p
              JOIN LATERAL (
                    SELECT x.*
                      FROM pg_attribute x
                     WHERE x.attrelid = p.polrelid AND x.attnum > 0 AND NOT x.attisdropped AND x.attname::text = ANY (?)
                     ORDER BY array_position(?, x.attname::text)
                     LIMIT 1) a ON true
             ORDER BY 1, 2
            """;

    private record ExistingPolicy(String name, String sql, boolean permissive, boolean isolation, boolean bypass) {}

    private static final String SEQUENCES = """
            /* tenant-warden */
            SELECT d.refobjid, quote_ident(n.nspname) || '.' || quote_ident(s.relname),
                   EXISTS (SELECT FROM aclexplode(s.relacl) x JOIN pg_roles r ON r.oid = x.grantee
                            WHERE r.rolname = ? AND x.privilege_type = 'USAGE')
              FROM pg_depend d
              JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
              JOIN pg_namespace n ON n.oid = s.relnamespace
             WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
               AND d.refobjsubid > 0
             ORDER BY 1, 2
            """;

    /** Names of relations and of constraints, which live in one name space per schema as far as new names go. */
    private static final String NAMES = """
            /* tenant-warden */
            SELECT n.nspname || '.' || c.relname, coalesce(NOT i.indisvalid, false)
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              LEFT JOIN pg_index i ON i.indexrelid = c.oid
             WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """;

    /** The mark of ours: one that a script left behind when it stopped, because of rows without a tenant. */
    private static final String CONSTRAINTS = """
            /* tenant-warden */
            SELECT DISTINCT con.conname::text
              FROM pg_constraint con
              JOIN pg_namespace n ON n.oid = con.connamespace
             WHERE con.conrelid <> 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
               AND obj_description(con.oid, 'pg_constraint') IS DISTINCT FROM ?
            """;

    /** Views that read one of the tables, directly or through other views. */
    private static final String VIEWS = """
            /* tenant-warden */
            WITH RECURSIVE uses(view, relation) AS (
                SELECT DISTINCT r.ev_class, d.refobjid
                  FROM pg_rewrite r
                  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                   AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
                 WHERE r.ev_type = '1'),
            above(view) AS (
                SELECT view FROM uses WHERE relation = ANY (?)
                UNION
                SELECT u.view FROM uses u JOIN above a ON a.view = u.relation)
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname || '.' || c.relname, c.relkind,
                   coalesce(array_to_string(c.reloptions, ' ') ~ 'security_invoker=(true|on|1|yes)', false)
              FROM above
              JOIN pg_class c ON c.oid = above.view
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('v', 'm')
             ORDER BY 2
            """;

    private static final String SHARED = """
            /* tenant-warden */
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relkind,
                   EXISTS (SELECT FROM pg_attribute x
                            WHERE x.attrelid = c.oid AND x.attnum > 0 AND NOT x.attisdropped
                              AND x.attname::text = ANY (?))
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname = ANY (?)
             ORDER BY 1
            """;

    private static final String SCHEMAS_GRANTED = """
            /* tenant-warden */
            SELECT quote_ident(n.nspname)
              FROM pg_namespace n
             CROSS JOIN LATERAL aclexplode(n.nspacl) x
              JOIN pg_roles r ON r.oid = x.grantee
             WHERE r.rolname = ? AND x.privilege_type = 'USAGE'
            """;

    private static final String HELPER = """
            /* tenant-warden */
            SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                            WHERE n.nspname = 'public' AND p.proname = ? AND p.pronargs = 0)
            """;

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
        try (PreparedStatement s = c.prepareStatement(HEAD)) {
            s.setString(1, roleName);
            s.setString(2, roleName);
            try (ResultSet rs = s.executeQuery()) {
                rs.next();
                return new Reading(c, options, roleName).read(rs);
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

    /** One reading of the catalog. */
    private static final class Reading {

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

        Reading(Connection connection, DdlOptions options, String roleName) {
            this.connection = connection;
            this.options = options;
            this.tenantColumns = options.tenantColumns().toArray(String[]::new);
            this.patterns = options.patterns().stream().map(Reading::compile).toList();
            this.accepted = options.accepted().stream().map(Reading::compile).toList();
            this.roleName = roleName;
        }

        private static Pattern compile(String pattern) {
            StringBuilder regex = new StringBuilder();
            for (String part : pattern.split("\\*", -1)) {
                regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
            }
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        }

        DdlFacts read(ResultSet head) throws SQLException {
            readNames();
            readSequences();
            readPolicies();
            List<DdlTable> tables = tables();
            List<View> views = views();
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
                    ResultSet rs = s.executeQuery(NAMES)) {
                while (rs.next()) {
                    names.put(rs.getString(1), rs.getBoolean(2));
                }
            }
            try (PreparedStatement s = connection.prepareStatement(CONSTRAINTS)) {
                s.setString(1, DdlScript.CHECK_MARK);
                try (ResultSet rs = s.executeQuery()) {
                    while (rs.next()) {
                        constraints.add(rs.getString(1));
                    }
                }
            }
        }

        private void readSequences() throws SQLException {
            try (PreparedStatement s = connection.prepareStatement(SEQUENCES)) {
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
            String sql = POLICIES.formatted(OwnPolicies.isIsolation(options), OwnPolicies.isBypass(options));
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
            try (PreparedStatement s = connection.prepareStatement(TABLES)) {
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
                String name = cut(base, i == 0 ? "_idx" : "_idx" + i);
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
                String name = cut(base, i == 0 ? "_not_null_check" : "_not_null_check" + i);
                if (!constraints.contains(name)) {
                    return name;
                }
            }
        }

        private static List<String> strings(Array array) throws SQLException {
            return Arrays.asList((String[]) array.getArray());
        }

        private List<View> views() throws SQLException {
            List<View> views = new ArrayList<>();
            try (PreparedStatement s = connection.prepareStatement(VIEWS)) {
                s.setArray(1, connection.createArrayOf("oid", oids.toArray()));
                try (ResultSet rs = s.executeQuery()) {
                    while (rs.next()) {
                        if (rs.getString(3).equals("m")) {
                            others.add("materialized view " + rs.getString(2));
                        } else {
                            views.add(new View(rs.getString(1), rs.getString(2), rs.getBoolean(4)));
                        }
                    }
                }
            }
            return views;
        }

        private List<String> shared() throws SQLException {
            List<String> shared = new ArrayList<>();
            try (PreparedStatement s = connection.prepareStatement(SHARED)) {
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
            try (PreparedStatement s = connection.prepareStatement(SCHEMAS_GRANTED)) {
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
            try (PreparedStatement s = connection.prepareStatement(HELPER)) {
                s.setString(1, DdlScript.HELPER);
                try (ResultSet rs = s.executeQuery()) {
                    rs.next();
                    return rs.getBoolean(1);
                }
            }
        }
    }
}
