package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ddl --part check}: what it warns of may be pasted, and closes no table. DdlTest has what it refuses. */
class DdlCheckTest {

    private static final String OWN = "USING (tenant_id = current_setting('app.tenant_id', true))";

    /** Runs the script; returns its warnings. */
    private static List<String> warnings(Connection c, String script) throws SQLException {
        List<String> warnings = new ArrayList<>();
        try (Statement s = c.createStatement()) {
            s.execute(script.substring(script.indexOf("DO $")));
            for (SQLWarning w = s.getWarnings(); w != null; w = w.getNextWarning()) {
                warnings.add(w.getMessage());
            }
        }
        return warnings;
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void itWarnsOfNoPolicyThatWasAcceptedAndOfNoOnlyOne(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("checked");
        try (Connection c = server.superuser(database)) {
            Scripts.run(
                    c,
                    "CREATE TABLE own (tenant_id text NOT NULL); CREATE TABLE ours (tenant_id text NOT NULL);"
                            + " CREATE TABLE two (tenant_id text NOT NULL); CREATE TABLE \"Two\" (tenant_id text NOT NULL);"
                            + " ALTER TABLE own ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON own " + OWN);
            String[] all = {
                "ddl",
                "--url",
                server.url(database),
                "--user",
                "postgres",
                "--own-policies",
                "public.own",
                "--part",
                "all"
            };
            Scripts.run(c, Captured.run(all).out());
            all[all.length - 1] = "check";
            String check = Captured.run(all).out();
            assertEquals(List.of(), warnings(c, check), "the accepted policy is the only one of its table");
            assertFalse(check.contains("DROP POLICY mine"), check);
            Scripts.run(
                    c,
                    "CREATE POLICY open ON two FOR SELECT USING (tenant_id <> ''); CREATE POLICY open ON \"Two\" FOR SELECT"
                            + " USING (tenant_id <> ''); CREATE POLICY more ON own FOR SELECT USING (tenant_id <> '')");
            List<String> warned = warnings(c, check);
            assertEquals(1, warned.size(), warned::toString);
            assertTrue(warned.get(0).contains("DROP POLICY open ON two;"), warned::toString);
            assertTrue(warned.get(0).contains("DROP POLICY open ON \"Two\";"), warned::toString);
            assertFalse(warned.get(0).contains(" own"), warned::toString);
            // only of what was asked for
            String some = Captured.run(
                            "ddl",
                            "--url",
                            server.url(database),
                            "--user",
                            "postgres",
                            "--tables",
                            "ours",
                            "--part",
                            "check")
                    .out();
            assertEquals(List.of(), warnings(c, some));
            // what it says, done
            String statements = warned.get(0).substring(warned.get(0).indexOf("DROP POLICY"));
            Scripts.run(c, statements);
            assertEquals(List.of(), warnings(c, check));
            assertEquals(
                    "own 2, ours 1, two 1, Two 1",
                    Scripts.value(
                            c,
                            "SELECT string_agg(relname || ' ' || n, ', ' ORDER BY n DESC, oid) FROM (SELECT c.relname, c.oid,"
                                    + " count(*) AS n FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid GROUP BY 1, 2) x"));
        }
    }
}
