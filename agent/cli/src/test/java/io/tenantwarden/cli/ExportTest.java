package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** One tenant's rows in files: complete, nobody else's, and the same when they are copied back. */
class ExportTest {

    @TempDir
    Path folder;

    private String[] export(Path out, String... more) {
        List<String> all =
                new java.util.ArrayList<>(List.of("export", "--tenant", Workshop.ONE, "--out", out.toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void assertExit(int exitCode, String line, Captured run) {
        assertEquals(exitCode, run.exitCode(), run::toString);
        assertTrue((run.out() + run.err()).contains(line), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
    }

    /** Copies the files back as docs/offboarding.md shows, in the order of the manifest from the last to the first. */
    private static void restore(Workshop into, Path out) throws Exception {
        JsonObject manifest = JsonParser.object().from(Files.readString(out.resolve("manifest.json")));
        JsonArray tables = manifest.getArray("tables");
        try (Connection c = into.superuser();
                Statement s = c.createStatement()) {
            s.execute("INSERT INTO countries VALUES ('NL', 'Netherlands'), ('PL', 'Poland')");
            // circles of foreign keys: as pg_restore --disable-triggers does
            s.execute("SET session_replication_role = replica");
            for (int i = tables.size() - 1; i >= 0; i--) {
                JsonObject t = tables.getObject(i);
                StringBuilder columns = new StringBuilder();
                JsonArray all = t.getArray("columns");
                for (int k = 0; k < all.size(); k++) {
                    if (all.getObject(k).getBoolean("inFile")) {
                        columns.append(columns.isEmpty() ? "" : ", ")
                                .append('"')
                                .append(all.getObject(k).getString("name"))
                                .append('"');
                    }
                }
                String[] name = t.getString("table").split("\\.", 2);
                try (InputStream file = Files.newInputStream(out.resolve(t.getString("file")));
                        InputStream in = t.getString("file").endsWith(".gz") ? new GZIPInputStream(file) : file) {
                    long rows = c.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn(
                                    "COPY \"" + name[0] + "\".\"" + name[1].replace("\"", "\"\"") + "\" (" + columns
                                            + ") FROM STDIN (FORMAT csv, HEADER true)",
                                    in);
                    assertEquals(t.getLong("rows"), rows, t.getString("table"));
                }
            }
        }
    }

    private static Map<String, List<String>> only(Map<String, List<String>> rows, Workshop w) throws Exception {
        Map<String, List<String>> ours = new TreeMap<>();
        rows.forEach((table, all) -> ours.put(
                table,
                all.stream()
                        .filter(r -> !r.contains(Workshop.TWO) && !r.contains("nobody"))
                        .filter(r -> !(table.equals("order_items") || table.equals("item_notes"))
                                || !r.matches("(?s)\\(10000\\d\\d,.*|\\(1000\\d\\d\\d,.*"))
                        .toList()));
        return ours;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatIsExportedCanBeCopiedBack(int major) throws Exception {
        Workshop w = Workshop.create(major, 50);
        Path out = folder.resolve("one");
        assertExit(0, "rows of 13 tables, written", w.run(export(out)));
        assertExit(0, "as the manifest says", Captured.run("export", "--verify", out.toString()));
        Workshop copy = Workshop.empty(major);
        restore(copy, out);
        assertEquals(only(w.rows(), w), copy.rows());
        assertEquals(50, copy.rows().get("item_notes").size());
        assertEquals(401, copy.rows().get("events").size());

        Path zipped = folder.resolve("zipped");
        assertExit(0, "written", w.run(export(zipped, "--gzip", "--jobs", "3", "--witness-user", w.witness())));
        assertExit(0, "as the manifest says", Captured.run("export", "--verify", zipped.toString()));
        Workshop second = Workshop.empty(major);
        restore(second, zipped);
        assertEquals(copy.rows(), second.rows());
        try (var left = Files.list(folder)) {
            assertEquals(2, left.count());
        }
    }

    @Test
    void jsonLinesCanBeReadBack() throws Exception {
        Workshop w = Workshop.create(18, 5);
        Path out = folder.resolve("json");
        assertExit(0, "written", w.run(export(out, "--format", "json")));
        assertExit(0, "as the manifest says", Captured.run("export", "--verify", out.toString()));
        List<String> lines = Files.readAllLines(out.resolve("public.samples.jsonl"));
        assertEquals(2, lines.size());
        try (Connection c = w.superuser();
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE again (LIKE samples)");
            for (String line : lines) {
                JsonParser.object().from(line);
                try (var insert = c.prepareStatement(
                        "INSERT INTO again SELECT * FROM json_populate_record(NULL::again, ?::json)")) {
                    insert.setString(1, line);
                    insert.execute();
                }
            }
            assertEquals(
                    "0",
                    Scripts.value(
                            c,
                            "SELECT count(*) FROM samples s FULL JOIN again a USING (id) WHERE (s.j::text, s.b, s.jb, s.a,"
                                    + " s.n, s.f, s.ts, s.iv, s.t, s.r, s.d) IS DISTINCT FROM (a.j::text, a.b, a.jb, a.a,"
                                    + " a.n, a.f, a.ts, a.iv, a.t, a.r, a.d) AND s.tenant_id = '" + Workshop.ONE
                                    + "' AND replace(s.j::text, E'\\n', ' ') IS DISTINCT FROM a.j::text"));
        }
    }

    @Test
    void whatWasAlteredIsFound() throws Exception {
        Workshop w = Workshop.create(18, 5);
        for (String how : List.of("cut", "changed", "missing", "more", "manifest", "manifest cut")) {
            Path out = folder.resolve(how.replace(' ', '-'));
            assertExit(0, "written", w.run(export(out)));
            Path file = out.resolve("public.customers.csv");
            String text = Files.readString(file);
            Path manifest = out.resolve("manifest.json");
            switch (how) {
                case "cut" -> Files.writeString(file, text.substring(0, text.length() - 10));
                case "changed" -> Files.writeString(file, text.replace("customer 1", "customer 9"));
                case "missing" -> Files.delete(file);
                case "more" -> Files.writeString(out.resolve("x.csv"), "x");
                case "manifest" ->
                    Files.writeString(manifest, Files.readString(manifest).replace("\"role\":\"", "\"role\":\"x"));
                default ->
                    Files.write(
                            manifest,
                            Files.readString(manifest).substring(0, 300).getBytes());
            }
            Captured run = Captured.run("export", "--verify", out.toString());
            assertExit(how.equals("manifest cut") ? 3 : 1, how.startsWith("manifest") ? "altered" : "", run);
        }
    }

    @Test
    void aDirectoryThatExistsIsLeftAlone() throws Exception {
        Workshop w = Workshop.create(18, 1);
        Path out = Files.createDirectory(folder.resolve("there"));
        assertExit(2, "never overwritten", w.run(export(out)));
        assertExit(3, "holds no manifest.json", Captured.run("export", "--verify", out.toString()));
        try (var left = Files.list(out)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whoeverCannotBeExportedIsTold() throws Exception {
        Workshop w = Workshop.create(18, 2);
        Path out = folder.resolve("never");
        assertExit(
                3,
                "no row of this tenant in any of 13 tables",
                w.run("export", "--tenant", "33333333-3333-3333-3333-333333333333", "--out", out.toString()));
        assertExit(3, "is no value of type uuid", w.run("export", "--tenant", "42", "--out", out.toString()));
        assertExit(3, "is a superuser", w.runAs("postgres", export(out)));
        assertExit(3, "has BYPASSRLS", w.runAs(w.witness(), export(out)));
        assertExit(3, "does not see the rows of all tenants", w.run(export(out, "--witness-user", w.app())));
        assertExit(2, "--tenant is missing", w.run("export", "--out", out.toString()));
        assertExit(2, "--out is missing", w.run("export", "--tenant", Workshop.ONE));

        w.sql("ALTER TABLE papers OWNER TO " + w.app() + "; ALTER TABLE papers NO FORCE ROW LEVEL SECURITY");
        assertExit(1, "FORCE ROW LEVEL SECURITY is missing", w.run(export(out)));
        w.sql("ALTER TABLE papers FORCE ROW LEVEL SECURITY; ALTER TABLE events DISABLE ROW LEVEL SECURITY");
        assertExit(1, "tenant-unprotected public.events: it has no row-level security", w.run(export(out)));
        w.sql("ALTER TABLE events ENABLE ROW LEVEL SECURITY; REVOKE SELECT ON samples FROM " + w.app());
        assertExit(1, "tenant-privilege public.samples", w.run(export(out)));
        w.sql("GRANT SELECT ON samples TO " + w.app() + "; CREATE TABLE mystery AS SELECT 1 AS x");
        assertExit(1, "--exclude public.mystery", w.run(export(out)));
        w.sql("DROP TABLE mystery; CREATE POLICY hides ON orders AS RESTRICTIVE USING (total > 2)");
        assertExit(1, "its restrictive policy hides may hide rows", w.run(export(out)));
        assertExit(
                1,
                "the tenant has 2 rows, of which the role sees 1",
                w.run(export(out, "--witness-user", w.witness())));
        w.sql("DROP POLICY hides ON orders; CREATE POLICY opens ON orders FOR SELECT USING (total IS NOT NULL)");
        assertExit(1, "its policy opens shows every tenant's rows: total IS NOT NULL", w.run(export(out)));
        w.sql("DROP POLICY opens ON orders; CREATE POLICY lookups ON orders FOR SELECT USING (tenant_id IS NULL)");
        assertExit(0, "written", w.run(export(folder.resolve("lookups"))));
        Durable.deleteFolder(folder.resolve("lookups"));
        w.sql("DROP POLICY lookups ON orders; ALTER POLICY tenant_isolation ON orders USING (tenant_id ="
                + " nullif(current_setting('app.other', true), '')::uuid)");
        assertExit(1, "tenant-not-visible public.orders", w.run(export(out)));
        assertFalse(Files.exists(out));
        try (var left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aFailureInTheMiddleLeavesNothing() throws Exception {
        Workshop w = Workshop.create(18, 200);
        w.sql("CREATE FUNCTION boom(bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM"
                + " pg_terminate_backend(pg_backend_pid()) FROM pg_locks WHERE $1 = 150 LIMIT 1; RETURN true; END $$;"
                + " GRANT pg_signal_backend TO " + w.app()
                + "; CREATE POLICY b ON orders AS RESTRICTIVE USING (boom(id))");
        for (String jobs : List.of("1", "4")) {
            Captured run = w.run(export(folder.resolve("x"), "--visible", "public.orders=the test", "--jobs", jobs));
            assertEquals(3, run.exitCode(), run::toString);
            try (var left = Files.list(folder)) {
                assertEquals(0, left.count(), run::toString);
            }
        }
    }
}
