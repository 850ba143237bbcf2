package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forwarder;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One application, with the agent and without: what it sees of the driver is the same, step by step, for every kind of use, in every query mode, and
 * for every connection property of the newest driver. What is not the same stands in {@link #DIFFERENCES}, and in docs/how-it-is-checked.md.
 */
class SameResultsTest {

    private static final int MAJOR = 18;
    private static final String MAIN = "io.tenantwarden.tests.scenarios.SameResultsMain";

    /** Strategy, step, and what the application sees with the agent: regular expressions. */
    private static final List<Difference> DIFFERENCES = List.of(
            // a replication connection takes no part: nothing is set, so that policies hide every row
            new Difference(".*", "property replication=.*", ".*\\[\\]\\]?|0|\\[0, 0\\]|\\[\\[\\[0\\]\\]\\]"));

    private record Difference(String strategy, String step, String seen) {}

    @TempDir
    static Path folder;

    private static final List<Forwarder> DOORS = new ArrayList<>();
    private static Map<String, String> without;

    @BeforeAll
    static void withoutTheAgent() throws Exception {
        int trials = (int) Class.forName("io.tenantwarden.tests.scenarios.DriverProperties")
                .getMethod("count")
                .invoke(null);
        for (int i = 0; i < trials; i++) {
            DOORS.add(new Forwarder(PostgresServer.get(MAJOR).port()));
        }
        without = run(new AgentJvm().withoutAgent(), "warden_plain", "without");
    }

    @AfterAll
    static void close() {
        DOORS.forEach(Forwarder::close);
    }

    private static TestDatabase database() throws Exception {
        TestDatabase database = TestDatabase.create(MAJOR);
        try (Connection c = PostgresServer.get(MAJOR).superuser(database.name());
                Statement s = c.createStatement()) {
            s.execute("do $$ begin create role warden_plain login nosuperuser password 'secret' in role warden_app;"
                    + " exception when duplicate_object then null; end $$");
            s.execute("alter role warden_plain set app.tenant_id = 'a'");
        }
        try (Connection c = PostgresServer.get(MAJOR).connect(database.name(), "warden_owner");
                Statement s = c.createStatement()) {
            for (String sql : List.of(
                    "create type mood as enum ('happy', 'sad')",
                    "create type part as (n int, what text)",
                    "create table things (id int primary key, tenant_id text not null default"
                            + " current_setting('app.tenant_id'), name text, amount int not null default 0, mood mood,"
                            + " tags text[], body bytea, born timestamptz default now(), parts part)",
                    "insert into things select n, 'a', 'a-' || n, n, 'happy', array['t' || n], null, '2020-01-01', row(n, 'p')::part"
                            + " from generate_series(1, 10) n",
                    "insert into things select n, 'b', 'b-' || n, n from generate_series(101, 110) n",
                    "alter table things enable row level security",
                    "alter table things force row level security",
                    "create policy tenant on things"
                            + " using (tenant_id = nullif(current_setting('app.tenant_id', true), ''))",
                    "create table scratch (id serial primary key, note text)",
                    "grant all on things, scratch, scratch_id_seq to warden_app",
                    "create function how_many(lowest int) returns int language sql as"
                            + " $$ select count(*)::int from things where id >= lowest $$",
                    "create function open_things() returns refcursor language plpgsql as"
                            + " $$ declare c refcursor; begin open c for select id from things; return c; end $$",
                    "create procedure touch(more int) language sql as $$ update things set amount = amount + more $$",
                    "create procedure touch_and_commit(more int) language plpgsql as"
                            + " $$ begin update things set amount = amount + more; commit;"
                            + " update things set amount = amount + more; end $$")) {
                s.execute(sql);
            }
        }
        return database;
    }

    private static final Map<String, AgentJvm.Result> RESULTS = new HashMap<>();

    private static Map<String, String> run(AgentJvm jvm, String role, String name) throws Exception {
        TestDatabase database = database();
        Path file = folder.resolve(name + ".txt");
        List<String> arguments =
                new ArrayList<>(List.of("-cp", jvm.classPath(), MAIN, database.url(), role, file.toString()));
        for (Forwarder door : DOORS) {
            arguments.add("jdbc:postgresql://127.0.0.1:" + door.port() + "/" + database.name());
        }
        AgentJvm.Result result =
                jvm.in(Files.createDirectories(folder.resolve(name))).runJava(arguments);
        assertEquals(0, result.exit(), result::all);
        RESULTS.put(name, result);
        Map<String, String> seen = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            int tab = line.indexOf('\t');
            seen.put(line.substring(0, tab), line.substring(tab + 1));
        }
        assertTrue(seen.size() > 1_000, () -> seen.size() + " steps");
        return seen;
    }

    @ParameterizedTest
    @CsvSource({"pipelined, enforce", "jdbc, enforce"})
    void theApplicationSeesTheSame(String strategy, String mode) throws Exception {
        Map<String, String> with = run(
                new AgentJvm()
                        .property("warden.tenant", AgentScenariosTest.SOURCE)
                        .property("warden.mode", mode)
                        .property("warden.strategy", strategy)
                        .property("warden.rows.check", "all")
                        .property("warden.log", "stderr"),
                "warden_app",
                strategy);
        assertEquals(List.of(), RESULTS.get(strategy).lines("an error of the agent"));
        List<String> differences = new ArrayList<>();
        Map<String, String> all = new LinkedHashMap<>(without);
        with.keySet().forEach(step -> all.putIfAbsent(step, null));
        all.forEach((step, value) -> {
            String seen = with.get(step);
            if (value == null || !value.equals(seen)) {
                boolean known = seen != null
                        && DIFFERENCES.stream()
                                .anyMatch(each -> strategy.matches(each.strategy())
                                        && step.matches(each.step())
                                        && seen.matches(each.seen()));
                if (!known) {
                    differences.add(step + "\n    without: " + value + "\n    with:    " + seen);
                }
            }
        });
        assertEquals(
                List.of(), differences, () -> differences.size() + " differences\n" + String.join("\n", differences));
    }
}
