package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Tables behind functions, procedures, DO blocks, triggers, views and rules. */
class FunctionsTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    private static final String FUNCTIONS = """
            create function count_invoices() returns bigint language sql stable as 'select count(*) from invoices';
            create function list_invoices(int) returns setof bigint language plpgsql stable as $$
              begin return query select id from invoices order by id limit $1; end $$;
            create function deep(n int) returns bigint language plpgsql as $$
              begin if n <= 0 then return count_invoices(); end if; return deep(n - 1); end $$;
            create procedure touch_invoices(n int) language sql as 'update invoices set amount = amount + n';
            create function count_countries() returns bigint language sql as 'select count(*) from countries';
            create function double_it(int) returns int language sql immutable as 'select $1 * 2';
            create function guess(col text) returns numeric language plpgsql as $$
              declare n numeric; begin execute format('select sum(%I) from invoices', col) into n; return n; end $$;
            create schema elsewhere;
            grant usage on schema elsewhere to warden_app;
            create function elsewhere.count_invoices() returns bigint language sql as 'select 0::bigint';
            create function pinned() returns setof bigint language sql set search_path = public, pg_temp
              as 'select id from invoices';
            create function sized(int) returns bigint language sql as 'select count(*) from countries';
            create function sized(int, int) returns bigint language sql as 'select count(*) from invoices';
            create function enter_tenant(tenant text) returns void language plpgsql as $$
              begin perform set_config('app.tenant_id', tenant, true); end $$;
            create function keep_tenant(tenant text) returns text language sql as $$
              select set_config('app.tenant_id', tenant, false) $$;
            create function count_as(tenant text) returns bigint language plpgsql as $$
              begin perform set_config('app.tenant_id', tenant, true); return (select count(*) from invoices); end $$;
            create table notes (id int, note text);
            create function on_note() returns trigger language plpgsql as $$
              begin new.note := (select count(*) from invoices); return new; end $$;
            create trigger note_in before insert on notes for each row execute function on_note();
            create table ruled (n int);
            create rule ruled_in as on insert to ruled do also update invoices set amount = amount where id = new.n;
            create view counted as select code, count_invoices() as n from countries;
            create function next_number() returns bigint language sql as 'select max(id) from invoices';
            create table numbered (n bigint default next_number(), note text);
            create sequence visits;
            grant all on notes, ruled, counted, numbered, visits to warden_app;
            create function definer_of_owner() returns bigint language sql security definer as 'select count(*) from invoices';
            """;

    @TempDir
    Path folder;

    private static Forked forked(String scenario, int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        TestDatabase database = TestDatabase.create(major);
        try (Connection c = server.connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute(FUNCTIONS);
        }
        try (Connection c = server.superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("create function all_invoices() returns bigint language sql security definer"
                    + " as 'select count(*) from public.invoices'");
            s.execute("alter function all_invoices() owner to warden_bypass");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Forked.scenario(Class.forName(SCENARIOS + scenario))
                .database(database)
                .warden("log", "stderr");
    }

    @TestFactory
    List<DynamicTest> enforceRefusesWhatLiesBehind() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Forked forked : List.of(
                forked("FunctionsScenario", 14),
                forked("FunctionsScenario", 18),
                forked("FunctionsScenario", 18).strategy("jdbc"))) {
            tests.addAll(forked.warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", "enforce")
                    .warden("datasource.exclude", "postgres@*")
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> strictRefusesWhatBypassesToo() throws Exception {
        return forked("FunctionsStrictScenario", 18)
                .warden("tenant", AgentScenariosTest.SOURCE)
                .warden("mode", "enforce")
                .warden("functions", "strict")
                .tests();
    }

    @TestFactory
    List<DynamicTest> auditReportsWhatLiesBehind() throws Exception {
        Path report = folder.resolve("functions.json");
        return forked("FunctionsAuditScenario", 18)
                .warden("report", report.toString())
                .then(result -> reported(result, report))
                .tests();
    }

    private static void reported(AgentJvm.Result result, Path report) {
        List<String> violations = result.lines("VIOLATION unscoped-query");
        for (String[] each : new String[][] {
            {"callsAFunction", "op=SELECT", "function public.count_invoices()"},
            {"callsAProcedure", "op=CALL", "function public.touch_invoices(integer)"},
            {"firesATrigger", "op=INSERT", "trigger of public.notes: public.on_note()"},
            {"runsABlock", "op=DO", "through DO"},
            {"guesses", "op=SELECT", "function public.guess(text)"}
        }) {
            List<String> lines = violations.stream()
                    .filter(line -> line.contains("FunctionsAuditScenario#" + each[0] + " "))
                    .toList();
            assertEquals(1, lines.size(), result::all);
            String line = lines.get(0);
            assertTrue(line.contains("tables=public.invoices ") && line.contains(" via=function "), line);
            assertTrue(line.contains(each[1]) && line.contains(each[2]), line);
        }
        assertEquals(5, violations.size(), result::all);
        assertFalse(result.err().contains("secret literal"), result::all);
        List<String> exits = result.lines("bypass-used name=public.all_invoices()");
        assertEquals(2, exits.size(), "at the first and the tenth: " + result.all());
        assertTrue(
                exits.get(0)
                                .contains(
                                        "reason=\"SECURITY DEFINER function of warden_bypass, whom no policy filters on"
                                                + " public.invoices\"")
                        && exits.get(0).contains("FunctionsAuditScenario.countsAll("),
                exits::toString);
        List<String> opaque = result.lines("FINDING function-opaque");
        assertEquals(1, opaque.size(), result::all);
        assertTrue(opaque.get(0).contains("object=public.guess(text)"), opaque::toString);
        try {
            String text = Files.readString(report);
            ReportSchema.validate(text);
            JsonObject json = JsonParser.object().from(text);
            JsonArray all = json.getArray("violations");
            assertEquals(5, all.size(), text);
            all.forEach(each -> assertEquals("function", ((JsonObject) each).getString("via")));
            JsonObject bypass = json.getArray("bypasses").getObject(0);
            assertEquals("public.all_invoices()", bypass.getString("name"));
            assertEquals(12, bypass.getInt("count"));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
