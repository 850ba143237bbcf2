package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.StatementsMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/how-injection-works.md says can be seen from outside is looked at with the query that it names. */
class InjectionDocumentTest {

    private static final String STATEMENT = "select note from invoices where id = 7";

    private static String query() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("project.root"), "docs/how-injection-works.md"));
        int fence = text.indexOf("```sql", text.indexOf("**In `pg_stat_statements`.**")) + "```sql".length();
        return text.substring(fence, text.indexOf("```", fence)).replace(";", "");
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void pgStatStatementsHasOurs(int major) throws Exception {
        TestDatabase database = TestDatabase.create(major);
        try (Connection c = PostgresServer.get(major).superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("create extension pg_stat_statements");
            run(database);
            long ours;
            try (ResultSet rows = s.executeQuery(query())) {
                ours = 0;
                while (rows.next()) {
                    ours += rows.getLong("calls");
                    String query = rows.getString("query");
                    assertEquals(major < 18, query.contains("tenant-warden"), query);
                }
            }
            try (ResultSet rows = s.executeQuery(
                    "select calls from pg_stat_statements where query like 'select note from invoices where id =%'"
                            + " and dbid = (select oid from pg_database where datname = current_database())")) {
                rows.next();
                assertEquals(
                        rows.getLong(1) + 2, ours, "one for each statement in autocommit, two at the first connection");
            }
        }
    }

    private static void run(TestDatabase database) throws Exception {
        AgentJvm jvm = new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.mode", "inject")
                .property("warden.log", "none")
                .properties(database.properties());
        Process process = jvm.start(List.of("-cp", jvm.classPath(), StatementsMain.class.getName()));
        try {
            process.getOutputStream().write((STATEMENT + "\n").repeat(3).getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(3, out.lines().filter(line -> line.startsWith("##ran")).count(), out);
        } finally {
            process.destroyForcibly();
        }
    }
}
