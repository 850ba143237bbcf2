package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * A schema of somebody else, filled with the rows of two tenants, protected as the commands themselves say, then one tenant
 * exported, erased and copied back.
 */
final class SchemaTrial {

    /** Makes the tables. */
    interface Maker {
        void make(Connection c) throws Exception;
    }

    private final String name;
    private final String tenantColumn;
    private final String root;
    private final List<String> tenants;
    private final List<String> options;
    private final Maker maker;

    /**
     * @param tenants ids: that of nobody, that of the tenant who leaves, that of the one who stays
     * @param options of export and erase, besides those that say which tenant
     */
    SchemaTrial(
            String name, String tenantColumn, String root, List<String> tenants, List<String> options, Maker maker) {
        this.name = name;
        this.tenantColumn = tenantColumn;
        this.root = root;
        this.tenants = tenants;
        this.options = new ArrayList<>(options);
        this.maker = maker;
    }

    @Override
    public String toString() {
        return name;
    }

    private Captured run(PostgresServer server, String database, String user, List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(
                "--url",
                server.url(database),
                "--user",
                user,
                "--tenant-columns",
                tenantColumn,
                "--guc",
                "app.tenant"));
        return Captured.run(
                Map.of("WARDEN_PASSWORD", "secret", "WARDEN_WITNESS_PASSWORD", "secret"),
                false,
                all.toArray(String[]::new));
    }

    private List<String> with(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--tenant", tenants.get(1)));
        all.addAll(options);
        return all;
    }

    /** All of it, deleted in batches of so many rows; 0 for one transaction. */
    void play(PostgresServer server, Path folder, int batch) throws Exception {
        String database = server.createDatabase(name);
        String app = database + "_app";
        try (Connection c = server.superuser(database)) {
            maker.make(c);
            SchemaRows rows = new SchemaRows(c, tenantColumn, root, tenants, options);
            rows.fill(0);
            rows.fill(2);
            Map<String, List<String>> without = rows.snapshot();
            rows.fill(1);
            Map<String, List<String>> with = rows.snapshot();
            assertEquals(List.of(), rows.dangling());
            protect(server, database, c, rows, app);

            Captured plan = run(server, database, app, with("erase"));
            assertEquals(0, plan.exitCode(), plan::toString);
            Path out = folder.resolve(database);
            Captured export = run(server, database, app, with("export", "--out", out.toString(), "--gzip"));
            assertEquals(0, export.exitCode(), export::toString);
            assertEquals(0, Captured.run("export", "--verify", out.toString()).exitCode());
            assertEquals(with, rows.snapshot());
            List<String> erase = with(
                    "erase",
                    "--confirm",
                    tenants.get(1),
                    "--out",
                    folder.resolve(database + "-erased").toString(),
                    "--exported",
                    out.toString(),
                    "--pause",
                    "0ms",
                    "--batch",
                    String.valueOf(batch),
                    "--witness-user",
                    database + "_witness");
            Captured erased = run(server, database, app, erase);
            assertEquals(0, erased.exitCode(), erased::toString);
            assertTables(without, rows.snapshot());
            restore(c, out);
            assertTables(with, rows.snapshot());
            JsonObject certificate = JsonParser.object()
                    .from(Files.readString(folder.resolve(database + "-erased").resolve("certificate.json")));
            System.out.println("[schemas] " + name + (batch == 0 ? ", one transaction" : ", batches of " + batch) + ": "
                    + rows.all().size() + " tables, "
                    + certificate.getArray("deleted").size() + " of the tenant, "
                    + certificate.getLong("rowsDeleted") + " rows exported, erased and copied back");
        }
    }

    private static void assertTables(Map<String, List<String>> expected, Map<String, List<String>> rows) {
        for (String table : new TreeSet<>(expected.keySet())) {
            assertEquals(expected.get(table), rows.get(table), table);
        }
    }

    /** With {@code ddl}, then with what the findings of {@code erase} say, until none of them has more to say. */
    private void protect(PostgresServer server, String database, Connection c, SchemaRows rows, String app)
            throws Exception {
        Captured ddl = run(server, database, "postgres", List.of("ddl", "--role", app));
        assertEquals(0, ddl.exitCode(), ddl::toString);
        Scripts.run(c, ddl.out());
        Scripts.run(
                c,
                "CREATE ROLE " + database + "_witness LOGIN BYPASSRLS; GRANT pg_read_all_data TO " + database
                        + "_witness");
        String schemas = rows.all().stream()
                .map(t -> t.substring(0, t.indexOf('.')))
                .distinct()
                .collect(Collectors.joining(", "));
        Scripts.run(
                c,
                "GRANT USAGE ON SCHEMA " + schemas + " TO " + app + "; GRANT SELECT ON " + String.join(", ", rows.all())
                        + " TO " + app);
        for (int i = 0; i < 20; i++) {
            Captured plan = run(server, database, app, with("erase", "--json"));
            assertTrue(plan.out().startsWith("{"), plan::toString);
            JsonArray findings = JsonParser.object().from(plan.out()).getArray("findings");
            if (findings.isEmpty()) {
                return;
            }
            for (Object finding : findings) {
                follow((JsonObject) finding, c, rows, plan);
            }
        }
        throw new AssertionError(run(server, database, app, with("erase")).toString());
    }

    private void follow(JsonObject finding, Connection c, SchemaRows rows, Captured plan) throws Exception {
        String fix = finding.getString("fix");
        String table = finding.getString("object");
        boolean owned = rows.owned().contains(table);
        switch (finding.getString("rule")) {
            case "tenant-unclassified" -> {
                assertFalse(owned, plan::toString);
                assertTrue(fix.contains(table), plan::toString);
                options.addAll(List.of("--exclude", table));
            }
            case "tenant-ambiguous" -> options.addAll(List.of(owned ? "--include" : "--exclude", table));
            case "tenant-unprotected" -> {
                if (fix.contains("Give it a tenant column")) {
                    options.addAll(List.of("--include-unprotected", table + "=nobody reads it without the others"));
                    return;
                }
                Scripts.run(c, fix.substring(0, fix.indexOf(" Or accept it")));
            }
            default -> {
                fix = fix.contains(" Or accept it") ? fix.substring(0, fix.indexOf(" Or accept it")) : fix;
                assertTrue(fix.matches("(?s)(ALTER|GRANT) .*;"), finding + "\n" + plan);
                Scripts.run(c, fix);
            }
        }
    }

    /** As docs/offboarding.md shows. */
    private static void restore(Connection c, Path out) throws Exception {
        JsonArray tables = JsonParser.object()
                .from(Files.readString(out.resolve("manifest.json")))
                .getArray("tables");
        try (Statement s = c.createStatement()) {
            s.execute("SET session_replication_role = replica");
            for (int i = tables.size() - 1; i >= 0; i--) {
                JsonObject t = tables.getObject(i);
                try (InputStream in =
                        new java.util.zip.GZIPInputStream(Files.newInputStream(out.resolve(t.getString("file"))))) {
                    c.unwrap(PGConnection.class).getCopyAPI().copyIn(t.getString("restore"), in);
                }
            }
            s.execute("RESET session_replication_role");
        }
    }
}
