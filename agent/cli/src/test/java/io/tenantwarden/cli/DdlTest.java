package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL that ddl writes, on real servers: it protects, may be run again, and can be taken back. */
class DdlTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void protectsASchemaOfSomebodyElse(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        Captured ddl = shop.run("postgres", "ddl");
        assertEquals(0, ddl.exitCode(), ddl::toString);
        assertTrue(ddl.out().contains("-- View public.overdue reads tenant tables"), ddl::toString);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, ddl.out());
        }
        try (Connection c = shop.server.connect(shop.database, shop.role())) {
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM customer"));
            Scripts.run(c, "SET app.tenant_id = '" + RentalShop.TENANT + "'");
            assertEquals("2", Scripts.value(c, "SELECT count(*) FROM customer"));
            assertEquals("2", Scripts.value(c, "SELECT count(*) FROM payment"));
            assertEquals("1", Scripts.value(c, "SELECT count(*) FROM \"Back Office\".\"Staff \"\"Notes\"\"\""));
            Scripts.run(
                    c,
                    "INSERT INTO store (street, country_id, tenant_id) VALUES ('Quay 3', 1, '" + RentalShop.TENANT
                            + "')");
            SQLException refused = assertThrows(
                    SQLException.class,
                    () -> Scripts.run(
                            c,
                            "INSERT INTO store (street, country_id, tenant_id) VALUES ('Quay 3', 1,"
                                    + " gen_random_uuid())"));
            assertEquals("42501", refused.getSQLState());
            // the setting has ended: '' is no uuid, and no error either
            Scripts.run(c, "SET app.tenant_id = ''");
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM customer"));
        }
    }

    @ParameterizedTest
    @CsvSource({"14,''", "18,''", "14,--raise", "18,--raise --column-default --guc-bypass app.is_platform=on"})
    void mayBeRunAgainAndTakenBack(int major, String options) throws Exception {
        RentalShop shop = RentalShop.create(major);
        Path file = folder.resolve("rls.sql");
        String[] arguments = ("ddl --out " + file + " " + options).strip().split(" ");
        Captured ddl = shop.run("postgres", arguments);
        assertEquals(0, ddl.exitCode(), ddl::toString);
        String forward = Files.readString(file);
        String back = Files.readString(folder.resolve("rollback-rls.sql"));
        try (Connection c = shop.superuser()) {
            List<String> before = Scripts.snapshot(c);
            Scripts.run(c, forward);
            List<String> after = Scripts.snapshot(c);
            assertNotEquals(before, after);
            Scripts.run(c, forward);
            assertEquals(after, Scripts.snapshot(c), "the same script once more");
            Captured again = shop.run("postgres", ("ddl " + options).strip().split(" "));
            Scripts.run(c, again.out());
            assertEquals(after, Scripts.snapshot(c), "generated once more");
            Scripts.run(c, back);
            assertEquals(before, Scripts.snapshot(c), "taken back");
            Scripts.run(c, back);
            assertEquals(before, Scripts.snapshot(c), "taken back twice");
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM pg_roles WHERE rolname = '" + shop.role() + "'"));
        }
    }

    /** A cast to the domain would cut a longer id down to another tenant's. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aDomainWithALengthCutsNoTenant(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE DOMAIN code AS varchar(4); CREATE DOMAIN branch AS code; CREATE DOMAIN tenant AS branch;"
                            + " CREATE TABLE parcel (id int PRIMARY KEY, tenant_id tenant NOT NULL);"
                            + " INSERT INTO parcel VALUES (1, 'abcd')");
            Scripts.run(
                    c, shop.run("postgres", "ddl", "--tables", "public.parcel").out());
        }
        try (Connection c = shop.server.connect(shop.database, shop.role())) {
            Scripts.run(c, "SET app.tenant_id = 'abcd'");
            assertEquals("1", Scripts.value(c, "SELECT count(*) FROM parcel"));
            Scripts.run(c, "SET app.tenant_id = 'abcdef'");
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM parcel"));
        }
    }

    /** An index that a partition had before must survive the rollback, which drops the parent's index with its parts. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatWasThereBeforeComesBack(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE INDEX payments_of ON payment_2025 (tenant_id, paid_on);"
                            + " ALTER TABLE payment_2026 ALTER tenant_id SET NOT NULL;"
                            + " CREATE ROLE " + shop.role() + " LOGIN; GRANT SELECT ON store TO " + shop.role() + ";"
                            + " ALTER TABLE copy ENABLE ROW LEVEL SECURITY;"
                            + " CREATE POLICY mine ON copy USING (tenant_id::text = current_setting('app.tenant_id'));"
                            + " CREATE TABLE customer_tenant_id_idx (x int)");
            List<String> before = Scripts.snapshot(c);
            String unaccepted = shop.run("postgres", "ddl", "--part", "check").out();
            String forward =
                    shop.run("postgres", "ddl", "--own-policies", "public.copy").out();
            String back = shop.run("postgres", "ddl", "--part", "rollback").out();
            assertTrue(forward.contains("-- It has policies of its own, which stay as they are"), forward);
            Scripts.run(c, forward);
            assertEquals(
                    "1",
                    Scripts.value(c, "SELECT count(*) FROM pg_policy WHERE polrelid = 'copy'::regclass"),
                    "policies of its own stay alone");
            SQLException failed = assertThrows(SQLException.class, () -> Scripts.run(c, unaccepted));
            assertTrue(failed.getMessage().contains("the policy that ddl writes: copy\n"), failed::getMessage);
            assertEquals(
                    "t", Scripts.value(c, "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'copy'::regclass"));
            Scripts.run(c, back);
            assertEquals(before, Scripts.snapshot(c));
            Scripts.run(c, "DROP OWNED BY " + shop.role() + "; DROP ROLE " + shop.role());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bigint, 7, 8",
        "text, acme, other",
        "varchar(4), acme, othe",
        "char(4), acme, othe",
        "'numeric(6,0)', 7, 8",
        "tenant_code, acme, othe"
    })
    void tenantsOfEveryType(String type, String own, String other) throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("types");
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, "CREATE DOMAIN tenant_code AS varchar(4); CREATE TABLE t (id int, tenant_id " + type + ")");
            Scripts.run(c, "INSERT INTO t VALUES (1, '" + own + "'), (2, '" + other + "')");
            Captured ddl = Captured.run(
                    "ddl", "--url", server.url(database), "--user", "postgres", "--role", "app_" + database);
            assertEquals(0, ddl.exitCode(), ddl::toString);
            Scripts.run(c, ddl.out());
        }
        try (Connection c = server.connect(database, "app_" + database)) {
            Scripts.run(c, "SET app.tenant_id = '" + own + "'");
            assertEquals("1", Scripts.value(c, "SELECT string_agg(id::text, ',') FROM t"));
            // a cast to the length of the column would make this the other tenant's id
            Scripts.run(
                    c,
                    "SET app.tenant_id = '" + own
                            + (type.contains("char") || type.equals("tenant_code") ? "zzzz" : "00") + "'");
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM t"));
        }
    }

    @Test
    void aMissingTenantIsAnErrorWhenAskedFor() throws Exception {
        RentalShop shop = RentalShop.create(18);
        Captured ddl = shop.run("postgres", "ddl", "--raise", "--guc-bypass", "app.is_platform=on");
        try (Connection c = shop.superuser()) {
            Scripts.run(c, ddl.out());
        }
        try (Connection c = shop.server.connect(shop.database, shop.role())) {
            SQLException missing =
                    assertThrows(SQLException.class, () -> Scripts.value(c, "SELECT count(*) FROM customer"));
            assertEquals("42501", missing.getSQLState());
            assertTrue(missing.getMessage().contains("no tenant is set"), missing::getMessage);
            Scripts.run(c, "SET app.is_platform = 'on'");
            assertEquals("4", Scripts.value(c, "SELECT count(*) FROM customer"));
        }
    }

    @Test
    void theDefaultOfTheColumnIsTheTenant() throws Exception {
        RentalShop shop = RentalShop.create(14);
        Captured ddl = shop.run("postgres", "ddl", "--column-default");
        try (Connection c = shop.superuser()) {
            Scripts.run(c, ddl.out());
        }
        try (Connection c = shop.server.connect(shop.database, shop.role())) {
            Scripts.run(c, "SET app.tenant_id = '" + RentalShop.TENANT + "'");
            Scripts.run(c, "INSERT INTO store (street, country_id) VALUES ('Quay 3', 1)");
            assertEquals(RentalShop.TENANT, Scripts.value(c, "SELECT tenant_id FROM store WHERE street = 'Quay 3'"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theCheckFailsForANewTable(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        Captured ddl = shop.run("postgres", "ddl");
        Captured check = shop.run("postgres", "ddl", "--part", "check");
        try (Connection c = shop.superuser()) {
            SQLException before = assertThrows(SQLException.class, () -> Scripts.run(c, check.out()));
            assertTrue(before.getMessage().contains("customer"), before::getMessage);
            Scripts.run(c, ddl.out());
            Scripts.run(c, check.out());
            Scripts.run(c, "CREATE TABLE coupon (tenant_id uuid NOT NULL)");
            SQLException after = assertThrows(SQLException.class, () -> Scripts.run(c, check.out()));
            assertTrue(after.getMessage().contains("the policy that ddl writes: coupon"), after::getMessage);
        }
    }

    /** A name proves nothing: this policy shows everybody's rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            14 | tenant_isolation | FOR SELECT USING (x > 0)
            18 | tenant_isolation | FOR SELECT USING (x > 0)
            18 | tenant_isolation | USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), ''))) WITH CHECK (true)
            18 | tenant_isolation | USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')) OR x > 0)
            18 | tenant_isolation | USING (tenant_id::varchar(1) = (SELECT nullif(current_setting('app.tenant_id', true), '')))
            18 | tenant_isolation | AS RESTRICTIVE USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')))
            14 | platform_bypass  | USING (true) WITH CHECK (true)
            """)
    void aPolicyOfThatNameIsNotOursForItsName(int major, String name, String policy) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("taken");
        String[] ddl = {
            "ddl",
            "--url",
            server.url(database),
            "--user",
            "postgres",
            "--guc-bypass",
            "app.is_platform=on",
            "--part",
            ""
        };
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "CREATE TABLE t (tenant_id text NOT NULL, x int); INSERT INTO t VALUES ('a', 1), ('b', 2);"
                            + " CREATE POLICY " + name + " ON t " + policy);
            ddl[ddl.length - 1] = "check";
            String check = Captured.run(ddl).out();
            ddl[ddl.length - 1] = "all";
            Captured refused = Captured.run(ddl);
            assertEquals(3, refused.exitCode(), refused::toString);
            assertEquals("", refused.out());
            assertTrue(refused.err().contains("DROP POLICY " + name + " ON public.t;"), refused::toString);
            Scripts.run(c, "ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
            SQLException open = assertThrows(SQLException.class, () -> Scripts.run(c, check));
            assertTrue(open.getMessage().contains("the policy that ddl writes: t\n"), open::getMessage);
            Scripts.run(c, "DROP POLICY " + name + " ON t");
            Scripts.run(c, Captured.run(ddl).out());
        }
        try (Connection c = server.connect(database, database + "_app")) {
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM t"));
            Scripts.run(c, "SET app.tenant_id = 'a'");
            assertEquals("1", Scripts.value(c, "SELECT count(*) FROM t"));
        }
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, "CREATE POLICY \"Open\" ON t FOR SELECT USING (x > 0)");
            Captured warned = Captured.run(ddl);
            assertTrue(warned.out().contains("--   DROP POLICY \"Open\" ON public.t;"), warned::toString);
            try (Statement s = c.createStatement()) {
                ddl[ddl.length - 1] = "check";
                String check = Captured.run(ddl).out();
                s.execute(check.substring(check.indexOf("DO $")));
                assertTrue(s.getWarnings().getMessage().contains("DROP POLICY \"Open\" ON t;"));
            }
        }
    }

    /** What the server makes of our expressions must be known again, or nothing could be run twice. */
    @ParameterizedTest
    @CsvSource({"14,''", "15,--raise", "16,''", "17,--raise", "18,''", "14,--raise", "18,--raise"})
    void ourPoliciesAreKnownAgain(int major, String raise) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("known");
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "CREATE DOMAIN code AS varchar(4); CREATE DOMAIN number AS numeric(6,0); CREATE DOMAIN id AS uuid;"
                            + " CREATE TYPE \"Mood\" AS ENUM ('sad')");
            int n = 0;
            for (String type : new String[] {
                "text",
                "varchar(9)",
                "char(4)",
                "name",
                "\"char\"",
                "uuid",
                "int",
                "smallint",
                "bigint",
                "numeric(6,0)",
                "code",
                "number",
                "id",
                "\"Mood\"",
                "date",
                "inet",
                "bytea"
            }) {
                Scripts.run(c, "CREATE TABLE t" + n++ + " (\"Tenant Id\" " + type + ")");
            }
            String[] ddl = ("ddl --user postgres --guc-bypass app.a=it's,app.b=on --tenant-columns Tenant_Id --url "
                            + server.url(database) + " " + raise)
                    .strip()
                    .split(" ");
            for (int i = 0; i < ddl.length; i++) {
                ddl[i] = ddl[i].replace("Tenant_Id", "Tenant Id");
            }
            Scripts.run(c, Captured.run(ddl).out());
            List<String> after = Scripts.snapshot(c);
            Captured again = Captured.run(ddl);
            assertEquals(0, again.exitCode(), again::toString);
            assertFalse(again.out().contains("Warning"), again::toString);
            Scripts.run(c, again.out());
            assertEquals(after, Scripts.snapshot(c));
        }
    }

    /** One table that cannot be like the others must not keep them from being protected. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void anUnusualTableDoesNotStopTheOthers(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("unusual");
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "CREATE TABLE document (tenant_id json); CREATE DOMAIN place AS point; CREATE TABLE shape (tenant_id"
                            + " place); CREATE TABLE numbered (tenant_id int GENERATED ALWAYS AS IDENTITY);"
                            + " CREATE TABLE usual (tenant_id int); CREATE TABLE doubled (x int, tenant_id int GENERATED"
                            + " ALWAYS AS (x * 2) STORED)");
            List<String> before = Scripts.snapshot(c);
            String[] command = {"ddl", "--url", server.url(database), "--user", "postgres", "--column-default"};
            Captured ddl = Captured.run(command);
            assertEquals(0, ddl.exitCode(), ddl::toString);
            String named = "public.document (tenant_id json), public.shape (tenant_id point)";
            assertTrue(ddl.err().contains(named), ddl::toString);
            assertTrue(ddl.out().contains(named), ddl::toString);
            Captured back = Captured.run(
                    "ddl",
                    "--url",
                    server.url(database),
                    "--user",
                    "postgres",
                    "--column-default",
                    "--part",
                    "rollback");
            Scripts.run(c, ddl.out());
            assertEquals(
                    "doubled numbered usual",
                    Scripts.value(
                            c,
                            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relrowsecurity"
                                    + " AND relforcerowsecurity"));
            Scripts.run(c, "CREATE TABLE later (tenant_id int)");
            SQLException open = assertThrows(SQLException.class, () -> Scripts.run(c, ddl.out()));
            assertTrue(open.getMessage().contains("the policy that ddl writes: later\n"), open::getMessage);
            Scripts.run(c, "DROP TABLE later");
            Scripts.run(c, back.out());
            assertEquals(before, Scripts.snapshot(c));
            Scripts.run(c, "DROP TABLE numbered, usual, doubled");
            Captured nothing = Captured.run(command);
            assertEquals(3, nothing.exitCode(), nothing::toString);
            assertTrue(nothing.err().contains("no tenant table can be protected"), nothing::toString);
        }
    }

    @Test
    void onlyTheTablesThatWereAskedForWithTheirPartitions() throws Exception {
        RentalShop shop = RentalShop.create(18);
        Captured ddl = shop.run("postgres", "ddl", "--tables", "public.pay*t,store");
        assertEquals(0, ddl.exitCode(), ddl::toString);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, ddl.out());
            assertEquals(
                    "payment payment_2025 payment_2026 payment_later store",
                    Scripts.value(
                            c,
                            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relrowsecurity"
                                    + " AND relforcerowsecurity"));
        }
    }

    @Test
    void rowsWithoutATenantStopItBeforeAnythingIsProtected() throws Exception {
        RentalShop shop = RentalShop.create(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "UPDATE store SET tenant_id = null WHERE store_id = 2");
            String sql = shop.run("postgres", "ddl").out();
            SQLException stopped = assertThrows(SQLException.class, () -> Scripts.run(c, sql));
            assertEquals("23514", stopped.getSQLState());
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM pg_class WHERE relrowsecurity"));
            Scripts.run(c, "UPDATE store SET tenant_id = '" + RentalShop.TENANT + "' WHERE tenant_id IS NULL");
            Scripts.run(c, sql);
            assertEquals(
                    "0", Scripts.value(c, "SELECT count(*) FROM pg_constraint WHERE conname LIKE '%_not_null_check'"));
        }
    }

    /** A constraint that happens to have the name that ours would have, on the table itself and on a child. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aConstraintOfTheUserStays(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "ALTER TABLE store ADD CONSTRAINT store_tenant_id_not_null_check CHECK (store_id > 0);"
                            + " ALTER TABLE copy ADD CONSTRAINT copy_has_a_tenant CHECK (tenant_id IS NOT NULL);"
                            + " CREATE TABLE base (tenant_id uuid); CREATE TABLE derived (x int) INHERITS (base);"
                            + " ALTER TABLE derived ADD CONSTRAINT base_tenant_id_not_null_check CHECK (x > 0)");
            List<String> before = Scripts.snapshot(c);
            String back = shop.run("postgres", "ddl", "--part", "rollback").out();
            String forward = shop.run("postgres", "ddl").out();
            assertFalse(forward.contains("copy_tenant_id_not_null_check"), "the table has a proof of its own");
            Scripts.run(c, forward);
            List<String> constraints = before.stream()
                    .filter(line -> line.startsWith("constraint "))
                    .toList();
            List<String> after = Scripts.snapshot(c);
            assertTrue(after.containsAll(constraints), after::toString);
            Scripts.run(c, forward);
            assertEquals(after, Scripts.snapshot(c), "the same script once more");
            Scripts.run(c, back);
            assertEquals(before, Scripts.snapshot(c));
        }
    }

    /** What a script that stopped left behind is ours, and is known by its mark. */
    @Test
    void aProofThatWasLeftBehindIsTakenAway() throws Exception {
        RentalShop shop = RentalShop.create(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "UPDATE store SET tenant_id = null WHERE store_id = 2");
            String stopped = shop.run("postgres", "ddl").out();
            assertThrows(SQLException.class, () -> Scripts.run(c, stopped));
            Scripts.run(c, "RESET lock_timeout");
            Scripts.run(c, "UPDATE store SET tenant_id = '" + RentalShop.TENANT + "' WHERE tenant_id IS NULL");
            Scripts.run(c, shop.run("postgres", "ddl").out());
            assertEquals(
                    "0", Scripts.value(c, "SELECT count(*) FROM pg_constraint WHERE conname LIKE '%_not_null_check%'"));
        }
    }

    /** Two builds of an index at once, one cancelled: what is left is invalid, and IF NOT EXISTS would take it for good. */
    @Test
    void anInvalidIndexIsBuiltAgain() throws Exception {
        RentalShop shop = RentalShop.create(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE INDEX store_tenant_id_idx ON store (tenant_id);"
                            + " UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'store_tenant_id_idx'::regclass");
            String sql = shop.run("postgres", "ddl").out();
            assertTrue(sql.contains("DROP INDEX CONCURRENTLY IF EXISTS public.store_tenant_id_idx;"), sql);
            Scripts.run(c, sql);
            assertEquals(
                    "t",
                    Scripts.value(
                            c, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'store_tenant_id_idx'::regclass"));
        }
    }

    /** A name is data: it must end neither the comment nor the text that it stands in. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void hostileNames(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("hostile");
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, "CREATE TABLE keep (id int)");
            Scripts.run(
                    c,
                    "CREATE SCHEMA \"a.b\"; CREATE TABLE \"a.b\".\"x\nDROP TABLE keep; --\" (tenant_id bigint);"
                            + " CREATE TABLE \"$warden$ '\" (\"tenant_id\" bigint);"
                            + " CREATE TABLE \"back\\slash\" (tenant_id bigint);"
                            + " CREATE TABLE \"ünïcødé_ünïcødé_ünïcødé_ünïcødé_ünïcødé\" (tenant_id bigint)");
            List<String> before = Scripts.snapshot(c);
            String role = "o'neil \"app\" " + database;
            Captured ddl = Captured.run("ddl", "--url", server.url(database), "--user", "postgres", "--role", role);
            Captured back = Captured.run(
                    "ddl", "--url", server.url(database), "--user", "postgres", "--role", role, "--part", "rollback");
            assertEquals(0, ddl.exitCode(), ddl::toString);
            Scripts.run(c, ddl.out());
            assertEquals("0", Scripts.value(c, "SELECT count(*) FROM keep"));
            assertEquals(
                    "4",
                    Scripts.value(c, "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"));
            Scripts.run(c, back.out());
            assertEquals(before, Scripts.snapshot(c));
        }
    }

    @Test
    void theWayBackIsNotOverwritten() throws Exception {
        RentalShop shop = RentalShop.create(18);
        String file = folder.resolve("rls.sql").toString();
        assertEquals(0, shop.run("postgres", "ddl", "--out", file).exitCode());
        Captured second = shop.run("postgres", "ddl", "--out", file);
        assertEquals(2, second.exitCode());
        assertTrue(second.err().contains("the only way back"), second::toString);
        assertEquals(
                0, shop.run("postgres", "ddl", "--out", file, "--overwrite").exitCode());
    }

    @Test
    void nothingToProtect() throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("plain");
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, "CREATE TABLE t (id int)");
        }
        Captured ddl = Captured.run("ddl", "--url", server.url(database), "--user", "postgres");
        assertEquals(3, ddl.exitCode());
        assertTrue(
                ddl.err().contains("has a tenant column (tenant_id): name yours with --tenant-columns"), ddl::toString);
        assertFalse(ddl.err().contains("\tat "), ddl::toString);
    }
}
