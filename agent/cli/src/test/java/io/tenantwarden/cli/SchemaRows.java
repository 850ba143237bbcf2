package io.tenantwarden.cli;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Rows for a schema of which only the catalog is known. Each value is a function of tenant and number of the row, so that
 * foreign keys agree without any order; tenant 0 stands for the rows that are nobody's.
 */
final class SchemaRows {

    static final int ROWS = 12;

    private final Connection connection;
    private final String tenantColumn;
    private final String root;
    private final List<String> tenants;
    private final Collection<String> theirs;
    private final Map<Long, Table> tables = new LinkedHashMap<>();

    private record Column(
            String name, String type, int length, boolean notNull, boolean generated, boolean key, String labels) {}

    private static final class Table {
        final String name;
        final Map<String, Column> columns = new LinkedHashMap<>();
        final List<Reference> references = new ArrayList<>();
        boolean owned;

        Table(String name) {
            this.name = name;
        }
    }

    private record Reference(Table to, List<String> columns, List<String> targets) {}

    /**
     * @param tenantColumn in lower case
     * @param root {@code table.column} of the tenants; null for none
     * @param tenants the ids, that of nobody first
     * @param theirs tables that are the tenants', although nothing says so
     */
    SchemaRows(Connection connection, String tenantColumn, String root, List<String> tenants, Collection<String> theirs)
            throws SQLException {
        this.connection = connection;
        this.tenantColumn = tenantColumn;
        this.root = root;
        this.tenants = tenants;
        this.theirs = theirs;
        read();
    }

    private void read() throws SQLException {
        try (Statement s = connection.createStatement()) {
            try (ResultSet rs =
                    s.executeQuery("SELECT c.oid, format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN"
                            + " pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition"
                            + " AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 2")) {
                while (rs.next()) {
                    tables.put(rs.getLong(1), new Table(rs.getString(2)));
                }
            }
            try (ResultSet rs = s.executeQuery(
                    "SELECT a.attrelid, a.attname, t.typname, CASE WHEN a.atttypmod > 4 AND t.typname IN ('varchar',"
                            + " 'bpchar') THEN a.atttypmod - 4 ELSE 0 END, a.attnotnull OR d.typnotnull, a.attgenerated <> '',"
                            + " EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum ="
                            + " ANY (i.indkey)), (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE"
                            + " enumtypid = t.oid), d.typtype = 'd' FROM pg_attribute a JOIN pg_type d ON d.oid = a.atttypid"
                            + " JOIN pg_type t ON t.oid = CASE WHEN d.typtype = 'd' THEN d.typbasetype ELSE d.oid END WHERE"
                            + " a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum")) {
                while (rs.next()) {
                    Table t = tables.get(rs.getLong(1));
                    if (t != null) {
                        t.columns.put(
                                rs.getString(2),
                                new Column(
                                        rs.getString(2),
                                        rs.getString(3),
                                        rs.getInt(4),
                                        rs.getBoolean(5),
                                        rs.getBoolean(6),
                                        rs.getBoolean(7),
                                        rs.getBoolean(9) && rs.getString(8) == null ? "domain" : rs.getString(8)));
                    }
                }
            }
            try (ResultSet rs = s.executeQuery(
                    "SELECT coalesce(pg_partition_root(conrelid)::oid, conrelid), confrelid, ARRAY(SELECT attname::text FROM"
                            + " unnest(conkey) WITH ORDINALITY k(n, i) JOIN pg_attribute ON attrelid = conrelid AND attnum ="
                            + " k.n ORDER BY i), ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i) JOIN"
                            + " pg_attribute ON attrelid = confrelid AND attnum = k.n ORDER BY i) FROM pg_constraint WHERE"
                            + " contype = 'f' AND conparentid = 0 ORDER BY conname, oid")) {
                while (rs.next()) {
                    Table from = tables.get(rs.getLong(1));
                    Reference r = new Reference(
                            tables.get(rs.getLong(2)),
                            List.of((String[]) rs.getArray(3).getArray()),
                            List.of((String[]) rs.getArray(4).getArray()));
                    if (!from.references.contains(r)) {
                        from.references.add(r);
                    }
                }
            }
        }
        boolean more = true;
        while (more) {
            more = false;
            for (Table t : tables.values()) {
                boolean owned = t.columns.containsKey(tenantColumn)
                        || isRoot(t)
                        || theirs.contains(t.name)
                        || t.references.stream().anyMatch(r -> r.to().owned);
                more |= owned != t.owned;
                t.owned = owned;
            }
        }
    }

    private boolean isRoot(Table t) {
        return root != null && root.startsWith(t.name + ".");
    }

    /** Tables whose rows are a tenant's. */
    List<String> owned() {
        return tables.values().stream().filter(t -> t.owned).map(t -> t.name).toList();
    }

    List<String> all() {
        return tables.values().stream().map(t -> t.name).toList();
    }

