package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.SuggestionsMain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What refusals suggest is written into the configuration, all of it at once: then what was refused passes, and nothing that runs through the
 * same code for somebody else.
 */
class SuggestionsTest {

    private static final String MAIN = SuggestionsMain.class.getName();
    private static final String NEIGHBOUR = "-neighbour";
    private static final Set<String> WITHOUT_SUGGESTION = Set.of("framework-only", "lambda-only");
    private static final Pattern SUGGESTION =
            Pattern.compile("(warden\\.bypass\\.([a-z0-9-]+)\\.at)=(\\S+) and (warden\\.bypass\\.\\2\\.reason)=(\\S+)");

    @TempDir
    Path folder;

    private static TestDatabase database() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        try (Connection c = PostgresServer.get(18).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create table users (username text, password text, enabled boolean, tenant_id text)");
            s.execute("create table authorities (username text, authority text, tenant_id text)");
            s.execute("insert into users values ('ann', '{noop}secret', true, 'a')");
            s.execute("insert into authorities values ('ann', 'ROLE_USER', 'a')");
            for (String table : new String[] {"users", "authorities"}) {
                s.execute("alter table " + table + " enable row level security");
                s.execute("create policy tenant on " + table
                        + " using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))");
                s.execute("grant select on " + table + " to warden_app");
            }
            for (String table : new String[] {"users", "authorities", "invoices", "customers"}) {
                s.execute("create policy platform on " + table
                        + " for select using (current_setting('app.is_platform', true) = 'on')");
            }
        }
        return database;
    }

    private AgentJvm.Result run(TestDatabase database, String mode, Map<String, String> more) {
        AgentJvm.Result result = new AgentJvm()
                .properties(database.properties())
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.mode", mode)
                .property("warden.log", "stderr")
                .property("warden.report", report(mode).toString())
                .properties(more)
                .run(SuggestionsMain.class);
        assertEquals(0, result.exit(), result::all);
        return result;
    }

    private Path report(String mode) {
        return folder.resolve(mode + ".json");
    }

    private static Map<String, String> cases(AgentJvm.Result result) {
        Map<String, String> cases = new LinkedHashMap<>();
        result.lines(SuggestionsMain.CASE).forEach(line -> {
            String[] parts = line.substring(SuggestionsMain.CASE.length()).split(" ");
            cases.put(parts[0], new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8));
        });
        assertFalse(cases.isEmpty(), result::all);
        return cases;
    }

    @Test
    void whatIsSuggestedWorksWhenPastedAndOpensNothingElse() throws Exception {
        TestDatabase database = database();
        AgentJvm.Result before = run(database, "enforce", Map.of());
        Map<String, String> pasted = new HashMap<>();
        Map<String, String> suggested = new HashMap<>();
        cases(before).forEach((name, message) -> {
            assertTrue(message.startsWith("[warden] refused: unscoped"), () -> name + ": " + message);
            Matcher suggestion = SUGGESTION.matcher(message);
            assertEquals(!WITHOUT_SUGGESTION.contains(name), suggestion.find(), () -> name + ": " + message);
            if (WITHOUT_SUGGESTION.contains(name)) {
                assertTrue(message.contains("warden.app.packages"), () -> name + ": " + message);
                return;
            }
            assertTrue(
                    message.contains(
                            "until warden.guc.bypass sets what your policies let through: they read app.is_platform"),
                    () -> name + ": " + message);
            assertTrue(
                    before.lines("VIOLATION unscoped-query").stream()
                            .anyMatch(line -> line.contains("next=")
                                    && line.contains(suggestion.group())
                                    && line.contains("warden.guc.bypass (policies read app.is_platform)")),
                    () -> name + " is not in the log\n" + before.all());
            suggested.put(name, suggestion.group(3));
            if (!name.endsWith(NEIGHBOUR)) {
                pasted.put(suggestion.group(1), suggestion.group(3));
                pasted.put(suggestion.group(4), suggestion.group(5));
            }
        });
        assertEquals(MAIN + "$Webhook#findCustomer", suggested.get("dao"));
        assertEquals(MAIN + "$Reports#daily", suggested.get("helper"));
        assertEquals(MAIN + "$Ledger#close", suggested.get("callback"));
        assertEquals(MAIN + "$Caches#load", suggested.get("constructor"));
        assertEquals(MAIN + "$Caches#eager", suggested.get("initializer"));
        assertEquals(MAIN + "$Shop#invoices", suggested.get("inherited"));
        assertEquals(MAIN + "$Shop#throughAProxy", suggested.get("proxy"));
        assertEquals(MAIN + "$Repository#count", suggested.get("template"));
        assertEquals(MAIN + "$NightlyJob#call", suggested.get("job"));
        assertEquals(MAIN + "$Controller#get", suggested.get("filter"));
        assertEquals(MAIN + "$Learned#fifth", suggested.get("learned"));
        assertEquals(
                "org.springframework.security.core.userdetails.jdbc.JdbcDaoImpl#loadUserByUsername",
                suggested.get("login"));

        pasted.put("warden.guc.bypass", "app.is_platform=on");
        AgentJvm.Result after = run(database, "enforce", pasted);
        cases(after).forEach((name, message) -> {
            boolean opened = !name.endsWith(NEIGHBOUR) && !WITHOUT_SUGGESTION.contains(name);
            assertEquals(
                    opened
                            ? "rows: " + (name.equals("login") ? 1 : 2 * TestDatabase.ROWS)
                            : "[warden] refused: unscoped",
                    opened ? message : message.substring(0, Math.min(message.length(), 26)),
                    () -> name + "\n" + after.all());
        });
        assertEquals(0, after.lines("FINDING pattern-unmatched").size(), after::all);
    }

    /** Where nothing is refused, line and report say the same. */
    @Test
    void reportedOnlyItIsToldToo() throws Exception {
        AgentJvm.Result result = run(database(), "inject", Map.of());
        String at = MAIN + "$Webhook#findCustomer";
        assertTrue(
                result.lines("VIOLATION unscoped-query").stream()
                        .anyMatch(line -> line.contains("next=\"set the tenant before it runs; or,")
                                && line.contains("webhook-find-customer.at=" + at)),
                result::all);
        JsonArray violations =
                JsonParser.object().from(Files.readString(report("inject"))).getArray("violations");
        Set<String> next = violations.stream()
                .map(each -> ((JsonObject) each).getString("next", ""))
                .collect(Collectors.toSet());
        assertTrue(next.stream().anyMatch(text -> text.contains(at)), next::toString);
        assertTrue(next.stream().noneMatch(String::isEmpty), next::toString);
    }
}
