package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** {@code warden.role}, on the oldest and the newest server, in both strategies, with an owner's and a superuser's login. */
class RoleTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    private static Class<?> scenario(String name) throws ClassNotFoundException {
        return Class.forName(SCENARIOS + name);
    }

    /** No text in it says that a role is set: then Warden would trust no role, and a lost one could not be seen. */
    static TestDatabase database(int major) {
        TestDatabase database = TestDatabase.create(major);
        run(database, "postgres", """
            DO $$ BEGIN CREATE ROLE warden_acting NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            DO $$ BEGIN CREATE ROLE warden_lesser NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            GRANT warden_lesser TO warden_acting;
            GRANT warden_acting, warden_lesser TO warden_owner;
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO warden_acting, warden_lesser;
            CREATE SCHEMA own;
            GRANT USAGE, CREATE ON SCHEMA own TO warden_acting""");
        run(database, "warden_owner", """
            GRANT SELECT, INSERT, UPDATE, DELETE ON invoices, customers TO warden_acting;
            GRANT SELECT ON countries, open_invoices TO warden_acting;
            GRANT SELECT ON countries TO warden_lesser;
            CREATE TABLE noted (what text);
            CREATE TABLE deferring (id int);
            GRANT SELECT, INSERT, UPDATE, DELETE ON noted, deferring TO warden_acting;
            CREATE FUNCTION seen() RETURNS text LANGUAGE sql AS
              $$ SELECT current_user || ':' || count(*) FROM invoices $$;
            CREATE FUNCTION note_down() RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN DELETE FROM noted; INSERT INTO noted SELECT seen(); END $$;
            CREATE PROCEDURE note_down_by_call() LANGUAGE plpgsql AS $$ BEGIN PERFORM note_down(); END $$;
            CREATE PROCEDURE note_down_and_commit() LANGUAGE plpgsql AS
              $$ BEGIN PERFORM note_down(); COMMIT; PERFORM note_down(); END $$;
            CREATE FUNCTION note_down_later() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN PERFORM note_down(); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER later AFTER INSERT ON deferring DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION note_down_later();
            CREATE FUNCTION computed() RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN PERFORM set_config('ro' || 'le', 'none', true); END $$;
            CREATE FUNCTION computed_for_session() RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN PERFORM set_config('ro' || 'le', 'none', false); END $$""");
        return database;
    }

    private static TestDatabase databaseWithWaysOut(int major) {
        TestDatabase database = database(major);
        run(database, "postgres", """
            CREATE VIEW all_invoices AS SELECT * FROM invoices;
            GRANT SELECT ON all_invoices TO warden_owner WITH GRANT OPTION;
            GRANT SELECT ON all_invoices TO warden_acting;
            CREATE FUNCTION back_to_login() RETURNS void LANGUAGE plpgsql AS
              $$ BEGIN PERFORM set_config('role', 'none', true); END $$;
            CREATE FUNCTION as_login() RETURNS bigint LANGUAGE sql SET role = 'postgres' AS
              $$ SELECT count(*) FROM invoices $$;
            CREATE FUNCTION of_definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS
              $$ SELECT count(*) FROM invoices $$""");
        run(database, "warden_owner", """
            CREATE VIEW over_all_invoices AS SELECT id FROM all_invoices;
            GRANT SELECT ON over_all_invoices TO warden_acting""");
        return database;
    }

    private static void run(TestDatabase database, String role, String script) {
        try (Connection c = PostgresServer.get(database.major()).connect(database.name(), role);
                Statement s = c.createStatement()) {
            s.execute(script);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Forked withRole(String scenario, TestDatabase database, String strategy) throws Exception {
        return Forked.scenario(scenario(scenario))
                .database(database)
                .strategy(strategy)
                .warden("tenant", AgentScenariosTest.SOURCE)
                .warden("role", "warden_acting")
                .warden("bypass.own.at", SCENARIOS + "RoleCase#inBypass")
                .warden("bypass.own.reason", "works with the rights of the login")
                .warden("log", "stderr");
    }

    @TestFactory
    List<DynamicTest> nothingLosesTheRole() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (int major : new int[] {14, 18}) {
            for (String strategy : new String[] {"auto", "jdbc"}) {
                tests.addAll(withRole("RoleScenario", database(major), strategy)
                        .then(RoleTest::assertLoginsAreTold)
                        .tests());
            }
        }
        return tests;
    }

    private static void assertLoginsAreTold(AgentJvm.Result result) {
        List<String> covers = result.lines("[warden] COVER");
        assertTrue(covers.stream().anyMatch(line -> line.contains("role=postgres->warden_acting ")), result::all);
        assertTrue(covers.stream().anyMatch(line -> line.contains("role=warden_owner->warden_acting ")), result::all);
        assertTrue(covers.stream().noneMatch(line -> line.contains("opens=")), result::all);
        // the superuser stays an error, the owner who is a member is the safe case
        List<String> errors = result.lines("FINDING WD001");
        assertEquals(1, errors.size(), result::all);
        assertTrue(errors.get(0).contains("object=postgres") && errors.get(0).contains("warden.role"), result::all);
        assertTrue(
                result.lines("FINDING role-ddl").stream().anyMatch(line -> line.contains("warden.bypass.")),
                result::all);
        assertTrue(
                result.lines("FINDING role-skipped").stream()
                        .anyMatch(line -> line.contains("skips what") && line.contains("warden.bypass.")),
                result::all);
    }

    @TestFactory
    List<DynamicTest> theWaysOutAreShut() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String mode : new String[] {"inject", "enforce"}) {
            for (String strategy : new String[] {"auto", "jdbc"}) {
                tests.addAll(withRole("RoleEscapesScenario", databaseWithWaysOut(18), strategy)
                        .named(mode)
                        .warden("mode", mode)
                        .then(result -> assertTrue(
                                result.lines("[warden] COVER").stream()
                                        .anyMatch(line -> line.contains("role=postgres->warden_acting ")
                                                && line.contains("opens=views:2,functions:1")),
                                result::all))
                        .tests());
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> anApplicationThatDropsItsRightsItself() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String strategy : new String[] {"auto", "jdbc"}) {
            tests.addAll(Forked.scenario(scenario("LesserRoleScenario"))
                    .database(database(18))
                    .strategy(strategy)
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .warden("mode", "enforce")
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> aRoleThatCannotBeSetIsToldAtTheStart() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String strategy : new String[] {"auto", "jdbc"}) {
            tests.addAll(withRole("RoleMissingScenario", database(18), strategy)
                    .named("no member")
                    .with(jvm -> jvm.property("role.login", "warden_app").property("role.state", "42501"))
                    .then(result -> assertToldFirst(result, "role-not-member", "GRANT warden_acting TO warden_app"))
                    .tests());
            tests.addAll(withRole("RoleMissingScenario", database(18), strategy)
                    .named("no such role")
                    .warden("role", "warden_nobody")
                    .with(jvm -> jvm.property("role.login", "postgres").property("role.state", "22023"))
                    .then(result -> assertToldFirst(result, "role-unknown", "CREATE ROLE warden_nobody"))
                    .tests());
        }
        return tests;
    }

    private static void assertToldFirst(AgentJvm.Result result, String rule, String fix) {
        List<String> told = result.lines("FINDING " + rule);
        assertEquals(1, told.size(), result::all);
        assertTrue(told.get(0).contains(fix), result::all);
        List<String> all = result.lines("[warden]");
        int violation = 0;
        while (violation < all.size() && !all.get(violation).contains("VIOLATION")) {
            violation++;
        }
        assertTrue(all.indexOf(told.get(0)) < violation, result::all);
    }
}
