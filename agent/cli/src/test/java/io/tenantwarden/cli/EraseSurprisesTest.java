package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a schema may hold that would make a deletion incomplete, or more than was asked for, without anybody noticing. */
class EraseSurprisesTest {

    private static final String MINE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid";

    @TempDir
    Path folder;

    private String[] erase(String out, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "erase",
                "--tenant",
                Workshop.ONE,
                "--confirm",
                Workshop.ONE,
                "--pause",
                "0ms",
                "--out",
                folder.resolve(out).toString()));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static void assertExit(int exitCode, String line, Captured run) {
        assertEquals(exitCode, run.exitCode(), run::toString);
        assertTrue((run.out() + run.err()).contains(line), run::toString);
    }

    /** A table that is empty while the plan is made is unknown to nobody, until a trigger fills it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5})
    void aTriggerThatCopiesWhatGoes(int batch) throws Exception {
        Workshop w = Workshop.create(18, 2);
        w.sql(
                "CREATE TABLE archive (line text); CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
                        + " $$ BEGIN INSERT INTO archive VALUES (old::text); RETURN old; END $$; CREATE TRIGGER keeps AFTER DELETE"
                        + " ON papers FOR EACH ROW EXECUTE FUNCTION keep()");
        String size = String.valueOf(batch);
        Captured run = w.run(erase("gone", "--batch", size));
        assertExit(1, "a trigger inserted 1 rows into public.archive", run);
        assertEquals(
                "0 1",
                w.value("SELECT (SELECT count(*) FROM archive) || ' ' || (SELECT count(*) FROM ONLY papers"
                        + " WHERE tenant_id = '" + Workshop.ONE + "')"));
        run = w.run(erase("known", "--batch", size, "--exclude", "public.archive"));
        assertExit(0, "none is left", run);
        String page = Files.readString(folder.resolve("known").resolve("certificate.html"));
        assertTrue(page.contains("<li>public.archive (1 rows)</li>"), page);
    }

    @Test
    void aRuleStopsIt() throws Exception {
        Workshop w = Workshop.create(18, 2);
        Map<String, List<String>> before = w.rows();
        w.sql("CREATE RULE never AS ON DELETE TO papers DO INSTEAD NOTHING");
        assertExit(1, "erase-rule public.papers", w.run(erase("x")));
        assertEquals(before, w.rows());
    }

    @Test
    void rowsThatCannotBeAnonymised() throws Exception {
        Workshop w = Workshop.create(18, 2);
        String[] keep = {"--keep", "public.papers=law", "--anonymise", "public.papers(body='removed')"};
        w.sql("DROP POLICY tenant_isolation ON papers; CREATE POLICY s ON papers FOR SELECT USING (" + MINE
                + "); CREATE POLICY d ON papers FOR DELETE USING (" + MINE + ")");
        assertExit(1, "it cannot be anonymised, since no policy lets the role UPDATE", w.run(erase("x", keep)));
        w.sql("CREATE POLICY u ON papers FOR UPDATE USING (" + MINE + " AND id > 1)");
        assertExit(1, "only 0 of 1 rows of public.papers could be anonymised", w.run(erase("y", keep)));
        assertEquals("p", w.value("SELECT body FROM ONLY papers WHERE tenant_id = '" + Workshop.ONE + "'"));
        w.sql("ALTER POLICY u ON papers USING (" + MINE + ")");
        assertExit(0, "none is left", w.run(erase("z", keep)));
        assertEquals("removed", w.value("SELECT body FROM ONLY papers WHERE tenant_id = '" + Workshop.ONE + "'"));
    }

    /** What the first run kept, the second one must not delete. */
    @Test
    void whoeverGoesOnHasToMeanTheSame() throws Exception {
        Workshop w = Workshop.create(18, 20);
        w.sql(
                "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$; CREATE TRIGGER"
                        + " stops BEFORE DELETE ON customers FOR EACH ROW EXECUTE FUNCTION stop()");
        String[] keep = {"--batch", "10", "--keep", "public.papers=law", "--keep", "public.tenants=law"};
        assertExit(3, "not today", w.run(erase("one", keep)));
        w.sql("DROP TRIGGER stops ON customers");
        assertExit(
                2,
                "was begun with --include [] --exclude [] --keep [public.papers, public.tenants]",
                w.run(erase("one")));
        assertEquals("1", w.value("SELECT count(*) FROM ONLY papers WHERE tenant_id = '" + Workshop.ONE + "'"));
        assertExit(0, "none is left", w.run(erase("one", keep)));
        assertEquals("1", w.value("SELECT count(*) FROM ONLY papers WHERE tenant_id = '" + Workshop.ONE + "'"));
        // a journal without a line is none that was begun: the export is compared, and a tenant without rows is told
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Files.writeString(empty.resolve("journal.jsonl"), "{\"event\":\"beg");
        assertExit(
                3,
                "no row of this tenant",
                Workshop.create(18, 1)
                        .run(
                                "erase",
                                "--tenant",
                                "33333333-3333-3333-3333-333333333333",
                                "--confirm",
                                "33333333-3333-3333-3333-333333333333",
                                "--out",
                                empty.toString()));
    }

    private static Workshop withAddresses() throws SQLException {
        Workshop w = Workshop.create(18, 4);
        w.sql(
                "CREATE TABLE cities (id int PRIMARY KEY); CREATE TABLE addresses (id bigint PRIMARY KEY, street text, city int"
                        + " REFERENCES cities); INSERT INTO cities VALUES (1), (2); INSERT INTO addresses SELECT id, name, 1 FROM"
                        + " customers; ALTER TABLE customers ADD address bigint REFERENCES addresses; UPDATE customers SET address ="
                        + " id; GRANT SELECT, INSERT, DELETE ON addresses TO " + w.app()
                        + "; GRANT SELECT ON cities TO "
                        + w.app());
        return w;
    }

    /** Addresses of customers: nothing but the customers says whose they are, and these go first. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void whatTheTenantsRowsReferTo(int batch) throws Exception {
        Workshop w = withAddresses();
        String size = String.valueOf(batch);
        assertExit(1, "say which: --include public.addresses", w.run(erase("a", "--batch", size)));
        String[] included = {
            "--batch",
            size,
            "--include",
            "public.addresses",
            "--include-unprotected",
            "public.addresses=nobody reads it without the customers",
            "--witness-user",
            w.witness()
        };
        w.sql("UPDATE customers SET address = 3 WHERE id = 1000003");
        Captured shared = w.run(erase("b", included));
        assertExit(1, "erase-reference public.customers", shared);
        assertTrue(shared.out().contains("id=1000003"), shared::toString);
        w.sql(
                "UPDATE customers SET address = 1000003 WHERE id = 1000003; CREATE FUNCTION keep() RETURNS trigger LANGUAGE"
                        + " plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER keeps BEFORE DELETE ON addresses FOR EACH ROW"
                        + " WHEN (old.id = 3) EXECUTE FUNCTION keep()");
        assertExit(
                1,
                "1 rows of public.addresses to which the tenant's rows referred were not deleted",
                w.run(erase("c", included)));
        assertEquals("4", w.value("SELECT count(*) FROM customers WHERE tenant_id = '" + Workshop.ONE + "'"));
        w.sql("DROP TRIGGER keeps ON addresses");
        assertExit(0, "none is left", w.run(erase("d", included)));
        assertEquals(
                "1000001 1000002 1000003 1000004",
                w.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM addresses"));
        assertEquals("2", w.value("SELECT count(*) FROM cities"));
    }

    /** Without a witness the foreign key itself says that somebody else's row needs the address. */
    @ParameterizedTest
    @ValueSource(strings = {"NO ACTION", "CASCADE", "SET NULL"})
    void anAddressThatAnotherTenantNeedsStays(String action) throws Exception {
        Workshop w = withAddresses();
        w.sql("UPDATE customers SET address = 3 WHERE id = 1000003; ALTER TABLE customers DROP CONSTRAINT"
                + " customers_address_fkey; ALTER TABLE customers ADD CONSTRAINT customers_address_fkey FOREIGN KEY (address)"
                + " REFERENCES addresses ON DELETE " + action);
        Map<String, List<String>> before = w.rows();
        assertExit(
                1,
                "the transaction was rolled back. List",
                w.run(erase(
                        "x",
                        "--include",
                        "public.addresses",
                        "--include-unprotected",
                        "public.addresses=nobody reads it without the customers")));
        assertEquals(before, w.rows());
        assertEquals("8", w.value("SELECT count(*) FROM addresses"));
    }
}
