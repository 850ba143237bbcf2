package io.tenantwarden.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.tenantwarden.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Planted reasons for missing rows, and for too many, each of which explain has to name. */
class ExplainTest {

    private static final int WIDTH = 80;

    /** By major version: 102 invoices, 51 of acme and 51 of bolt, and around them whatever hides or opens rows. */
    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    private static final String SCHEMA = """
            CREATE ROLE {db}_app LOGIN;
            CREATE ROLE {db}_owner LOGIN;
            CREATE ROLE {db}_super LOGIN SUPERUSER;
            CREATE ROLE {db}_bypass LOGIN BYPASSRLS;
            CREATE ROLE {db}_empty LOGIN;
            CREATE ROLE {db}_off LOGIN;
            ALTER ROLE {db}_empty SET app.tenant_id = '';
            ALTER ROLE {db}_off SET row_security = off;
            GRANT ALL ON SCHEMA public TO {db}_owner;
            GRANT {db}_app TO {db}_empty, {db}_off;
            SET ROLE {db}_owner;
            CREATE TABLE invoices (tenant_id text NOT NULL, id int PRIMARY KEY, number text);
            INSERT INTO invoices SELECT CASE WHEN i % 2 = 0 THEN 'acme' ELSE 'bolt' END, i, 'R-' || i
              FROM generate_series(1, 102) i;
            CREATE INDEX invoices_tenant ON invoices (tenant_id);
            ALTER TABLE invoices ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant_rows ON invoices USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
            CREATE TABLE unforced (LIKE invoices); INSERT INTO unforced TABLE invoices;
            ALTER TABLE invoices NO FORCE ROW LEVEL SECURITY;
            INSERT INTO unforced TABLE invoices;
            ALTER TABLE invoices FORCE ROW LEVEL SECURITY;
            ALTER TABLE unforced ENABLE ROW LEVEL SECURITY;
            CREATE POLICY tenant_rows ON unforced USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE VIEW all_unforced AS SELECT * FROM unforced;
            CREATE FUNCTION count_unforced() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
              'SELECT count(*) FROM unforced';
            CREATE TABLE forced_of_app (LIKE unforced); INSERT INTO forced_of_app TABLE unforced;
            ALTER TABLE forced_of_app ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY of_app ON forced_of_app TO {db}_app USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE VIEW view_of_owner AS SELECT * FROM forced_of_app;
            CREATE TABLE writes_only (LIKE unforced); INSERT INTO writes_only TABLE unforced;
            ALTER TABLE writes_only ENABLE ROW LEVEL SECURITY;
            CREATE POLICY w ON writes_only FOR UPDATE USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE TABLE no_policy (LIKE unforced); INSERT INTO no_policy TABLE unforced;
            ALTER TABLE no_policy ENABLE ROW LEVEL SECURITY;
            CREATE TABLE restricted (LIKE unforced); INSERT INTO restricted TABLE unforced;
            ALTER TABLE restricted ENABLE ROW LEVEL SECURITY;
            CREATE POLICY tenant_rows ON restricted USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE POLICY by_region ON restricted AS RESTRICTIVE USING (current_setting('app.region', true) = 'eu');
            CREATE TABLE by_row (LIKE unforced); INSERT INTO by_row TABLE unforced;
            ALTER TABLE by_row ENABLE ROW LEVEL SECURITY;
            CREATE POLICY tenant_rows ON by_row USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE POLICY few ON by_row AS RESTRICTIVE USING (id < 0);
            CREATE TABLE other_name (LIKE unforced); INSERT INTO other_name TABLE unforced;
            ALTER TABLE other_name ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON other_name USING (tenant_id = current_setting('app.current_tenant', true));
            CREATE TABLE of_uuid (tenant_id uuid, id int);
            INSERT INTO of_uuid VALUES ('11111111-1111-1111-1111-111111111111', 1);
            ALTER TABLE of_uuid ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON of_uuid USING (tenant_id = current_setting('app.tenant_id', true)::uuid);
            CREATE TABLE must_be_set (LIKE unforced); INSERT INTO must_be_set TABLE unforced;
            ALTER TABLE must_be_set ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON must_be_set USING (tenant_id = current_setting('app.tenant_id'));
            CREATE TABLE empty (LIKE unforced);
            ALTER TABLE empty ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON empty USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE TABLE not_enabled (LIKE unforced); INSERT INTO not_enabled TABLE unforced;
            CREATE POLICY p ON not_enabled USING (tenant_id = current_setting('app.tenant_id', true));
            CREATE TABLE open (LIKE unforced); INSERT INTO open TABLE unforced;
            ALTER TABLE open ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON open USING (true);
            CREATE MATERIALIZED VIEW copy AS SELECT * FROM unforced;
            CREATE TABLE settings (name text); INSERT INTO settings VALUES ('a');
            CREATE TABLE secret (tenant_id text);
            CREATE SEQUENCE numbers;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {db}_app;
            REVOKE ALL ON secret FROM {db}_app;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO {db}_bypass;
            RESET ROLE;
            ANALYZE;
            """;

