package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code --probe} tries, and what it says of what it could not try. DoctorTest has the leaks that it meets. */
class ProbeTest {

    private static final String ROLE = "probe_app";

    private static String database(String sql) throws Exception {
        PostgresServer server = PostgresServer.get(18);
        String database = server.createDatabase("probe");
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "DO $$ BEGIN CREATE ROLE " + ROLE + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; "
                            + sql
                            + "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO " + ROLE
                            + "; ANALYZE");
        }
        return server.url(database);
    }

    private static Captured probe(String url, String... more) {
        String[] all = new String[more.length + 6];
        System.arraycopy(new String[] {"doctor", "--probe", "--url", url, "--user", ROLE}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return Captured.run(all);
    }

    /** Outcomes of one table by the id of the check. */
    private static TreeMap<String, String> outcomes(Captured doctor, String table) throws Exception {
        TreeMap<String, String> outcomes = new TreeMap<>();
        assertFalse(doctor.out().isEmpty(), doctor::toString);
        for (Object each : JsonParser.object().from(doctor.out()).getArray("probe")) {
            JsonObject result = (JsonObject) each;
            if (result.getString("table").equals(table)) {
                for (ProbeResult.Check check : ProbeResult.Check.values()) {
                    if (check.sentence().equals(result.getString("check"))) {
                        outcomes.put(check.rule(), result.getString("outcome"));
                    }
                }
            }
        }
        return outcomes;
    }

    @Test
    void tenantTablesWithoutRowLevelSecurityAreTried() throws Exception {
        String url = database("CREATE TABLE open (tenant_id uuid NOT NULL, x int); CREATE TABLE log (tenant_id uuid);"
                + " CREATE TABLE country (code text);"
                + " INSERT INTO open SELECT gen_random_uuid(), n FROM generate_series(1, 3) n; INSERT INTO log"
                + " SELECT tenant_id FROM open");
        Captured doctor = probe(url);
        assertEquals(1, doctor.exitCode(), doctor::toString);
        for (String table : new String[] {"public.open", "public.log"}) {
            for (int check = 901; check <= 906; check++) {
                assertTrue(doctor.out().contains("ERROR  WD" + check), doctor::toString);
            }
            assertTrue(
                    doctor.out()
                            .contains("rows of " + table + " can be deleted when no tenant is set; it has no row-level"
                                    + " security"),
                    doctor::toString);
        }
        assertFalse(doctor.out().contains("country"), doctor::toString);
        assertTrue(doctor.out().contains("; probe: 0 proven, 0 not provable, 12 FAILED"), doctor::toString);
        // somebody said why it is as it is: there is nothing to try
        Captured accepted = probe(url, "--ignore", "WD004:public.log=append only");
        assertEquals(1, accepted.exitCode(), accepted::toString);
        assertTrue(
                accepted.err()
                        .contains("left out, since it is accepted that they have no row-level security: public.log\n"),
                accepted::toString);
        assertTrue(accepted.out().contains("; probe: 0 proven, 0 not provable, 6 FAILED"), accepted::toString);
    }

    /** Values that fit: nothing is proven by an error of the type, and nothing is left open because of one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            varchar(10)             | acme      | other
            varchar(3)              | abc       | b
            char(2)                 | de        | fr
            short_name              | acme      | other
            name                    | acme      | other
            "char"                  | a         | b
            numeric(5, 0)           | 7           | 8
            numeric(4, 2)           | 7.25        | 8.5
            numeric                 | 7           | 8
            smallint                | 7           | 8
            bigint                  | 7           | 8
            uuid                    | 11111111-1111-1111-1111-111111111111 | 22222222-2222-2222-2222-222222222222
            tier                    | gold      | silver
            side                    | left      | right
            """)
    void everyTypeOfTenantIsTried(String type, String own, String other) throws Exception {
        String types =
                "CREATE TYPE tier AS ENUM ('gold', 'silver', 'bronze'); CREATE TYPE side AS ENUM ('left', 'right');"
                        + " CREATE DOMAIN short_name AS varchar(8) NOT NULL;";
        String url =
                database(types + " CREATE TABLE t (tenant_id " + type + " NOT NULL, x int); INSERT INTO t VALUES ('"
                        + own + "', 1), ('" + own + "', 2), ('" + other + "', 3); CREATE INDEX ON t (tenant_id);"
                        + " CREATE TABLE leak (LIKE t INCLUDING ALL); INSERT INTO leak TABLE t");
        PostgresServer server = PostgresServer.get(18);
        String name = url.substring(url.lastIndexOf('/') + 1);
        Captured ddl = Captured.run("ddl", "--url", url, "--user", "postgres", "--role", ROLE);
        assertEquals(0, ddl.exitCode(), ddl::toString);
        try (Connection c = server.superuser(name)) {
            Scripts.run(c, ddl.out());
            Scripts.run(c, "CREATE POLICY more ON leak USING (true) WITH CHECK (true)");
        }
        Captured doctor = probe(url, "--json", "--tenant", own);
        TreeMap<String, String> outcomes = outcomes(doctor, "public.t");
        assertEquals(6, outcomes.size(), doctor::toString);
        assertEquals(Set.of("proven"), Set.copyOf(outcomes.values()), doctor::toString);
        // each way in that is open is met with the same values
        TreeMap<String, String> leaks = outcomes(doctor, "public.leak");
        assertEquals(6, leaks.size(), doctor::toString);
        assertEquals(Set.of("FAILED"), Set.copyOf(leaks.values()), doctor::toString);
    }

    /** What cannot be tried is said, with the reason. */
    @Test
    void whatNobodyCanWriteOrMakeUpIsNotProven() throws Exception {
        String own = " = nullif(current_setting('app.tenant_id', true), '')";
        String url = database("CREATE TYPE lonely AS ENUM ('me'); CREATE TABLE one (tenant_id lonely NOT NULL, x int);"
                + " INSERT INTO one VALUES ('me', 1); CREATE TABLE computed (full_id text, tenant_id text GENERATED ALWAYS AS"
                + " (split_part(full_id, '-', 1)) STORED); INSERT INTO computed VALUES ('a-1'), ('b-1');"
                + " CREATE TABLE spans (tenant_id int4range NOT NULL); INSERT INTO spans VALUES ('[1,2]');"
                + " ALTER TABLE one ENABLE ROW LEVEL SECURITY; ALTER TABLE computed ENABLE ROW LEVEL SECURITY;"
                + " ALTER TABLE spans ENABLE ROW LEVEL SECURITY;"
                + " CREATE POLICY p ON one USING (tenant_id::text" + own + ") WITH CHECK (tenant_id::text" + own + ");"
                + " CREATE POLICY p ON computed USING (tenant_id" + own + ") WITH CHECK (tenant_id" + own + ");"
                + " CREATE POLICY p ON spans USING (tenant_id::text" + own + ") WITH CHECK (tenant_id::text" + own
                + ")");
        Captured doctor = probe(url, "--json", "--tenant", "a");
        TreeMap<String, String> computed = outcomes(doctor, "public.computed");
        assertEquals("not provable", computed.get("WD904"), doctor::toString);
        assertEquals("proven", computed.get("WD906"), doctor::toString);
        assertTrue(doctor.out().contains("the tenant column is generated from others: nobody can write it"));
        Captured me = probe(url, "--json", "--tenant", "me");
        assertEquals("not provable", outcomes(me, "public.one").get("WD904"), me::toString);
        assertEquals("not provable", outcomes(me, "public.spans").get("WD904"), me::toString);
        assertTrue(me.out().contains("no other value of type public.lonely can be made up"), me::toString);
        assertFalse(new TreeSet<>(outcomes(me, "public.one").values()).contains("FAILED"), me::toString);
    }

    /** One reason for very many tables is one line, and so is one statement for several findings. */
    @Test
    void whatIsTheSameIsSaidOnce() throws Exception {
        String url =
                database("DO $$ BEGIN FOR i IN 1..150 LOOP EXECUTE format('CREATE TABLE t%s (tenant_id uuid NOT NULL)',"
                        + " i); EXECUTE format('CREATE INDEX ON t%s (tenant_id)', i); EXECUTE format('ALTER TABLE t%s ENABLE ROW"
                        + " LEVEL SECURITY', i); EXECUTE format('CREATE POLICY p ON t%s USING (tenant_id ="
                        + " current_setting(''app.tenant_id'')::uuid OR current_setting(''app.tenant_id'', true) = '''')', i);"
                        + " END LOOP; END $$");
        Captured doctor = probe(url);
        String probe = doctor.out().substring(doctor.out().indexOf("Probe (every statement was rolled back)"));
        assertTrue(probe.lines().filter(l -> l.contains("not provable  ")).count() <= 4, doctor::toString);
        assertTrue(probe.contains("not provable  150 tables (public.t1, public.t10, public.t100, "), doctor::toString);
        long statements = doctor.out()
                .lines()
                .filter(l -> l.strip().startsWith("ALTER POLICY p ON public.t7 "))
                .count();
        assertEquals(1, statements, doctor::toString);
        assertTrue(doctor.out().contains("    fix: the same as of WD013 public.t7\n"), doctor::toString);
    }

    @Test
    void aRoleSeesWhatWasLeftOut() throws Exception {
        String url = database("CREATE TABLE a (tenant_id uuid NOT NULL)");
        PostgresServer server = PostgresServer.get(18);
        try (Connection c = server.superuser(url.substring(url.lastIndexOf('/') + 1))) {
            Scripts.run(c, "CREATE TABLE b (tenant_id uuid NOT NULL)");
        }
        Captured doctor = probe(url);
        assertTrue(doctor.err().contains("1 table left out: the role has no privilege on it"), doctor::toString);
    }
}