    /** Inserts the rows of one tenant; 0 for those of nobody. */
    void fill(int tenant) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute("SET session_replication_role = replica");
        }
        for (Table t : tables.values()) {
            if (t.owned != tenant > 0) {
                continue;
            }
            List<Column> columns =
                    t.columns.values().stream().filter(c -> !c.generated()).toList();
            String names = String.join(
                    ", ",
                    columns.stream()
                            .map(c -> '"' + c.name().replace("\"", "\"\"") + '"')
                            .toList());
            String sql = "INSERT INTO " + t.name + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + names
                    + " FROM json_populate_record(NULL::" + t.name + ", ?::json)";
            try (PreparedStatement insert = connection.prepareStatement(sql)) {
                for (int k = 0; k < (isRoot(t) ? 1 : ROWS); k++) {
                    StringBuilder json = new StringBuilder();
                    for (Column c : columns) {
                        String value = value(t, c, tenant, k, new HashSet<>());
                        json.append(json.isEmpty() ? "{" : ",")
                                .append(com.grack.nanojson.JsonWriter.string(c.name()))
                                .append(':')
                                .append(
                                        value != null && c.type().startsWith("json")
                                                ? value
                                                : com.grack.nanojson.JsonWriter.string(value));
                    }
                    insert.setString(1, json.append('}').toString());
                    insert.execute();
                }
            } catch (SQLException e) {
                throw new SQLException(t.name + ": " + e.getMessage(), e);
            }
        }
        try (Statement s = connection.createStatement()) {
            s.execute("RESET session_replication_role");
        }
    }

    private String value(Table t, Column c, int tenant, int k, Set<String> seen) {
        String place = t.name + "." + c.name();
        if (place.equals(root) || c.name().equals(tenantColumn)) {
            return tenants.get(tenant);
        }
        if (seen.add(place)) {
            for (Reference r : t.references) {
                int i = r.columns().indexOf(c.name());
                if (i < 0) {
                    continue;
                }
                if (!c.notNull() && !c.key() && k % 5 == 4 && (t.columns.containsKey(tenantColumn) || !r.to().owned)) {
                    return null;
                }
                int row = isRoot(r.to()) ? 0 : r.to() == t && !c.key() ? k / 2 : k;
                return value(r.to(), r.to().columns.get(r.targets().get(i)), r.to().owned ? tenant : 0, row, seen);
            }
        }
        return base(c, tenant, k);
    }

    private static String base(Column c, int tenant, int k) {
        if (!c.notNull() && !c.key() && k % 4 == 3) {
            return null;
        }
        int number = tenant * 1_000 + k + 1;
        if (c.labels() != null && !c.labels().equals("domain")) {
            String[] labels = c.labels().split(",");
            return labels[k % labels.length];
        }
        return switch (c.type()) {
            case "int2", "int4", "int8", "numeric", "oid" ->
                String.valueOf(c.key() ? number : c.labels() != null ? 2000 + k : k % 7 + 1);
            case "float4", "float8" -> k + ".1";
            case "bool" -> k % 2 == 0 ? "true" : "false";
            case "date" -> "2022-03-" + (10 + k);
            case "timestamp", "timestamptz" -> "2022-03-" + (10 + k) + " 12:34:56.789";
            case "time", "timetz" -> "12:34:56";
            case "uuid" -> String.format("%08x-0000-4000-8000-%012x", tenant, k);
            case "json", "jsonb" -> "{\"t\":" + number + ",\"a\":[\"\\n\",null]}";
            case "bytea" -> "\\x0a0d00ff";
            case "tsvector" -> "'word':" + (k + 1);
            case "interval" -> "1 mon " + k + " days";
            case "inet" -> "10.0.0." + k;
            case "xml" -> "<a/>";
            case "text", "varchar", "bpchar", "name", "citext" -> {
                String text = c.length() > 0 && c.length() < 8
                        ? Integer.toString(number, 36)
                        : "t" + tenant + "k" + k + (c.key() ? "" : " \"é', \\N\n");
                yield c.length() > 0 && text.length() > c.length() ? text.substring(0, c.length()) : text;
            }
            default -> c.type().startsWith("_") ? "{}" : c.type().endsWith("range") ? "empty" : null;
        };
    }

    /** Rows that refer to nothing, by foreign key: none, or the rows are of no use. */
    List<String> dangling() throws SQLException {
        List<String> dangling = new ArrayList<>();
        for (Table t : tables.values()) {
            for (Reference r : t.references) {
                List<String> pairs = new ArrayList<>();
                List<String> filled = new ArrayList<>();
                for (int i = 0; i < r.columns().size(); i++) {
                    pairs.add("o.\"" + r.targets().get(i) + "\" = t.\""
                            + r.columns().get(i) + '"');
                    filled.add("t.\"" + r.columns().get(i) + "\" IS NOT NULL");
                }
                String n = Scripts.value(
                        connection,
                        "SELECT count(*) FROM " + t.name + " t WHERE " + String.join(" AND ", filled)
                                + " AND NOT EXISTS (SELECT FROM " + r.to().name + " o WHERE "
                                + String.join(" AND ", pairs) + ")");
                if (!n.equals("0")) {
                    dangling.add(t.name + " " + r.columns() + ": " + n);
                }
            }
        }
        return dangling;
    }

    /** All rows as text, by table. */
    Map<String, List<String>> snapshot() throws SQLException {
        Map<String, List<String>> all = new TreeMap<>();
        for (Table t : tables.values()) {
            List<String> rows = new ArrayList<>();
            try (Statement s = connection.createStatement();
                    ResultSet rs = s.executeQuery("SELECT (t.*)::text FROM ONLY " + t.name + " t ORDER BY 1")) {
                while (rs.next()) {
                    rows.add(rs.getString(1));
                }
            }
            try (Statement s = connection.createStatement();
                    ResultSet rs = s.executeQuery("SELECT (t.*)::text FROM " + t.name + " t ORDER BY 1")) {
                while (rs.next()) {
                    rows.add(rs.getString(1));
                }
            }
            all.put(t.name, rows);
        }
        return all;
    }
}