    @TempDir
    Path folder;

    private static String database(int major) {
        return DATABASES.computeIfAbsent(major, m -> {
            try {
                PostgresServer server = PostgresServer.get(m);
                String name = server.createDatabase("why");
                try (Connection c = server.superuser(name)) {
                    Scripts.run(c, SCHEMA.replace("{db}", name));
                }
                return name;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Captured explain(int major, String role, String... arguments) {
        String db = database(major);
        List<String> all = new ArrayList<>(List.of("explain"));
        for (String a : arguments) {
            all.add(a.replace("{db}", db));
        }
        all.addAll(List.of("--url", PostgresServer.get(major).url(db), "--user", db + "_" + role));
        return Captured.run(Map.of("WARDEN_PASSWORD", "secret"), false, all.toArray(new String[0]));
    }

    /** The first paragraph without its line breaks. */
    private static String sentence(Captured run) {
        StringBuilder text = new StringBuilder();
        for (String line : run.out().split("\n")) {
            if (line.isBlank() || line.startsWith("  To do:")) {
                break;
            }
            text.append(text.isEmpty() ? "" : " ").append(line.strip());
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            app    |       | select * from invoices                | setting-unset        | No rows, because app.tenant_id is not set in this session; policy tenant_rows filtered 102 of 102.
            app    |       | select count(*) from invoices         | setting-unset        | No rows, because app.tenant_id is not set in this session; policy tenant_rows filtered 102 of 102.
            empty  |       | select * from invoices                | setting-empty        | No rows, because app.tenant_id is empty in this session; policy tenant_rows filtered 102 of 102.
            app    | acme  | select * from invoices where id = 7   | other-tenant         | No rows, because the 1 that the statement asks for in public.invoices belongs to another tenant than acme.
            owner  | acme  | select * from unforced                | owner                | 102 rows, of whatever tenant, because role {db}_owner owns public.unforced, which has no FORCE ROW LEVEL SECURITY: its policies are not applied.
            super  | acme  | select * from invoices                | superuser            | 102 rows, of whatever tenant, because role {db}_super is a superuser: no policy of public.invoices is applied.
            bypass | acme  | select * from invoices                | bypassrls            | 102 rows, of whatever tenant, because role {db}_bypass has BYPASSRLS: no policy of public.invoices is applied.
            app    | acme  | select * from all_unforced            | view-owner           | 102 rows, of whatever tenant, because view public.all_unforced runs with the rights of its owner, and role {db}_owner owns public.unforced, which has no FORCE ROW LEVEL SECURITY: its policies are not applied.
            app    | acme  | select * from view_of_owner           | view-owner           | No rows, because view public.view_of_owner reads with the rights of its owner, and policy of_app of public.forced_of_app is for {db}_app and not for role {db}_owner.
            app    | acme  | select count_unforced()               | security-definer     | 1 row, of whatever tenant, because function public.count_unforced is SECURITY DEFINER and runs with the rights of its owner, and role {db}_owner owns public.unforced, which has no FORCE ROW LEVEL SECURITY: its policies are not applied.
            app    | acme  | select * from writes_only             | no-policy-for-command | No rows, because no policy of public.writes_only permits SELECT: those that there are permit UPDATE.
            app    | acme  | select * from no_policy               | no-policy            | No rows, because public.no_policy has row-level security and no policy: then nobody sees a row.
            app    | acme  | select * from restricted              | restrictive-policy   | No rows, because the restrictive policy by_region of public.restricted reads app.region, which is not set; 102 of 102 rows are filtered.
            app    | acme  | select * from by_row                  | restrictive-policy   | No rows: either public.by_row has no row of tenant acme, or the restrictive policy few keeps them back.
            app    | acme  | select * from other_name              | other-setting        | No rows, because policy p of public.other_name reads the tenant from app.current_tenant, which nobody sets: it is set as app.tenant_id; policy p filtered 102 of 102.
            app    | cargo | select * from invoices                | rows-absent          | No rows, because public.invoices has no row of tenant cargo: policy tenant_rows filtered 102 of 102.
            app    | acme  | select * from empty                   | rows-absent          | No rows, because public.empty is empty: it has no row of any tenant.
            app    | acme  | select * from invoices where number = 'X' | rows-absent      | No rows, because none of the 51 visible rows of public.invoices meets the conditions of the statement.
            app    | ACME  | select * from invoices                | tenant-format        | No rows, because the tenant is written 'ACME' and the rows have 'acme': with that 51 rows of public.invoices come.
            app    | acme  | select * from of_uuid                 | tenant-format        | Error, because app.tenant_id is 'acme', and policy p of public.of_uuid makes a value of type uuid of it.
            empty  |       | select * from of_uuid                 | setting-empty        | Error, because app.tenant_id is empty in this session, and policy p of public.of_uuid makes a value of type uuid of it.
            app    |       | select * from must_be_set             | setting-unset        | Error, because app.tenant_id is not set in this session, and policy p of public.must_be_set reads it without missing_ok.
            off    | acme  | select * from invoices                | row-security-off     | Error, because row_security is off in this session, and policies of public.invoices would filter rows for role {db}_off.
            app    | acme  | select * from forced_of_app           | filtered             | 51 rows with the tenant and 0 without one: the policies of public.forced_of_app filter as they should.
            app    | acme  | select * from not_enabled             | not-enabled          | 102 rows, of whatever tenant, because row-level security is not enabled on public.not_enabled: its policies wait for that.
            app    | acme  | select * from open                    | open-policy          | 102 rows, and 102 without a tenant: the policies of public.open let rows through whoever asks.
            app    | acme  | select * from copy                    | materialized-view    | 102 rows, of whatever tenant, because public.copy is a materialized view: a copy, which no policy filters.
            app    | acme  | select * from settings                | nothing-protected    | 1 row: row-level security has no part in it, since nothing that it reads has row-level security or a tenant column.
            app    | acme  | select * from secret                  | no-privilege         | Error, because role {db}_app lacks a privilege, which comes before row-level security: permission denied for table secret.
            app    | acme  | select * from nowhere                 | no-such-table        | Error, because there is no relation nowhere on the search path of role {db}_app.
            app    | acme  | select nothing from invoices          | error                | Error, and not one of row-level security: column "nothing" does not exist Position: 8.
            app    |       | update invoices set number = 'x'      | setting-unset        | No rows, because app.tenant_id is not set in this session; policy tenant_rows filtered 102 of 102.
            app    | acme  | delete from writes_only               | no-policy-for-command | No rows, because no policy of public.writes_only permits DELETE: those that there are permit UPDATE.
            app    |       | insert into invoices values ('acme', 999) | setting-unset    | The row is refused, because app.tenant_id is not set in this session; policy tenant_rows filtered 102 of 102.
            """)
    void thePlantedCauseIsNamed(String role, String tenant, String sql, String cause, String sentence)
            throws Exception {
        for (int major : new int[] {14, 18}) {
            List<String> arguments = new ArrayList<>(List.of("--sql", sql));
            if (tenant != null) {
                arguments.addAll(List.of("--tenant", tenant));
            }
            Captured run = explain(major, role, arguments.toArray(new String[0]));
            assertEquals(sentence.replace("{db}", database(major)), sentence(run), run::toString);
            assertEquals(
                    List.of(), run.out().lines().filter(l -> l.length() > WIDTH).toList(), run::toString);
            arguments.add("--json");
            Captured json = explain(major, role, arguments.toArray(new String[0]));
            JsonObject conclusion = JsonParser.object().from(json.out()).getObject("conclusion");
            assertEquals(cause, conclusion.getString("cause"), json::toString);
            assertEquals(sentence.replace("{db}", database(major)), conclusion.getString("sentence"));
            boolean inOrder = List.of("filtered", "rows-absent", "other-tenant", "nothing-protected")
                    .contains(cause);
            assertEquals(inOrder ? 0 : 1, run.exitCode(), run::toString);
            assertEquals(run.exitCode(), json.exitCode());
        }
    }

    /** A login that sees all rows knows what the application's role cannot. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            acme  | select * from by_row                      | No rows, because the restrictive policy few of public.by_row keeps the tenant's rows back; 102 of 102 rows are filtered, 51 of them the tenant's.
            acme  | select * from invoices where number = 'R-7' | No rows, because the 1 that the statement asks for in public.invoices belongs to another tenant than acme.
            acme  | select * from invoices where number = 'X' | No rows, because none of the 51 visible rows of public.invoices meets the conditions of the statement, and no row of another tenant either.
                  | select * from invoices                    | No rows, because app.tenant_id is not set in this session; policy tenant_rows filtered 102 of 102.
            """)
    void withAsTheLoginSeesWhatIsHidden(String tenant, String sql, String sentence) {
        for (int major : new int[] {14, 18}) {
            List<String> arguments = new ArrayList<>(List.of("--as", "{db}_app", "--sql", sql));
            if (tenant != null) {
                arguments.addAll(List.of("--tenant", tenant));
            }
            Captured run = explain(major, "super", arguments.toArray(new String[0]));
            assertEquals(sentence, sentence(run), run::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theSessionOfTheApplicationCanBeGiven(int major) {
        Captured empty = explain(major, "app", "--sql", "select * from invoices", "--set", "app.tenant_id=");
        assertEquals(
                "No rows, because app.tenant_id is empty in this session; policy tenant_rows filtered 102 of 102.",
                sentence(empty),
                empty::toString);
        Captured region = explain(
                major, "app", "--sql", "select * from restricted", "--set", "app.region=eu", "--tenant", "acme");
        assertEquals(0, region.exitCode(), region::toString);
        Captured defaults = explain(major, "super", "--as", "{db}_empty", "--sql", "select * from invoices");
        assertTrue(sentence(defaults).contains("app.tenant_id is empty"), defaults::toString);
    }

    /** Nothing that a statement does is left, and what would write is not executed. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void nothingIsChanged(int major) throws Exception {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.superuser(database(major))) {
            String state = "SELECT md5(string_agg(i::text, ';' ORDER BY id)) FROM invoices i";
            String before = Scripts.value(c, state);
            for (String sql : new String[] {
                "delete from invoices",
                "with gone as (delete from invoices returning *) select * from gone",
                "select * from invoices for update",
                "merge into invoices i using settings s on true when matched then delete"
            }) {
                Captured run = explain(major, "owner", "--tenant", "acme", "--sql", sql);
                assertFalse(run.err().contains("please report it"), run::toString);
                assertEquals(before, Scripts.value(c, state), sql);
                if (major >= 15 || !sql.startsWith("merge")) {
                    assertTrue(run.out().contains("only planned, not"), run::toString);
                }
            }
            // what no rollback takes back
            String drawn = "SELECT last_value || is_called::text FROM numbers";
            assertEquals("1false", Scripts.value(c, drawn));
            Captured next = explain(major, "owner", "--sql", "select nextval('numbers'), i.* from invoices i");
            assertEquals("1false", Scripts.value(c, drawn), next::toString);
        }
        for (String sql : new String[] {"select 1; delete from invoices", "truncate invoices", "select 'x"}) {
            assertEquals(2, explain(major, "owner", "--sql", sql).exitCode(), sql);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatIndexesAndPoliciesCost(int major) {
        Captured run = explain(
                major,
                "app",
                "--tenant",
                "acme",
                "--sql",
                "select * from invoices where number like 'R-1%' and lower(number) = 'r-10'");
        String text = run.out().replaceAll("\\s+", " ");
        assertTrue(text.contains("index for the policy: invoices_tenant"), run::toString);
        assertTrue(text.contains("operator ~~ is not leakproof: it waits for the policy"), run::toString);
        assertTrue(text.contains("function lower() is not leakproof"), run::toString);
        assertTrue(
                text.contains("evaluated for each row, policy tenant_rows: current_setting('app.tenant_id')"),
                run::toString);
        assertTrue(text.contains("rows with the tenant: 51 of 102; policies filter 51"), run::toString);
        Captured plain =
                explain(major, "app", "--tenant", "acme", "--sql", "select * from invoices where number = 'R-10'");
        assertFalse(plain.out().contains("not leakproof"), plain::toString);
        Captured without = explain(major, "app", "--tenant", "acme", "--sql", "select * from forced_of_app");
        assertTrue(without.out().replaceAll("\\s+", " ").contains("no index begins with tenant_id"), without::toString);
    }

    @Test
    void theStatementOfAViolation() throws Exception {
        Path report = Files.writeString(folder.resolve("warden.json"), """
                {"version":1,"violations":[
                  {"id":"7f3a9c1e","sql":"SELECT number FROM invoices WHERE id = $1 AND number <> ? ORDER BY id"},
                  {"id":"00000001","sql":"SELECT ..."}]}
                """);
        String[] named = {"--id", "7f3a9c1e", "--report", report.toString()};
        Captured run = explain(
                18,
                "app",
                "--id",
                "7f3a9c1e",
                "--report",
                report.toString(),
                "--param",
                "10",
                "--param",
                "it's",
                "--tenant",
                "acme");
        assertEquals(
                "1 row with the tenant and 0 without one: the policies of public.invoices filter as they should.",
                sentence(run),
                run::toString);
        Captured missing = explain(18, "app", named);
        assertEquals(2, missing.exitCode(), missing::toString);
        assertTrue(
                missing.err().contains("the next one stands behind 'SELECT number FROM invoices WHERE id ='"),
                missing::toString);
        Captured cut = explain(18, "app", "--id", "00000001", "--report", report.toString());
        assertEquals(3, cut.exitCode(), cut::toString);
        assertTrue(cut.err().contains("give it with --sql"), cut::toString);
        Captured unknown = explain(18, "app", "--id", "ffffffff", "--report", report.toString());
        assertTrue(unknown.err().contains("has no violation ffffffff"), unknown::toString);
        assertEquals(2, explain(18, "app", "--id", "7f3a9c1e").exitCode());
        Captured both = explain(18, "app", "--id", "7f3a9c1e", "--sql", "select 1");
        assertEquals(2, both.exitCode(), both::toString);
        List<String> questions = new ArrayList<>();
        String db = database(18);
        Captured asked = Captured.run(
                Map.of("WARDEN_PASSWORD", "secret"),
                false,
                question -> {
                    questions.add(question);
                    return questions.size() == 1 ? "10".toCharArray() : "x".toCharArray();
                },
                "explain",
                "--id",
                "7f3a9c1e",
                "--report",
                report.toString(),
                "--tenant",
                "acme",
                "--url",
                PostgresServer.get(18).url(db),
                "--user",
                db + "_app");
        assertEquals(0, asked.exitCode(), asked::toString);
        assertEquals("SELECT number FROM invoices WHERE id = ?   Value 1: ", questions.get(0));
    }
}
