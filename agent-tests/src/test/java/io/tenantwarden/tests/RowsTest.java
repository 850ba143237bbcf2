package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** {@code cross-tenant-row} and {@code zero-row-write}, in each mode and strategy. */
class RowsTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    private static final String OWN = "nullif(current_setting('app.tenant_id', true), '')";

    private static final String[] TYPES = {
        "of_int int 7 8",
        "of_bigint bigint 7 8",
        "of_numeric numeric 7 8",
        "of_uuid uuid 11111111-2222-3333-4444-555555555555 99999999-2222-3333-4444-555555555555",
        "of_varchar varchar(20) a b",
        "of_char character(20) a b",
        "of_domain tenant_name a b"
    };

    /** With objects that let others' rows be seen. */
    private static TestDatabase database() throws SQLException {
        TestDatabase database = TestDatabase.create(18);
        try (Connection c = PostgresServer.get(18).superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("CREATE DOMAIN tenant_name AS text");
            for (String type : TYPES) {
                String[] words = type.split(" ");
                protectedTable(s, words[0], words[1], words[1].startsWith("character") ? "text" : words[1]);
                s.execute("INSERT INTO " + words[0] + " VALUES ('" + words[2] + "'), ('" + words[3] + "')");
            }
            s.execute("CREATE TABLE loose (tenant_id text)");
            s.execute("ALTER TABLE loose OWNER TO warden_owner");
            s.execute("ALTER TABLE loose ENABLE ROW LEVEL SECURITY");
            s.execute("CREATE POLICY tenant ON loose USING (tenant_id = " + OWN + ")");
            s.execute("CREATE TABLE open_table (tenant_id text)");
            s.execute("INSERT INTO loose VALUES ('a'), ('b')");
            s.execute("INSERT INTO open_table VALUES ('a'), ('b')");
            protectedTable(s, "templates", "text", "text");
            s.execute("ALTER POLICY tenant ON templates USING (tenant_id = " + OWN
                    + " OR tenant_id IS NULL OR tenant_id = 'shared')");
            s.execute("INSERT INTO templates VALUES (NULL), ('shared'), ('a'), ('b')");
            protectedTable(s, "documents", "text", "text");
            s.execute(
                    "ALTER POLICY tenant ON documents USING (tenant_id IN (SELECT m FROM unnest(ARRAY['a', 'b']) m))");
            s.execute("INSERT INTO documents VALUES ('a'), ('b')");
            functions(s);
            protectedTable(s, "empty_table", "text", "text");
            s.execute("VACUUM ANALYZE empty_table");
            s.execute("CREATE TABLE archive (id bigint, note text)");
            s.execute("CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE customers SET note ="
                    + " new.note WHERE id = new.id; RETURN new; END'");
            s.execute("CREATE TRIGGER noted BEFORE UPDATE ON archive FOR EACH ROW EXECUTE FUNCTION note_it()");
            s.execute("CREATE VIEW all_invoices AS SELECT note, tenant_id AS customer FROM invoices");
            s.execute("CREATE VIEW nested_invoices AS SELECT v.customer AS whose FROM all_invoices v, countries");
            s.execute("CREATE VIEW own_invoices WITH (security_invoker = true) AS SELECT * FROM invoices");
            s.execute("CREATE MATERIALIZED VIEW copied_invoices AS SELECT id, tenant_id AS customer FROM invoices");
            s.execute(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO warden_app, warden_bypass");
        }
        return database;
    }

    /** Policies that compare the tenant column with what functions return. */
    private static void functions(Statement s) throws SQLException {
        s.execute("CREATE FUNCTION own() RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN IF " + OWN + " IS NULL THEN"
                + " RETURN NULL; END IF; RETURN current_setting('app.tenant_id'); END $$");
        s.execute("CREATE FUNCTION visible() RETURNS text[] STABLE LANGUAGE sql AS $$ SELECT ARRAY[" + OWN
                + ", CASE WHEN " + OWN + " = 'a' THEN 'b' END] $$");
        s.execute("CREATE FUNCTION looked_up() RETURNS text STABLE LANGUAGE sql AS $$ SELECT v.id FROM (VALUES ('a',"
                + " 'b')) v(name, id) WHERE v.name = own() $$");
        s.execute("CREATE FUNCTION prefixed() RETURNS text STABLE LANGUAGE sql AS $$ SELECT 'x-' || own() || 'b' $$");
        String[][] tables = {
            {"by_list", "tenant_id = ANY (visible())"},
            {"by_group", "tenant_id IN (SELECT unnest(visible()))"},
            {"by_constant", "tenant_id IN (own(), CASE WHEN own() = 'a' THEN 'b' END)"},
            {"by_look_up", "tenant_id = looked_up()"},
            {"by_prefix", "'x-a' || tenant_id = prefixed()"},
            {"by_function", "tenant_id = own()"}
        };
        for (String[] table : tables) {
            protectedTable(s, table[0], "text", "text");
            s.execute("ALTER POLICY tenant ON " + table[0] + " USING (" + table[1] + ")");
            s.execute("INSERT INTO " + table[0] + " VALUES ('a'), ('b')");
        }
        s.execute("CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        protectedTable(s, "any_case", "text COLLATE any_case", "text");
        s.execute("INSERT INTO any_case VALUES ('a'), ('A'), ('b')");
    }

    private static void protectedTable(Statement s, String name, String type, String cast) throws SQLException {
        s.execute("CREATE TABLE " + name + " (tenant_id " + type + ")");
        s.execute("ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY");
        s.execute("ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY");
        s.execute("CREATE POLICY tenant ON " + name + " USING (tenant_id = (" + OWN + ")::" + cast + ")");
    }

    /** The tests of the scenario, by the beginning of their names, at which a violation of this kind was told. */
    private static Set<String> sites(AgentJvm.Result result, String kind, String scenario) {
        Set<String> sites = new TreeSet<>();
        Pattern method = Pattern.compile(" site=\\S*" + scenario + "\\.(?:lambda\\$)?(\\w+?)(?:\\$\\d+)?\\(");
        for (String line : result.lines("VIOLATION " + kind + " ")) {
            Matcher m = method.matcher(line);
            assertTrue(m.find(), line);
            sites.add(m.group(1));
            assertTrue(line.contains(" tables=public."), line);
            assertTrue(line.contains(" next="), line);
        }
        return sites;
    }

    private static Set<String> tests(String scenario, String prefix) throws ClassNotFoundException {
        Set<String> names = new TreeSet<>();
        for (Method method : Class.forName(SCENARIOS + scenario).getDeclaredMethods()) {
            if (method.getName().startsWith(prefix) && method.getParameterCount() == 0) {
                names.add(method.getName());
            }
        }
        return names;
    }

    @TestFactory
    List<DynamicTest> rowsOfOtherTenants() throws Exception {
        Set<String> foreign = tests("ForeignRowsScenario", "foreign");
        List<DynamicTest> tests = new ArrayList<>();
        for (String run : List.of(
                "enforce all pipelined",
                "enforce all jdbc",
                "enforce sampled auto",
                "inject sampled jdbc",
                "audit all auto",
                "inject off auto")) {
            String[] words = run.split(" ");
            tests.addAll(Forked.scenario(Class.forName(SCENARIOS + "ForeignRowsScenario"))
                    .database(database())
                    .named("rows " + run)
                    .strategy(words[2])
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", words[0])
                    .warden("rows.check", words[1])
                    .warden("bypass.all.at", SCENARIOS + "ForeignRowsScenario#countAll")
                    .warden("bypass.all.reason", "counts all")
                    .warden("app.packages", "io.tenantwarden.tests.scenarios")
                    .warden("log", "stderr")
                    .with(jvm -> jvm.property("rows.expected", words[0].equals("enforce") ? "refused" : "seen"))
                    .then(result -> assertEquals(
                            words[1].equals("off") ? Set.of() : foreign,
                            sites(result, "cross-tenant-row", "ForeignRowsScenario"),
                            result::all))
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> writesThatTouchedNothing() throws Exception {
        Set<String> hidden = tests("ZeroRowsScenario", "hidden");
        List<DynamicTest> tests = new ArrayList<>();
        for (String run : List.of("audit auto", "inject pipelined", "inject jdbc", "enforce auto")) {
            String[] words = run.split(" ");
            tests.addAll(Forked.scenario(Class.forName(SCENARIOS + "ZeroRowsScenario"))
                    .database(database())
                    .named(run)
                    .strategy(words[1])
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", words[0])
                    .warden("bypass.all.at", SCENARIOS + "ZeroRowsScenario#deleteAll")
                    .warden("bypass.all.reason", "deletes all")
                    .warden("app.packages", "io.tenantwarden.tests.scenarios")
                    .warden("log", "stderr")
                    .then(result -> assertEquals(
                            words[0].equals("enforce") ? Set.of() : hidden,
                            sites(result, "zero-row-write", "ZeroRowsScenario"),
                            result::all))
                    .tests());
        }
        return tests;
    }
}
