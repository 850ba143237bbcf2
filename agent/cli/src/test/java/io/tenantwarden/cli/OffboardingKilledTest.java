package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Export and erase in JVMs with a heap of 64 MB, killed (-9) in their middle and taken up again. {@code
 * -Doffboarding.customers=166000 -Doffboarding.kills=10} makes it a tenant of a million rows in 20 tables, and compares the
 * speed with psql's {@code \copy}.
 */
class OffboardingKilledTest {

    private static final int CUSTOMERS = Integer.getInteger("offboarding.customers", 400);
    private static final int KILLS = Integer.getInteger("offboarding.kills", 2);
    /** Parts of the large form, so that it can be run in pieces: export, batches, once; all. */
    private static final String PART = System.getProperty("offboarding.part", "all");

    private static final boolean LARGE = CUSTOMERS >= 10_000;

    private static final int ROUNDS = 5;
    private static final Pattern RATE = Pattern.compile("(\\d+) rows, \\d+ MB, (\\d+) rows/s(?!.* left)");

    private final Random random = new Random(Long.getLong("offboarding.seed", 1));

    @TempDir
    Path folder;

    private static Workshop twentyTables() throws SQLException {
        Workshop w = Workshop.create(18, CUSTOMERS);
        try (Connection c = w.superuser()) {
            for (int i = 1; i <= 7; i++) {
                String t = "parts_" + i;
                Scripts.run(
                        c,
                        "CREATE TABLE " + t
                                + " (tenant_id uuid NOT NULL REFERENCES tenants, id int, what text, PRIMARY KEY"
                                + " (tenant_id, id)); INSERT INTO " + t + " SELECT id, i, md5(i::text) FROM tenants,"
                                + " generate_series(1, 50) i; ALTER TABLE " + t
                                + " ENABLE ROW LEVEL SECURITY; ALTER TABLE "
                                + t + " FORCE ROW LEVEL SECURITY; CREATE POLICY p ON " + t
                                + " USING (tenant_id = (SELECT"
                                + " nullif(current_setting('app.tenant_id', true), '')::uuid)); GRANT SELECT, DELETE ON "
                                + t + " TO " + w.app());
            }
            Scripts.run(
                    c,
                    "CREATE INDEX ON customers (tenant_id); CREATE INDEX ON customers (referred_by); CREATE INDEX ON"
                            + " orders (tenant_id); CREATE INDEX ON orders (tenant_id, customer_id); CREATE INDEX ON customers"
                            + " (favourite); CREATE INDEX ON item_notes (order_id, line); ANALYZE");
        }
        return w;
    }

    /** A checksum over everything that is the second tenant's. */
    private static String other(Workshop w) throws SQLException {
        StringBuilder sums = new StringBuilder();
        try (Connection c = w.superuser()) {
            for (String t :
                    List.of("tenants", "customers", "orders", "events", "samples", "teams", "mechanics", "parts_3")) {
                String column = t.equals("tenants") ? "id" : "tenant_id";
                sums.append(Scripts.value(
                        c,
                        "SELECT count(*) || ' ' || sum(hashtextextended((t.*)::text, 0)::numeric) FROM " + t
                                + " t WHERE " + column + " = '" + Workshop.TWO + "'"));
            }
            for (String t : List.of("order_items", "item_notes")) {
                sums.append(Scripts.value(
                        c,
                        "SELECT count(*) || ' ' || sum(hashtextextended((t.*)::text, 0)::numeric) FROM " + t
                                + " t WHERE order_id > 1000000"));
            }
        }
        return sums.toString();
    }

    private static boolean does(String part) {
        return PART.equals("all") || PART.equals(part);
    }

    private static void tell(String line) {
        if (LARGE) {
            System.out.println("[offboarding] " + line);
        }
    }

