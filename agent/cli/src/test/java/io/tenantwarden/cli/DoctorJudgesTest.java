package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No green result for what doctor did not look at: it is said, fails the run, and names the option to set. */
class DoctorJudgesTest {

    /** Six tables with policies, two that were forgotten, one of nobody. */
    private static final String SCHEMA = """
            CREATE TABLE task (id bigint PRIMARY KEY, tenant_id_ text NOT NULL);
            CREATE TABLE job (id bigint PRIMARY KEY, tenant_id_ text NOT NULL);
            CREATE TABLE variable (id bigint PRIMARY KEY, tenant_id_ text NOT NULL);
            CREATE TABLE comment (id bigint PRIMARY KEY, tenant_id_ text NOT NULL);
            CREATE TABLE history (id bigint PRIMARY KEY, tenant_id_ text NOT NULL);
            CREATE TABLE property (name text PRIMARY KEY, value text);
            DO $$ DECLARE t text; BEGIN
                FOREACH t IN ARRAY ARRAY['task', 'job', 'variable'] LOOP
                    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
                    EXECUTE format('CREATE POLICY own ON %I USING (tenant_id_ = nullif(current_setting(''app.tenant_id'', true), ''''))', t);
                END LOOP;
                FOREACH t IN ARRAY ARRAY['task', 'job', 'variable', 'comment', 'history'] LOOP
                    EXECUTE format('CREATE INDEX ON %I (tenant_id_)', t);
                END LOOP;
            END $$;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO judged_app;
            """;

    private static PostgresServer server;
    private static String database;

