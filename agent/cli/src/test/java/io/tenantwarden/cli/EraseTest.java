package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One tenant's rows are gone, all of them, and nobody else's. */
class EraseTest {

    @TempDir
    Path folder;

    private static String[] erase(String... more) {
        List<String> all = new ArrayList<>(List.of("erase", "--tenant", Workshop.ONE));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String[] confirmed(String out, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "--confirm",
                Workshop.ONE,
                "--pause",
                "0ms",
                "--out",
                folder.resolve(out).toString()));
        all.addAll(List.of(more));
        return erase(all.toArray(String[]::new));
    }

    private static void assertExit(int exitCode, String line, Captured run) {
        assertEquals(exitCode, run.exitCode(), run::toString);
        assertTrue((run.out() + run.err()).contains(line), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
    }

    /** Everything but what is the first tenant's. */
    private static Map<String, List<String>> others(Map<String, List<String>> rows) {
        Map<String, List<String>> others = new TreeMap<>();
        rows.forEach((table, all) -> others.put(
                table,
                all.stream()
                        .filter(r -> !r.contains(Workshop.ONE))
                        .filter(r -> !(table.equals("order_items") || table.equals("item_notes"))
                                || r.matches("(?s)\\(100\\d\\d\\d\\d,.*"))
                        .toList()));
        return others;
    }

    @ParameterizedTest
    @CsvSource({"14, 0", "18, 0", "14, 7", "18, 20"})
    void allRowsOfOneTenantAndNoOthers(int major, int batch) throws Exception {
        Workshop w = Workshop.create(major, 60);
        Map<String, List<String>> before = w.rows();
        Captured plan = w.run(erase());
        assertExit(0, "customers_favourite of public.customers", plan);
        assertTrue(plan.out().contains("public.orders: audited (DELETE): public.audit"), plan::toString);
        assertTrue(plan.out().contains("teams_lead of public.teams: checked at the end"), plan::toString);
        assertEquals(before, w.rows());

        Captured run = w.run(confirmed("gone", "--batch", String.valueOf(batch), "--witness-user", w.witness()));
        assertExit(0, "none is left", run);
        assertEquals(others(before), w.rows());
        JsonObject certificate =
                JsonParser.object().from(Files.readString(folder.resolve("gone").resolve("certificate.json")));
        assertEquals(
                before.values().stream().mapToInt(List::size).sum()
                        - others(before).values().stream().mapToInt(List::size).sum()
                        // orders left a line each in the audit log, which went as well
                        + 60,
                certificate.getInt("rowsDeleted"),
                run::toString);
        for (Object t : certificate.getArray("deleted")) {
            assertEquals(0, ((JsonObject) t).getInt("left"));
        }
        for (Object t : certificate.getObject("others").getArray("tables")) {
            assertTrue(((JsonObject) t).getBoolean("same"), t::toString);
        }
        String page = Files.readString(folder.resolve("gone").resolve("certificate.html"));
        assertTrue(page.contains("<td>Back Office.Notes &quot;x&quot; / y</td>"), page);
        assertExit(2, "holds a certificate already", w.run(confirmed("gone")));
        assertExit(3, "no row of this tenant", w.run(confirmed("again")));
    }

    @Test
    void theDefaultChangesNothing() throws Exception {
        Workshop w = Workshop.create(18, 3);
        Map<String, List<String>> before = w.rows();
        Captured json = w.run(erase("--dry-run", "--json"));
        assertExit(0, "", json);
        JsonObject plan = JsonParser.object().from(json.out());
        assertEquals(13, plan.getObject("plan").getArray("delete").size());
        assertEquals(0, plan.getArray("findings").size());
        assertExit(2, "--confirm is not the id", w.run(erase("--confirm", Workshop.TWO)));
        assertExit(2, "exclude each other", w.run(erase("--dry-run", "--confirm", Workshop.ONE)));
        assertExit(2, "--out is for --confirm", w.run(erase("--out", "x")));
        assertExit(2, "is no duration", w.run(erase("--pause", "soon")));
        assertExit(2, "has no reason", w.run(erase("--keep", "public.orders")));
        assertEquals(before, w.rows());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void rowsOfOthersThatReferToTheTenantsStopIt(int batch) throws Exception {
        Workshop w = Workshop.create(18, 4);
        String size = String.valueOf(batch);
        // a foreign key without the tenant lets a row of the other tenant refer to ours
        w.sql("CREATE TABLE loans (tenant_id uuid NOT NULL, id int PRIMARY KEY, customer bigint REFERENCES customers ON"
                + " DELETE CASCADE); INSERT INTO loans VALUES ('" + Workshop.TWO + "', 77, 3), ('" + Workshop.ONE
                + "', 78, 3); ALTER TABLE loans ENABLE ROW LEVEL SECURITY; ALTER TABLE loans FORCE ROW LEVEL SECURITY;"
                + " CREATE POLICY p ON loans USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);"
                + " GRANT SELECT, UPDATE, DELETE ON loans TO " + w.app());
        for (String action : List.of("CASCADE", "SET NULL", "NO ACTION")) {
            w.sql("ALTER TABLE loans DROP CONSTRAINT loans_customer_fkey; ALTER TABLE loans ADD CONSTRAINT"
                    + " loans_customer_fkey FOREIGN KEY (customer) REFERENCES customers ON DELETE " + action);
            Map<String, List<String>> before = w.rows();
            String out = "ref-" + action.replace(' ', '-') + batch;
            Captured run = w.run(confirmed(out, "--batch", size));
            assertExit(1, "loans_customer_fkey", run);
            assertTrue(run.err().contains("--witness-user"), run::toString);
            assertEquals("3", w.value("SELECT customer FROM loans WHERE id = 77"), run::toString);
            if (batch == 0) {
                assertEquals(before, w.rows(), run::toString);
                assertEquals("1", w.value("SELECT count(*) FROM loans WHERE id = 78"));
                assertTrue(run.err().contains("nothing was changed"), run::toString);
            }
            assertEquals("4", w.value("SELECT count(*) FROM customers WHERE tenant_id = '" + Workshop.ONE + "'"));
            Captured seen = w.run(confirmed(out + "w", "--batch", size, "--witness-user", w.witness()));
            assertExit(1, "erase-reference public.loans: 1 row that is not the tenant's refers to rows of", seen);
            assertTrue(seen.out().contains("id=77"), seen::toString);
            assertFalse(Files.exists(folder.resolve(out + "w")));
        }
        w.sql("UPDATE loans SET customer = NULL WHERE id = 77");
        assertExit(0, "none is left", w.run(confirmed("ref-NO-ACTION" + batch, "--batch", size)));
        assertEquals("1", w.value("SELECT count(*) FROM loans"));
    }

    @Test
    void whatTheLawWantsKeptStays() throws Exception {
        Workshop w = Workshop.create(18, 3);
        assertExit(
                1,
                "erase-keep public.orders: its rows are kept, and refer to rows of public.customers that would go",
                w.run(erase("--keep", "public.orders=tax law")));
        assertExit(2, "add --keep", w.run(erase("--anonymise", "public.orders(total=0)")));
        assertExit(
                1,
                "there is no such column",
                w.run(erase("--keep", "public.papers=x", "--anonymise", "public.papers(nothing=0)")));
        Captured run = w.run(confirmed(
                "kept",
                "--keep",
                "public.orders=tax law",
                "--keep",
                "public.customers=orders name them",
                "--keep",
                "public.tenants=orders name it",
                "--anonymise",
                "public.customers(name='anonymous ' || md5(random()::text))",
                "--anonymise",
                "public.customers(country=NULL)"));
        assertExit(0, "none is left", run);
        assertEquals(
                "3 3 0 3",
                w.value("SELECT concat_ws(' ', (SELECT count(*) FROM orders WHERE tenant_id = '" + Workshop.ONE
                        + "'), (SELECT count(*) FROM customers WHERE tenant_id = '" + Workshop.ONE
                        + "' AND name LIKE 'anonymous%'), (SELECT count(country) FROM customers WHERE tenant_id = '"
                        + Workshop.ONE + "'), (SELECT count(*) FROM customers WHERE name LIKE 'customer%'))"));
        String certificate = Files.readString(folder.resolve("kept").resolve("certificate.json"));
        assertTrue(certificate.contains("tax law"), certificate);
    }

    @Test
    void theExportHasToHaveEveryRow() throws Exception {
        Workshop w = Workshop.create(18, 2);
        Path export = folder.resolve("export");
        assertExit(0, "written", w.run("export", "--tenant", Workshop.ONE, "--out", export.toString()));
        w.sql("INSERT INTO papers VALUES ('" + Workshop.ONE + "', 3, 'late')");
        assertExit(
                1,
                "public.papers: the tenant has 2 rows, the export 1",
                w.run(confirmed("x", "--exported", export.toString())));
        w.sql("DELETE FROM papers WHERE id = 3");
        assertExit(0, "none is left", w.run(confirmed("x", "--exported", export.toString())));
    }

    @Test
    void whatStandsInTheWayIsNamed() throws Exception {
        Workshop w = Workshop.create(18, 2);
        Map<String, List<String>> before = w.rows();
        w.sql("REVOKE DELETE ON papers FROM " + w.app());
        assertExit(1, "GRANT DELETE ON public.papers", w.run(confirmed("a")));
        w.sql("GRANT DELETE ON papers TO " + w.app() + "; DROP POLICY tenant_isolation ON papers; CREATE POLICY r ON"
                + " papers FOR SELECT USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)");
        assertExit(1, "no policy lets the role DELETE", w.run(confirmed("a")));
        w.sql("CREATE POLICY d ON papers FOR DELETE USING (tenant_id = nullif(current_setting('app.tenant_id', true),"
                + " '')::uuid); ALTER TABLE teams ALTER CONSTRAINT teams_lead NOT DEFERRABLE");
        assertExit(1, "ALTER CONSTRAINT mechanics_team_fkey DEFERRABLE", w.run(confirmed("a")));
        w.sql("ALTER TABLE teams ALTER CONSTRAINT teams_lead DEFERRABLE; REVOKE UPDATE ON customers FROM " + w.app());
        assertExit(1, "GRANT UPDATE (favourite) ON public.customers", w.run(confirmed("a")));
        w.sql("GRANT UPDATE ON customers TO " + w.app() + "; CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER keeps BEFORE DELETE ON samples FOR EACH ROW EXECUTE"
                + " FUNCTION keep()");
        assertExit(1, "rows are left in public.samples (2)", w.run(confirmed("a")));
        w.sql("DROP TRIGGER keeps ON samples");
        assertEquals(before, w.rows());

        try (Connection other = w.superuser()) {
            other.setAutoCommit(false);
            Scripts.run(other, "SELECT * FROM customers WHERE tenant_id = '" + Workshop.ONE + "' FOR UPDATE");
            assertExit(3, "longer --lock-timeout", w.run(confirmed("a", "--lock-timeout", "100ms")));
            other.rollback();
            Scripts.run(
                    other,
                    "SELECT pg_advisory_xact_lock(hashtextextended('tenant-warden erase " + Workshop.ONE + "', 0))");
            assertExit(3, "another erase of this tenant is at work", w.run(confirmed("a")));
            other.rollback();
        }
        assertEquals(before, w.rows());
        w.sql("ALTER DATABASE " + w.database + " SET track_counts = off");
        assertExit(1, "track_counts is off", w.run(confirmed("a")));
        w.sql("ALTER DATABASE " + w.database + " RESET track_counts");
        assertExit(0, "none is left", w.run(confirmed("a")));
    }
}
