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
import java.util.Set;
import java.util.stream.Collectors;
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

    private static final String CLINICS = """
            DO $$ BEGIN CREATE ROLE warden_acting NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
            CREATE TABLE types (id int generated always as identity primary key, name text);
            INSERT INTO types (name) VALUES ('cat'), ('dog'), ('lizard');
            CREATE TABLE owners (id bigint generated always as identity primary key, first_name text, last_name text, city text);
            CREATE TABLE pets (id bigint generated always as identity primary key, name text, type_id int REFERENCES types,
              owner_id bigint REFERENCES owners ON DELETE CASCADE);
            CREATE TABLE visits (id bigint generated always as identity primary key,
              pet_id bigint REFERENCES pets ON DELETE CASCADE, visit_date date, description text);
            CREATE VIEW visits_of_clinic WITH (security_invoker = true) AS SELECT count(*) AS visits FROM visits;
            GRANT USAGE ON SCHEMA public TO warden_acting;
            GRANT SELECT, INSERT, UPDATE, DELETE ON types, owners, pets, visits, visits_of_clinic TO warden_acting;
            """;

    private static final String PROTECTED = """
            ALTER TABLE %1$s ADD tenant_id text NOT NULL DEFAULT current_setting('app.tenant_id', true);
            ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON %1$s USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
            """;

    private static final String ROWS_OF_A_CLINIC = """
            SELECT set_config('app.tenant_id', '%s', false);
            WITH o AS (INSERT INTO owners (first_name, last_name, city) VALUES ('George', 'Franklin', 'Madison'),
              ('Betty', 'Davis', 'Sun Prairie'), ('Eduardo', 'Rodriquez', 'McFarland'), ('Harold', 'Davis', 'Windsor'),
              ('Jean', 'Coleman', 'Monona') RETURNING id, last_name),
            p AS (INSERT INTO pets (name, type_id, owner_id)
              SELECT v.pet, t.id, o.id FROM o JOIN (VALUES ('Franklin', 'Leo', 'cat'), ('Rodriquez', 'Rosy', 'dog'),
                ('Rodriquez', 'Jewel', 'dog'), ('Coleman', 'Samantha', 'cat'), ('Coleman', 'Max', 'lizard')) v (owner, pet, type)
                ON v.owner = o.last_name JOIN types t ON t.name = v.type RETURNING id, name)
            INSERT INTO visits (pet_id, visit_date, description)
              SELECT p.id, '2013-01-01', d FROM p, unnest(array['rabies shot', 'neutered']) d WHERE p.name IN ('Samantha', 'Max');
            """;

    /** A suite that connects as the container's superuser and knows of no tenants: one flag, and each test sees the rows of one. */
    @TestFactory
    List<DynamicTest> aTestSuiteOfASuperuserIsIsolated() throws Exception {
        TestDatabase database = TestDatabase.create(18);
        run(database, "postgres", CLINICS);
        for (String table : List.of("owners", "pets", "visits")) {
            run(database, "postgres", PROTECTED.formatted(table));
        }
        for (String clinic : List.of("madison", "windsor")) {
            run(database, "postgres", ROWS_OF_A_CLINIC.formatted(clinic));
        }
        List<DynamicTest> tests = new ArrayList<>(clinic(database)
                .warden("role", "warden_acting")
                .warden("role.superuser", "accept")
                .warden("mode", "enforce")
                .tests());
        tests.add(DynamicTest.dynamicTest("and is not without warden.role", () -> {
            Forked.Outcome without = clinic(database).run();
            assertTrue(without.status().size() >= 8, without.result()::all);
            assertEquals(
                    Set.of("shouldFindAllPetTypes", "shouldInsertOwner", "shouldInsertPetAndVisitIntoDatabase"),
                    without.passed().stream()
                            .map(name -> name.replaceFirst("\\(.*", "").replaceFirst(".*[.#]", ""))
                            .filter(name -> name.startsWith("should"))
                            .collect(Collectors.toSet()),
                    without.result()::all);
        }));
        return tests;
    }

    private static Forked clinic(TestDatabase database) throws Exception {
        return Forked.scenario(scenario("PetClinicScenario"))
                .database(database)
                .warden("tenant", "value:madison")
                .warden("log", "stderr");
    }
}