    private static long lines(Path file, String with) {
        try {
            return Files.exists(file)
                    ? Files.readString(file)
                            .lines()
                            .filter(l -> l.contains(with))
                            .count()
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long written(Path parent) {
        long bytes = 0;
        try (var files = Files.walk(parent)) {
            for (Path f : files.filter(f -> f.toString().contains(".partial-")).toList()) {
                bytes += Files.isRegularFile(f) ? Files.size(f) : 1;
            }
        } catch (IOException | UncheckedIOException e) {
            return bytes;
        }
        return bytes;
    }

    @Test
    void whoeverIsKilledCanBeTakenUpAgain() throws Exception {
        Workshop w = twentyTables();
        String other = other(w);
        Path parent = Files.createDirectory(folder.resolve("exports"));
        Path export = parent.resolve("one");
        String[] exporting = {"export", "--tenant", Workshop.ONE, "--out", export.toString()};
        long size = 0;
        long started = System.nanoTime();
        try (CommandProcess whole = CommandProcess.start(w, folder, exporting)) {
            assertEquals(0, whole.exitCode(), whole::output);
            tell("export: " + seconds(started) + " s with the JVM's start; "
                    + whole.output().lines().filter(l -> l.contains("rows/s")).toList());
            size = Files.walk(export).mapToLong(f -> f.toFile().length()).sum();
        }
        if (does("export")) {
            comparePsql(w, exporting.clone());
        }
        for (int i = 0; i < (does("export") ? KILLS : 0); i++) {
            Path out = parent.resolve("killed" + i);
            long target = (long) (size * random.nextDouble());
            Path alone = Files.createDirectory(parent.resolve("in" + i));
            Path at = alone.resolve("killed");
            try (CommandProcess p =
                    CommandProcess.start(w, folder, "export", "--tenant", Workshop.ONE, "--out", at.toString())) {
                p.until(() -> written(alone) > target).kill();
            }
            if (Files.exists(at)) {
                assertEquals(
                        0, Captured.run("export", "--verify", at.toString()).exitCode());
            }
            for (Path left : list(alone)) {
                assertTrue(
                        left.equals(at) || !Files.exists(left.resolve("SHA256SUMS")) || written(alone) > 0,
                        left::toString);
            }
            assertFalse(Files.exists(out));
        }
        Captured verified = Captured.run("export", "--verify", export.toString());
        assertEquals(0, verified.exitCode(), verified::toString);

        if (does("batches")) {
            eraseInBatches(w, export);
            tell("the other tenant's checksum is the same");
        }
        assertEquals(other, other(w));
        if (!does("once")) {
            return;
        }
        eraseAtOnce(w);
        assertEquals(
                (does("batches") ? 0 : CUSTOMERS) + " " + (does("batches") ? 0 : 3 * CUSTOMERS)
                        + (does("batches") ? " 2" : " 3"),
                w.value("SELECT concat_ws(' ', (SELECT count(*) FROM customers), (SELECT count(*) FROM"
                        + " order_items), (SELECT count(*) FROM \"Back Office\".\"Notes \"\"x\"\" / y\"))"));
    }

    /** What Ctrl-C does. */
    @Test
    void whoeverIsInterruptedIsToldWhatWasDone() throws Exception {
        Workshop w = Workshop.create(18, CUSTOMERS);
        w.sql(
                "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN old;"
                        + " END $$; CREATE TRIGGER slow BEFORE DELETE ON order_items FOR EACH ROW EXECUTE FUNCTION slowly();"
                        + " CREATE FUNCTION slow(bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT pg_sleep(0.01) IS NOT NULL $$;"
                        + " CREATE POLICY slow ON orders AS RESTRICTIVE FOR SELECT USING (slow(id))");
        Path parent = Files.createDirectory(folder.resolve("interrupted"));
        Path out = parent.resolve("one");
        try (CommandProcess p = CommandProcess.start(
                w,
                folder,
                "export",
                "--tenant",
                Workshop.ONE,
                "--out",
                out.toString(),
                "--visible",
                "public.orders=it is only slow")) {
            p.until(() -> written(parent) > 0);
            assertEquals(143, p.terminate(), p::output);
            assertTrue(p.output().contains("interrupted: no export was left; run it again"), p::output);
        }
        assertEquals(List.of(), list(parent));
        w.sql("DROP POLICY slow ON orders");
        Path journal = parent.resolve("erased").resolve("journal.jsonl");
        String[] erasing = {
            "erase",
            "--tenant",
            Workshop.ONE,
            "--confirm",
            Workshop.ONE,
            "--out",
            journal.getParent().toString(),
            "--pause",
            "0ms",
            "--batch",
            "10"
        };
        try (CommandProcess p = CommandProcess.start(w, folder, erasing)) {
            p.until(() -> lines(journal, "order_items") > 2);
            assertEquals(143, p.terminate(), p::output);
            assertTrue(p.output().contains("interrupted"), p::output);
            assertTrue(p.output().contains("rows are deleted, in "), p::output);
        }
        w.sql("DROP TRIGGER slow ON order_items");
        try (CommandProcess p = CommandProcess.start(w, folder, erasing)) {
            assertEquals(0, p.exitCode(), p::output);
        }
        assertEquals("0", w.value("SELECT count(*) FROM orders WHERE tenant_id = '" + Workshop.ONE + "'"));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static double seconds(long started) {
        return Math.round((System.nanoTime() - started) / 1e8) / 10.0;
    }

    private void eraseInBatches(Workshop w, Path export) throws Exception {
        Path out = folder.resolve("batches");
        Path journal = out.resolve("journal.jsonl");
        String[] erasing = {
            "erase",
            "--tenant",
            Workshop.ONE,
            "--confirm",
            Workshop.ONE,
            "--out",
            out.toString(),
            "--pause",
            "0ms",
            "--batch",
            LARGE ? "10000" : "100",
            "--witness-user",
            w.witness()
        };
        int batches = LARGE ? 120 : 40;
        long started = System.nanoTime();
        for (int i = 0; i < KILLS; i++) {
            long target = lines(journal, "intent") + 1 + random.nextInt(Math.max(1, batches / (KILLS + 1)));
            try (CommandProcess p = CommandProcess.start(w, folder, erasing)) {
                p.until(() -> lines(journal, "intent") >= target).kill();
            }
        }
        CommandProcess last = untilFree(w, () -> false, erasing);
        assertEquals(0, last.exitCode(), last::output);
        tell("erase in batches, with " + KILLS + " kills: " + seconds(started) + " s");
        JsonObject certificate = JsonParser.object().from(Files.readString(out.resolve("certificate.json")));
        JsonObject manifest = JsonParser.object().from(Files.readString(export.resolve("manifest.json")));
        // each order leaves a line in the audit log
        assertEquals(manifest.getLong("rows") + CUSTOMERS, certificate.getLong("rowsDeleted"), last::output);
        assertTrue(certificate.getBoolean("countsCertain"));
        assertTrue(certificate.getObject("others").getString("statement").contains("are the same"), last::output);
        tell(certificate.getLong("rowsDeleted") + " rows, " + certificate.getInt("transactions") + " transactions");
    }

    private void eraseAtOnce(Workshop w) throws Exception {
        Path out = folder.resolve("once");
        String[] erasing = {"erase", "--tenant", Workshop.TWO, "--confirm", Workshop.TWO, "--out", out.toString()};
        long rows = Long.parseLong(w.value("SELECT count(*) FROM customers"));
        // statements take their time, so that none ends before it is killed, and are counted whatever becomes of them
        w.sql(
                "CREATE SEQUENCE ran MINVALUE 0; CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
                        + " $$ BEGIN PERFORM nextval('public.ran'), pg_sleep(0.1); RETURN NULL; END $$;"
                        + " DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relrowsecurity LOOP EXECUTE"
                        + " format('CREATE TRIGGER late AFTER DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION late()', t);"
                        + " END LOOP; END $$");
        for (int i = 0; i < KILLS; i++) {
            long target = ran(w) + 1 + random.nextInt(15);
            try (CommandProcess p = untilFree(w, () -> ran(w) >= target, erasing)) {
                assertTrue(p.isAlive(), p::output);
                p.kill();
            }
            assertEquals(0, lines(out.resolve("journal.jsonl"), "intent"));
            assertEquals(String.valueOf(rows), w.value("SELECT count(*) FROM customers"));
        }
        w.sql("DROP FUNCTION late() CASCADE");
        long started = System.nanoTime();
        CommandProcess last = untilFree(w, () -> false, erasing);
        assertEquals(0, last.exitCode(), last::output);
        tell("erase in one transaction, after " + KILLS + " kills: " + seconds(started) + " s");
        JsonObject certificate = JsonParser.object().from(Files.readString(out.resolve("certificate.json")));
        assertTrue(certificate.getLong("rowsDeleted") > 6L * CUSTOMERS, certificate::toString);
    }

    private static long ran(Workshop w) {
        try {
            return Long.parseLong(w.value("SELECT last_value FROM ran"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts it, as often as the server still works for a run that was killed.
     *
     * @param soFar when to return it while it runs
     */
    private CommandProcess untilFree(Workshop w, BooleanSupplier soFar, String... arguments) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (true) {
            CommandProcess p = CommandProcess.start(w, folder, arguments).until(soFar);
            if (p.isAlive()) {
                return p;
            }
            boolean busy = p.output().contains("at work") || p.output().contains("still open");
            if (!busy || System.nanoTime() > deadline) {
                return p;
            }
        }
    }

    /** The same rows by psql, in one session, by turns: the best of each, since other work on the machine only slows down. */
    private void comparePsql(Workshop w, String... exporting) throws Exception {
        if (!LARGE) {
            return;
        }
        List<String> tables = new ArrayList<>(Workshop.TABLES);
        for (int i = 1; i <= 7; i++) {
            tables.add("parts_" + i);
        }
        StringBuilder script = new StringBuilder();
        int n = 0;
        for (String t : tables) {
            script.append("\\copy (SELECT * FROM ")
                    .append(t)
                    .append(") TO '")
                    .append(folder.resolve("psql" + n++))
                    .append("' WITH (FORMAT csv, HEADER true)\n");
        }
        Path file = Files.writeString(folder.resolve("copy.sql"), script);
        double theirs = 0;
        double ours = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long started = System.nanoTime();
            ProcessBuilder psql = new ProcessBuilder(
                            "psql",
                            "-X",
                            "-q",
                            "-v",
                            "ON_ERROR_STOP=1",
                            "-f",
                            file.toString(),
                            "postgresql://" + w.app() + ":secret@127.0.0.1:" + w.server.port() + "/" + w.database)
                    .inheritIO();
            psql.environment().put("PGOPTIONS", "-c app.tenant_id=" + Workshop.ONE);
            assertEquals(0, psql.start().waitFor());
            double seconds = (System.nanoTime() - started) / 1e9;
            Path out = folder.resolve("round" + round);
            exporting[exporting.length - 1] = out.toString();
            try (CommandProcess p = CommandProcess.start(w, folder, exporting)) {
                assertEquals(0, p.exitCode(), p::output);
                Matcher rows = RATE.matcher(p.output());
                long all = 0;
                while (rows.find()) {
                    all = Long.parseLong(rows.group(1));
                    ours = Math.max(ours, Double.parseDouble(rows.group(2)));
                }
                theirs = Math.max(theirs, all / seconds);
            }
            Durable.deleteFolder(out);
        }
        tell(String.format(
                "export %.0f rows/s, psql %.0f rows/s (best of %d, by turns): %.2f",
                ours, theirs, ROUNDS, ours / theirs));
    }
}
