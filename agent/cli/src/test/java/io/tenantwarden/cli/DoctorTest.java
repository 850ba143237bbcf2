package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** doctor on real servers, as the application's own role. */
class DoctorTest {

    private static final String PROTECTED = "customer";

    /** A shop whose tables are protected by ddl; the view is left to the owner, as ddl says. */
    private static RentalShop protectedShop(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        Captured ddl = shop.run("postgres", "ddl");
        try (Connection c = shop.superuser()) {
            Scripts.run(c, ddl.out());
            if (major >= 15) {
                Scripts.run(c, "ALTER VIEW overdue SET (security_invoker = true)");
            } else {
                Scripts.run(c, "DROP VIEW overdue");
            }
        }
        return shop;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void afterDdlNothingIsFoundAndIsolationIsProven(int major) throws Exception {
        RentalShop shop = protectedShop(major);
        Captured doctor = shop.run(shop.role(), "doctor", "--probe", "--tenant", RentalShop.TENANT);
        assertEquals(0, doctor.exitCode(), doctor::toString);
        assertTrue(doctor.out().lines().noneMatch(line -> line.startsWith("WARN")), doctor::toString);
        // foreign keys of somebody else's design are noted
        Captured strict = shop.run(shop.role(), "doctor", "--fail-on", "info");
        assertEquals(1, strict.exitCode(), strict::toString);
        assertTrue(doctor.out().contains("; probe: 36 proven, 0 not provable, 0 FAILED"), doctor::toString);
    }

    /** With warden.role statements run as the role: it is judged, and a login that no policy filters stays an error. */
    @Test
    void theRoleThatStatementsRunAs() throws Exception {
        RentalShop shop = protectedShop(18);
        Captured superuser =
                shop.run("postgres", "doctor", "--as", shop.role(), "--probe", "--tenant", RentalShop.TENANT);
        assertEquals(1, superuser.exitCode(), superuser::toString);
        assertTrue(superuser.out().contains("; probe: 36 proven, 0 not provable, 0 FAILED"), superuser::toString);
        assertTrue(superuser.out().contains("WD001"), superuser::toString);
        assertTrue(superuser.out().contains("the login postgres is a superuser"), superuser::toString);
        String login = shop.role() + "_login";
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "CREATE ROLE " + login + " LOGIN NOINHERIT PASSWORD 'secret'");
        }
        Captured outsider = shop.run(login, "doctor", "--as", shop.role());
        assertEquals(3, outsider.exitCode(), outsider::toString);
        assertTrue(outsider.err().contains("GRANT " + shop.role() + " TO " + login + ";"), outsider::toString);
        Captured unknown = shop.run(login, "doctor", "--as", "nobody_at_all");
        assertEquals(3, unknown.exitCode(), unknown::toString);
        assertTrue(unknown.err().contains("ddl --role nobody_at_all"), unknown::toString);
        Captured ddl = shop.run("postgres", "ddl", "--role", shop.role());
        assertTrue(ddl.out().contains("GRANT " + shop.role() + " TO postgres;"), ddl::toString);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "GRANT " + shop.role() + " TO " + login);
        }
        Captured member = shop.run(login, "doctor", "--as", shop.role());
        assertEquals(0, member.exitCode(), member::toString);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "REVOKE " + shop.role() + " FROM " + login + "; DROP ROLE " + login);
        }
    }

    @Test
    void aTenantThatCannotBeSampledIsExplained() throws Exception {
        RentalShop shop = protectedShop(18);
        Captured doctor = shop.run(shop.role(), "doctor", "--probe");
        assertEquals(0, doctor.exitCode(), doctor::toString);
        assertTrue(doctor.err().contains("give one that has rows with --tenant"), doctor::toString);
        assertTrue(
                doctor.out()
                        .contains(
                                "a tenant sees only its own rows: no tenant is known: give one that has rows with --tenant\n"),
                doctor::toString);
        assertEquals(
                2,
                doctor.out()
                        .lines()
                        .filter(l -> l.contains("not provable  6 tables ("))
                        .count(),
                doctor::toString);
        assertFalse(doctor.err().contains("as it should be"), doctor::toString);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "ALTER TABLE store DISABLE ROW LEVEL SECURITY; GRANT SELECT ON store TO " + shop.role());
        }
        Captured sampled = shop.run(shop.role(), "doctor", "--probe");
        assertTrue(sampled.err().contains("sampled a tenant in public.store"), sampled::toString);
        assertTrue(
                sampled.out().contains("proven        5 tables")
                        || sampled.out().contains(": all of it"),
                sampled::toString);
        // what is seen without a tenant is no proof of anything, and said
        assertEquals(1, sampled.exitCode(), sampled::toString);
        assertTrue(
                sampled.out()
                        .contains("  rows of public.store are seen in a session where no tenant was ever set; it"
                                + " has no row-level security"),
                sampled::toString);
        assertTrue(
                sampled.out().contains("FAILED        public.store: no tenant sees nothing (WD901)"),
                sampled::toString);
    }

    /** Every way to leave the door open is met by the check that is for it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            USING (true) WITH CHECK (true)                                                      | WD901 WD902 WD903 WD904 WD905 WD906
            USING (%s) WITH CHECK (true)                                                        | WD904 WD905
            FOR SELECT USING (true)                                                             | WD901 WD902 WD903
            USING (%s OR current_setting('app.tenant_id', true) = '') WITH CHECK (%s)           | WD901 WD905 WD906
            USING (%s OR current_setting('app.tenant_id', true) IS NULL) WITH CHECK (%s)        | WD901
            USING (%s OR store_id = 2) WITH CHECK (%s)                                          | WD901 WD902 WD903 WD905 WD906
            FOR UPDATE USING (true) WITH CHECK (%s)                                             | WD905
            FOR DELETE USING (true)                                                             | WD906
            FOR INSERT WITH CHECK (true)                                                        | WD904
            """)
    void everyLeakIsMet(String policy, String rules) throws Exception {
        RentalShop shop = protectedShop(18);
        String own = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid";
        try (Connection c = shop.superuser()) {
            if (!policy.startsWith("FOR")) {
                Scripts.run(c, "DROP POLICY tenant_isolation ON " + PROTECTED);
            }
            Scripts.run(c, "CREATE POLICY open ON " + PROTECTED + " " + policy.replace("%s", own));
        }
        Captured doctor = shop.run(shop.role(), "doctor", "--probe", "--json", "--tenant", RentalShop.TENANT);
        assertEquals(1, doctor.exitCode(), doctor::toString);
        Set<String> found = new HashSet<>();
        for (Object finding : findings(doctor)) {
            JsonObject f = (JsonObject) finding;
            if (f.getString("rule").startsWith("WD9")) {
                assertEquals("public." + PROTECTED, f.getString("object"), doctor::toString);
                found.add(f.getString("rule"));
            }
        }
        assertEquals(Set.of(rules.split(" ")), found, doctor::toString);
    }

    /** Everybody sees the rows, but no policy lets anybody change one: that a row is seen is no sign that it was moved. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aRowThatNobodyCanUpdateIsNotMoved(int major) throws Exception {
        RentalShop shop = RentalShop.create(major);
        String role = "reader_of_" + shop.database;
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE TABLE board (tenant_id text NOT NULL, x int); INSERT INTO board VALUES ('a', 1), ('b', 2);"
                            + " ALTER TABLE board ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
                            + " CREATE POLICY p ON board FOR SELECT USING (x > 0); CREATE ROLE " + role + " LOGIN;"
                            + " GRANT SELECT, INSERT, UPDATE, DELETE ON board TO " + role + "; ANALYZE board");
        }
        Captured doctor = shop.run(role, "doctor", "--probe", "--json", "--tenant", "a");
        Set<String> rules = rulesAbout(doctor, "public.board");
        assertTrue(rules.containsAll(Set.of("WD901", "WD902", "WD903")), doctor::toString);
        assertFalse(rules.contains("WD905"), doctor::toString);
        assertTrue(doctor.out().contains("the policies let the tenant update none of its rows"), doctor::toString);
        Captured nobody = shop.run(role, "doctor", "--probe", "--json", "--tenant", "z");
        assertFalse(rulesAbout(nobody, "public.board").contains("WD905"), nobody::toString);
        assertTrue(nobody.out().contains("is open: this tenant has no row there"), nobody::toString);
    }

    /** The probe leaves nothing behind: no row, no number of a sequence, no lock, no transaction. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theProbeLeavesNothingBehind(int major) throws Exception {
        RentalShop shop = protectedShop(major);
        String state = "SELECT (SELECT string_agg(t::text, ';' ORDER BY customer_id) FROM customer t) || (SELECT"
                + " string_agg(t::text, ';' ORDER BY rental_id) FROM rental t) || (SELECT string_agg(schemaname ||"
                + " sequencename || coalesce(last_value, 0), ';' ORDER BY sequencename) FROM pg_sequences)";
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "CREATE POLICY open ON customer USING (true) WITH CHECK (true)");
            String before = Scripts.value(c, state);
            Captured doctor = shop.run(shop.role(), "doctor", "--probe", "--tenant", RentalShop.TENANT);
            assertEquals(1, doctor.exitCode(), doctor::toString);
            assertEquals(before, Scripts.value(c, state));
        }
    }

    @Test
    void aRoleThatBypassesIsSeenThrough() throws Exception {
        RentalShop shop = protectedShop(18);
        Captured doctor = shop.run("postgres", "doctor", "--probe", "--tenant", RentalShop.TENANT);
        assertEquals(1, doctor.exitCode());
        assertTrue(doctor.out().contains("ERROR  WD001"), doctor::toString);
        assertTrue(
                doctor.out()
                        .contains("rows of public.customer are seen in a session where no tenant was ever set;"
                                + " row-level security is not active for this role there"),
                doctor::toString);
        assertFalse(doctor.out().contains("\u001b"), doctor::toString);
    }

    /** A table that holds nothing shows nothing: that is no proof. */
    @Test
    void anEmptyTableProvesNothing() throws Exception {
        RentalShop shop = protectedShop(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(
                    c,
                    "CREATE TABLE coupon (tenant_id uuid NOT NULL); CREATE INDEX ON coupon (tenant_id);"
                            + " GRANT SELECT, INSERT, UPDATE, DELETE ON coupon TO " + shop.role());
            Scripts.run(c, shop.run("postgres", "ddl").out());
        }
        Captured doctor = shop.run(shop.role(), "doctor", "--probe", "--tenant", RentalShop.TENANT, "--json");
        List<String> outcomes = new ArrayList<>();
        for (Object result : JsonParser.object().from(doctor.out()).getArray("probe")) {
            JsonObject r = (JsonObject) result;
            if (r.getString("table").equals("public.coupon")) {
                outcomes.add(r.getString("outcome"));
            }
        }
        // an insert needs no row to be refused
        assertEquals(
                List.of("not provable", "not provable", "not provable", "proven", "not provable", "not provable"),
                outcomes,
                doctor::toString);
    }

    @Test
    void jsonIsWhatTheReportCallsFindings() throws Exception {
        RentalShop shop = RentalShop.create(18);
        Captured doctor = shop.run("postgres", "doctor", "--json");
        assertEquals(1, doctor.exitCode());
        JsonObject json = JsonParser.object().from(doctor.out());
        assertEquals(Set.of("tool", "database", "role", "serverVersion", "protectedTables", "findings"), json.keySet());
        assertTrue(json.getString("tool").startsWith("Tenant Warden "), doctor::toString);
        assertEquals(shop.database, json.getString("database"));
        assertEquals("postgres", json.getString("role"));
        JsonObject first = json.getArray("findings").getObject(0);
        assertEquals(Set.of("rule", "level", "object", "message", "fix"), first.keySet());
        assertEquals("WD001", first.getString("rule"));
        assertEquals("error", first.getString("level"));
        assertEquals("postgres", first.getString("object"));
    }

    @Test
    void acceptedFindingsAreGone() throws Exception {
        RentalShop shop = protectedShop(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "CREATE TABLE audit_log (tenant_id uuid)");
        }
        Captured before = shop.run(shop.role(), "doctor", "--json");
        assertTrue(rulesAbout(before, "public.audit_log").contains("WD004"), before::toString);
        Captured after = shop.run(
                shop.role(),
                "doctor",
                "--json",
                "--ignore",
                "WD004:public.audit_log=append only",
                "--ignore",
                "WD005:public.nothing=never there");
        assertFalse(rulesAbout(after, "public.audit_log").contains("WD004"), after::toString);
        assertTrue(after.err().contains("--ignore WD005:public.nothing covers nothing"), after::toString);
        for (String wrong : new String[] {"WD004:public.audit_log", "WD004:public.audit_log=", "WD999:a=b", "x"}) {
            Captured refused = shop.run(shop.role(), "doctor", "--ignore", wrong);
            assertEquals(2, refused.exitCode(), refused::toString);
            assertTrue(refused.err().contains("--ignore"), refused::toString);
        }
    }

    @Test
    void acceptedFailuresOfTheProbeAreGone() throws Exception {
        RentalShop shop = protectedShop(18);
        try (Connection c = shop.superuser()) {
            Scripts.run(c, "CREATE POLICY open ON store FOR DELETE USING (true)");
        }
        Captured before = shop.run(shop.role(), "doctor", "--json", "--probe");
        assertTrue(rulesAbout(before, "public.store").contains("WD906"), before::toString);
        Captured after =
                shop.run(shop.role(), "doctor", "--json", "--probe", "--ignore", "WD906:public.st*=cleared nightly");
        assertFalse(rulesAbout(after, "public.store").contains("WD906"), after::toString);
    }

    @Test
    void coloursOnlyWhereTheyAreWanted() throws Exception {
        RentalShop shop = RentalShop.create(18);
        Captured coloured = Captured.run(Map.of(), true, "doctor", "--url", shop.url(), "--user", "postgres");
        assertTrue(coloured.out().contains("\u001b[1;31mERROR  WD001\u001b[0m"), coloured::toString);
        assertTrue(Terminal.wantsColours(Map.of()));
        assertTrue(Terminal.wantsColours(Map.of("NO_COLOR", "")));
        assertFalse(Terminal.wantsColours(Map.of("NO_COLOR", "1")));
        assertFalse(Terminal.wantsColours(Map.of("TERM", "dumb")));
    }

    private static JsonArray findings(Captured doctor) throws Exception {
        return JsonParser.object().from(doctor.out()).getArray("findings");
    }

    private static Set<String> rulesAbout(Captured doctor, String object) throws Exception {
        Set<String> rules = new HashSet<>();
        for (Object finding : findings(doctor)) {
            JsonObject f = (JsonObject) finding;
            if (f.getString("object").equals(object)) {
                rules.add(f.getString("rule"));
            }
        }
        return rules;
    }
}
