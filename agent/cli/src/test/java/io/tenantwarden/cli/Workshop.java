package io.tenantwarden.cli;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A database of repair shops with two tenants, policies, an unprivileged role {@code DB_app} and one that sees all. */
final class Workshop {

    static final String ONE = "11111111-1111-1111-1111-111111111111";
    static final String TWO = "22222222-2222-2222-2222-222222222222";

    static final List<String> TABLES = List.of(
            "tenants",
            "customers",
            "orders",
            "order_items",
            "item_notes",
            "teams",
            "mechanics",
            "events",
            "papers",
            "invoices",
            "samples",
            "audit_log",
            "\"Back Office\".\"Notes \"\"x\"\" / y\"");

    private static final String MINE = "(SELECT nullif(current_setting('app.tenant_id', true), '')::uuid)";

    final PostgresServer server;
    final String database;

    private Workshop(PostgresServer server, String database) {
        this.server = server;
        this.database = database;
    }

    /** Tables, policies and roles. */
    static Workshop empty(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("workshop");
        Workshop w = new Workshop(server, database);
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, Scripts.resource("workshop.sql"));
            Scripts.run(c, "CREATE ROLE " + w.app() + " LOGIN; CREATE ROLE " + w.witness() + " LOGIN BYPASSRLS");
            Scripts.run(c, "GRANT USAGE ON SCHEMA \"Back Office\" TO " + w.app() + ", " + w.witness());
            Scripts.run(c, "GRANT pg_read_all_data TO " + w.witness() + "; GRANT SELECT ON countries TO " + w.app());
            for (String t : TABLES) {
                String condition = switch (t) {
                    case "tenants" -> "id = " + MINE;
                    case "order_items" ->
                        "EXISTS (SELECT 1 FROM orders o WHERE o.id = order_items.order_id AND o.tenant_id = " + MINE
                                + ")";
                    case "item_notes" ->
                        "EXISTS (SELECT FROM order_items i WHERE i.order_id = item_notes.order_id AND i.line ="
                                + " item_notes.line)";
                    default -> "tenant_id = " + MINE;
                };
                Scripts.run(
                        c,
                        "ALTER TABLE " + t + " ENABLE ROW LEVEL SECURITY; ALTER TABLE " + t
                                + " FORCE ROW LEVEL SECURITY; CREATE POLICY tenant_isolation ON " + t + " USING ("
                                + condition + "); GRANT SELECT, INSERT, UPDATE, DELETE ON " + t + " TO " + w.app());
            }
        }
        return w;
    }

    /** The same with rows: so many customers, and orders, items and notes for each. */
    static Workshop create(int major, int customers) throws SQLException {
        Workshop w = empty(major);
        try (Connection c = w.superuser()) {
            Scripts.run(c, "INSERT INTO countries VALUES ('NL', 'Netherlands'), ('PL', 'Poland')");
            int base = 0;
            for (String tenant : List.of(ONE, TWO)) {
                w.fill(c, tenant, base, customers);
                base += 1_000_000;
            }
            Scripts.run(c, "ANALYZE");
        }
        return w;
    }

    private void fill(Connection c, String tenant, int base, int customers) throws SQLException {
        String id = "'" + tenant + "'::uuid";
        for (String sql : List.of(
                "INSERT INTO tenants VALUES (" + id + ", 'shop \"' || " + base + " || '\"')",
                "INSERT INTO customers (tenant_id, id, name, country, referred_by) OVERRIDING SYSTEM VALUE SELECT " + id
                        + ", BASE + i, 'customer ' || i, CASE WHEN i % 2 = 0 THEN 'NL' END, CASE WHEN i > 1 THEN"
                        + " BASE + i / 2 END FROM generate_series(1, N) i",
                "INSERT INTO orders SELECT " + id + ", BASE + i, BASE + i, i * 1.5 FROM generate_series(1, N) i",
                "UPDATE customers SET favourite = id WHERE tenant_id = " + id + " AND id % 3 = 0",
                "INSERT INTO order_items SELECT BASE + i, l, E'a\\nb,\"c\"' FROM generate_series(1, N) i,"
                        + " generate_series(1, 3) l",
                "INSERT INTO item_notes SELECT BASE + i, 1, 'note' FROM generate_series(1, N) i",
                "WITH t AS (INSERT INTO teams VALUES (" + id + ", BASE + 1, BASE + 1)) INSERT INTO mechanics VALUES ("
                        + id + ", BASE + 1, BASE + 1)",
                "INSERT INTO events SELECT " + id + ", date '2025-06-01' + i, 'e' || i FROM generate_series(0, 400) i",
                "INSERT INTO papers VALUES (" + id + ", 1, 'p')",
                "INSERT INTO invoices VALUES (" + id + ", 2, 'i', '2025-01-02')",
                "INSERT INTO samples (tenant_id, id, b, j, jb, a, n, f, ts, iv, t, r, d, bo) VALUES (" + id
                        + ", BASE + 1, '\\x00ff0a', E'{\"a\":\\n 1,\"a\":\"\\\\\\\\n\"}', '{\"x\":1e3}',"
                        + " ARRAY['', NULL, 'a\"b', '\\'], 'NaN', 0.1::float8 + 0.2, '2025-01-01 10:00:00.123456+02', '1 mon -3"
                        + " days', E'\\\\.', '[1,5)', '0044-03-15 BC', true), (" + id
                        + ", BASE + 2, NULL, NULL, NULL, NULL, NULL, 'Infinity', NULL, NULL, '', NULL, 'infinity', NULL)",
                "INSERT INTO \"Back Office\".\"Notes \"\"x\"\" / y\" VALUES (" + id
                        + ", E'größer\\r\\n\\t', 7), (NULL, 'nobody', 1)")) {
            try (Statement s = c.createStatement()) {
                // the circle of teams and mechanics is closed within one transaction
                s.execute(sql.replace("BASE", String.valueOf(base)).replace("N)", customers + ")"));
            }
        }
    }

    String app() {
        return database + "_app";
    }

    String witness() {
        return database + "_witness";
    }

    Connection superuser() throws SQLException {
        return server.superuser(database);
    }

    void sql(String sql) throws SQLException {
        try (Connection c = superuser()) {
            Scripts.run(c, sql);
        }
    }

    String value(String sql) throws SQLException {
        try (Connection c = superuser()) {
            return Scripts.value(c, sql);
        }
    }

    /** All rows of each table as text, by table: those of everyone. */
    Map<String, List<String>> rows() throws SQLException {
        Map<String, List<String>> all = new TreeMap<>();
        try (Connection c = superuser();
                Statement s = c.createStatement()) {
            s.execute("SET timezone = 'UTC'");
            for (String t : TABLES) {
                List<String> rows = new ArrayList<>();
                try (ResultSet rs = s.executeQuery("SELECT (t.*)::text FROM ONLY " + t + " t ORDER BY 1")) {
                    while (rs.next()) {
                        rows.add(rs.getString(1));
                    }
                }
                if (t.equals("events")) {
                    try (ResultSet rs = s.executeQuery("SELECT (t.*)::text FROM " + t + " t ORDER BY 1")) {
                        while (rs.next()) {
                            rows.add(rs.getString(1));
                        }
                    }
                }
                all.put(t, rows);
            }
        }
        return all;
    }

    /** Runs a command as the application's role. */
    Captured run(String... arguments) {
        return runAs(app(), arguments);
    }

    Captured runAs(String role, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", server.url(database), "--user", role));
        return Captured.run(
                Map.of("WARDEN_PASSWORD", "secret", "WARDEN_WITNESS_PASSWORD", "secret"),
                false,
                all.toArray(String[]::new));
    }
}