    @BeforeAll
    static void schema() throws Exception {
        server = PostgresServer.get(18);
        database = server.createDatabase("judged");
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, "CREATE ROLE judged_app LOGIN; CREATE ROLE judged_nobody LOGIN; " + SCHEMA);
        }
    }

    private static Captured doctor(String user, String... more) {
        String[] all = new String[more.length + 6];
        System.arraycopy(
                new String[] {"doctor", "--json", "--url", server.url(database), "--user", user}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return Captured.run(all);
    }

    private static JsonObject finding(Captured doctor, String rule) throws Exception {
        for (Object each : JsonParser.object().from(doctor.out()).getArray("findings")) {
            if (((JsonObject) each).getString("rule").equals(rule)) {
                return (JsonObject) each;
            }
        }
        throw new AssertionError("no " + rule + " in " + doctor);
    }

    /** Notes are of the style of policies. */
    private static Set<String> found(Captured doctor) throws Exception {
        Set<String> found = new TreeSet<>();
        for (Object each : JsonParser.object().from(doctor.out()).getArray("findings")) {
            JsonObject f = (JsonObject) each;
            if (!f.getString("level").equals("info")) {
                found.add(f.getString("rule") + " " + f.getString("object"));
            }
        }
        return found;
    }

    @Test
    void theTenantColumnOfThePoliciesIsNamed() throws Exception {
        Captured doctor = doctor("judged_app");
        assertEquals(1, doctor.exitCode(), doctor::toString);
        JsonObject finding = finding(doctor, "WD041");
        assertEquals("warn", finding.getString("level"));
        assertEquals("tenant_id_", finding.getString("object"));
        assertEquals(
                "column tenant_id_ is compared with the tenant in policies of 3 tables (public.job, public.task,"
                        + " public.variable), but is no tenant column (tenant_id); 2 other tables have it: public.comment,"
                        + " public.history",
                finding.getString("message"));
        assertEquals(
                "-- set warden.tenant.columns=tenant_id_ (command line: --tenant-columns \"tenant_id_\")",
                finding.getString("fix"));
        Captured text = Captured.run("doctor", "--url", server.url(database), "--user", "judged_app");
        assertTrue(
                text.out()
                        .contains("    to do: set warden.tenant.columns=tenant_id_ (command line: --tenant-columns"
                                + " \"tenant_id_\")\n"),
                text::toString);
        // what it says, done
        Captured told = doctor("judged_app", "--tenant-columns", "tenant_id_");
        assertEquals(1, told.exitCode(), told::toString);
        assertEquals(Set.of("WD004 public.comment", "WD004 public.history"), found(told), told::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tenat_id_               | tenant_id_ | column tenant_id_ is compared with the tenant in policies of 3 tables
            TENANT_ID_              | tenant_id_ | column tenant_id_ is compared with the tenant in policies of 3 tables
            tenant_id_,tenat        | tenat      | no table has the tenant column tenat
            """)
    void aMistypedColumnIsNoGreenRun(String columns, String object, String message) throws Exception {
        Captured doctor = doctor("judged_app", "--tenant-columns", columns);
        assertEquals(1, doctor.exitCode(), doctor::toString);
        JsonObject finding = finding(doctor, "WD041");
        assertEquals(object, finding.getString("object"));
        assertTrue(finding.getString("message").startsWith(message), doctor::toString);
        assertTrue(finding.getString("fix").contains("--tenant-columns \"tenant_id_\""), doctor::toString);
    }

    @Test
    void aMistypedColumnWhereThereIsNoPolicyYet() throws Exception {
        String plain = server.createDatabase("judged");
        try (Connection c = server.superuser(plain)) {
            Scripts.run(c, "CREATE TABLE task (id int PRIMARY KEY, tenant_id uuid NOT NULL)");
        }
        Captured doctor = Captured.run(
                "doctor", "--url", server.url(plain), "--user", "judged_app", "--tenant-columns", "tenantid");
        assertEquals(1, doctor.exitCode(), doctor::toString);
        assertTrue(doctor.out().contains("columns with names like it: tenant_id (in 1 table)"), doctor::toString);
        // nothing tells that this one has tenants at all
        Captured none = Captured.run(
                "doctor", "--url", server.url(plain), "--user", "judged_app", "--tenant-columns", "customer");
        assertEquals(3, none.exitCode(), none::toString);
        assertTrue(none.err().contains("name yours with --tenant-columns"), none::toString);
    }

    @Test
    void aRoleWithoutPrivilegesIsNoGreenRun() throws Exception {
        Captured doctor = doctor("judged_nobody", "--tenant-columns", "tenant_id_");
        assertEquals(1, doctor.exitCode(), doctor::toString);
        JsonObject finding = finding(doctor, "WD043");
        assertEquals("judged_nobody", finding.getString("object"));
        assertTrue(
                finding.getString("message")
                        .startsWith("role judged_nobody may neither read nor write any of 5 protected tables"),
                doctor::toString);
        assertTrue(finding.getString("fix").contains("(command line: --user)"), doctor::toString);
        assertFalse(doctor.out().contains("WD041"), doctor::toString);
    }

    /** The settings of a platform's way in that nobody named: one finding that says which option, no DROP POLICY. */
    @Test
    void ourOwnPoliciesWithoutTheOptionThatTheyWereWrittenWith() throws Exception {
        RentalShop shop = RentalShop.create(18);
        String bypass = "app.is_platform=on";
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    shop.run("postgres", "ddl", "--guc", "shop.tenant={tenant}", "--guc-bypass", bypass)
                            .out());
            Scripts.run(c, "ALTER VIEW overdue SET (security_invoker = true)");
        }
        Captured right =
                shop.run(shop.role(), "doctor", "--json", "--guc", "shop.tenant={tenant}", "--guc-bypass", bypass);
        assertEquals(0, right.exitCode(), right::toString);
        Captured withoutBypass = shop.run(shop.role(), "doctor", "--json", "--guc", "shop.tenant={tenant}");
        assertEquals(1, withoutBypass.exitCode(), withoutBypass::toString);
        Set<String> expected = new TreeSet<>(found(right));
        expected.add("WD042 app.is_platform");
        assertEquals(expected, found(withoutBypass), withoutBypass::toString);
        assertTrue(
                finding(withoutBypass, "WD042").getString("fix").contains("--guc-bypass " + bypass),
                withoutBypass::toString);
        Captured without = shop.run(shop.role(), "doctor", "--json", "--guc-bypass", bypass);
        assertEquals(1, without.exitCode(), without::toString);
        JsonObject guc = finding(without, "WD017");
        assertTrue(guc.getString("fix").startsWith("-- "), without::toString);
        assertTrue(guc.getString("fix").contains("shop.tenant={tenant}"), without::toString);
        assertFalse(without.out().contains("DROP POLICY"), without::toString);
    }
}
