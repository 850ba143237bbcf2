package io.tenantwarden.tests.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.acme.batch.BatchMain;
import com.acme.identity.IdentityMain;
import com.acme.process.ProcessMain;
import com.acme.quartz.QuartzMain;
import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What docs/recipes.md tells people to write is written, and the applications that it is for run with the real libraries, in {@code enforce}. */
@EnabledIfSystemProperty(named = "recipes", matches = "true")
class RecipesTest {

    private static final String ROWS_OF_A = "a";
    private static final String BOTH = "a+b";

    /** The lines of the fence of properties below a heading of the document. */
    private static Map<String, String> recipe(String heading) throws IOException {
        String text = Files.readString(Path.of(System.getProperty("project.root"), "docs/recipes.md"));
        int start = text.indexOf("```properties\n", text.indexOf("## " + heading + "\n")) + "```properties\n".length();
        Properties properties = new Properties();
        properties.load(new StringReader(text.substring(start, text.indexOf("```", start))));
        Map<String, String> recipe = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> recipe.put(name, properties.getProperty(name)));
        assertFalse(recipe.isEmpty(), heading);
        return recipe;
    }

    private static void as(String role, TestDatabase database, String... sql) throws SQLException {
        try (Connection c = PostgresServer.get(18).connect(database.name(), role);
                Statement s = c.createStatement()) {
            for (String each : sql) {
                s.execute(each);
            }
        }
    }

    private static TestDatabase database() throws SQLException {
        TestDatabase database = TestDatabase.create(18);
        as(
                "warden_owner",
                database,
                "create policy platform on invoices using (current_setting('app.is_platform', true) = 'on')");
        return database;
    }

    private static Map<String, String> run(Class<?> application, TestDatabase database, Map<String, String> recipe) {
        AgentJvm.Result result = new AgentJvm()
                .properties(database.properties())
                .property("warden.mode", "enforce")
                .property("warden.log", "stderr")
                .properties(recipe)
                .run(application);
        assertEquals(0, result.exit(), result::all);
        assertEquals(List.of(), result.lines("FINDING pattern-unmatched"), result::all);
        assertEquals(List.of(), result.lines("VIOLATION bypass-ineffective"), result::all);
        Map<String, String> seen = new TreeMap<>();
        result.lines("##saw ").forEach(line -> {
            int equals = line.lastIndexOf('=');
            seen.put(line.substring("##saw ".length(), equals), line.substring(equals + 1));
        });
        if (seen.isEmpty() || seen.containsValue("500")) {
            System.out.println(result.all());
        }
        return seen;
    }

    @Test
    void quartz() throws Exception {
        assertEquals(
                Map.of("for-a", ROWS_OF_A, "for-b", "b", "for-nobody", "refused", "planning", BOTH),
                run(QuartzMain.class, database(), recipe("Quartz")));
    }

    @Test
    void springBatch() throws Exception {
        assertEquals(
                Map.of("step for a", ROWS_OF_A, "step for b", "b", "step for null", "refused"),
                run(BatchMain.class, database(), recipe("Spring Batch")));
    }

    @Test
    void processEngine() throws Exception {
        TestDatabase database = database();
        as("warden_owner", database, engineSchema());
        for (String table : tables(database, "tenant_id_")) {
            as(
                    "warden_owner",
                    database,
                    "alter table " + table + " enable row level security",
                    "alter table " + table + " force row level security",
                    "create policy tenant on " + table + " using (tenant_id_ is null or tenant_id_ ="
                            + " nullif(current_setting('app.tenant_id', true), ''))",
                    "create policy platform on " + table
                            + " using (current_setting('app.is_platform', true) = 'on')");
        }
        as("warden_owner", database, "grant select, insert, update, delete on all tables in schema public to warden_app");
        assertEquals(
                Map.of(
                        "step of a", ROWS_OF_A,
                        "step of b", "b",
                        "tasks of a", "[a]",
                        "tasks of b", "[b]",
                        "tasks of nobody", "refused",
                        "nobody", "refused"),
                run(ProcessMain.class, database, recipe("Process engines: Camunda 7, Operaton, Flowable")));
    }

    private static String[] engineSchema() throws IOException {
        List<String> statements = new ArrayList<>();
        for (String part : List.of("engine", "history", "identity", "case.engine", "case.history", "decision.engine", "decision.history")) {
            String name = "/org/operaton/bpm/engine/db/create/activiti.postgres.create." + part + ".sql";
            try (InputStream in = RecipesTest.class.getResourceAsStream(name)) {
                String script = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
                for (String statement : script.split(";")) {
                    if (!statement.isBlank()) {
                        statements.add(statement);
                    }
                }
            }
        }
        return statements.toArray(new String[0]);
    }

    private static List<String> tables(TestDatabase database, String column) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection c = PostgresServer.get(18).connect(database.name(), "warden_owner");
                Statement s = c.createStatement();
                ResultSet rows = s.executeQuery("select table_name from information_schema.columns where column_name = '"
                        + column + "' and table_schema = 'public'")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        assertFalse(tables.isEmpty());
        return tables;
    }

    @Test
    void identityServer() throws Exception {
        TestDatabase database = database();
        as(
                "warden_owner",
                database,
                "create table realm (id text primary key, name text)",
                "create table user_entity (id text primary key, realm_id text references realm, username text)",
                "insert into realm values ('r1', 'acme'), ('r2', 'globex')",
                "insert into user_entity values ('1', 'r1', 'ann'), ('2', 'r2', 'bob')",
                "alter table user_entity enable row level security",
                "alter table user_entity force row level security",
                "create policy realm on user_entity using (realm_id = (select id from realm where name ="
                        + " nullif(current_setting('app.tenant_id', true), '')))",
                "create policy platform on user_entity using (current_setting('app.is_platform', true) = 'on')",
                "grant select on realm, user_entity to warden_app");
        assertEquals(
                Map.of(
                        "realms/acme/users", "[ann]",
                        "realms/globex/users", "[bob]",
                        "realms/initech/users", "[]",
                        "admin/users", "500",
                        "expired", "[ann, bob]"),
                run(IdentityMain.class, database, recipe("Identity servers: Keycloak and its like")));
    }
}
