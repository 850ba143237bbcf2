package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.jvm.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What drivers and applications do with connections beside the straight way, on the oldest and the newest server, in both strategies. */
class HardCasesTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";

    /** Run in one JVM for each server and strategy. */
    private static final List<String> HABITS = List.of(
            "SavepointsScenario",
            "TransactionStartScenario",
            "BatchesScenario",
            "CursorsScenario",
            "InterruptionsScenario",
            "ProceduresScenario",
            "QueryModesScenario",
            "CopyScenario",
            "SeveralStatementsScenario",
            "DefinitionsScenario",
            "OwnHelperScenario",
            "SharedConnectionScenario",
            "XaScenario",
            "FirstSnapshotScenario");

    private static Class<?> scenario(String name) {
        try {
            return Class.forName(SCENARIOS + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String LABEL = "application_name=billing {tenant-hash} {thread}";

    private static void withHashKey(AgentJvm jvm) {
        jvm.environment("WARDEN_HASH_KEY", "c0ffee00c0ffee00c0ffee00");
    }

    private static void assertTheNameIsNobodysTenant(AgentJvm.Result result) {
        assertTrue(
                result.lines("VIOLATION unscoped-query").stream()
                        .anyMatch(line -> line.contains("ApplicationNameScenario#")),
                result::all);
        for (String kind : List.of("VIOLATION guc-tamper", "VIOLATION tenant-switch", "setting-redundant", "c0ffee")) {
            assertEquals(
                    List.of(),
                    result.lines(kind).stream()
                            .filter(line -> line.contains("application_name") || line.contains("c0ffee"))
                            .toList());
        }
        assertEquals(List.of(), result.lines("application_name(in"), "no policy is asked for it");
    }

    /** The same with {@code warden.hold=session}, which must change nothing but what is sent. */
    @TestFactory
    List<DynamicTest> habitsWithValuesHeldForTheSession() {
        List<DynamicTest> tests = new ArrayList<>();
        for (int major : new int[] {14, 18}) {
            Forked forked = Forked.scenario(scenario("HoldSessionScenario"))
                    .database(TestDatabase.create(major))
                    .named("hold=session")
                    .warden("hold", "session")
                    .warden("tenant", AgentScenariosTest.SOURCE)
                    .with(HardCasesTest::withHashKey);
            if (major == 14) {
                forked.and(scenario("ApplicationNameScenario")).warden("guc", "app.tenant_id={tenant}," + LABEL);
            } else {
                forked.and(scenario("PoolOfOneScenario")).and(scenario("IsolationScenario"));
                HABITS.forEach(name -> forked.and(scenario(name)));
            }
            tests.addAll(forked.tests());
        }
        return tests;
    }

    private static List<DynamicTest> onBothServers(String scenario, UnaryOperator<Forked> configuration) {
        List<DynamicTest> tests = new ArrayList<>();
        for (int major : new int[] {14, 18}) {
            for (String strategy : new String[] {"auto", "jdbc"}) {
                Forked forked = Forked.scenario(scenario(scenario))
                        .database(TestDatabase.create(major))
                        .strategy(strategy)
                        .warden("tenant", AgentScenariosTest.SOURCE);
                tests.addAll(configuration.apply(forked).tests());
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> driverFeaturesAndApplicationHabits() throws Exception {
        return onBothServers(HABITS.get(0), forked -> {
            HABITS.subList(1, HABITS.size()).forEach(name -> forked.and(scenario(name)));
            return forked;
        });
    }

    @TestFactory
    List<DynamicTest> severalSettings() throws Exception {
        return onBothServers(
                "HardCasesGucScenario",
                forked -> forked.and(scenario("ApplicationNameScenario"))
                        .warden("guc", "app.tenant_id={tenant},app.is_platform=off,app.region=eu," + LABEL)
                        .with(HardCasesTest::withHashKey)
                        .warden("log", "stderr")
                        .then(HardCasesTest::assertTheNameIsNobodysTenant)
                        .warden("guc.none", "app.is_platform=off")
                        .warden("guc.bypass", "app.is_platform=on")
                        .warden("bypass.platform.at", SCENARIOS + "HardCasesGucScenario#inBypass")
                        .warden("bypass.platform.reason", "sees all tenants"));
    }

    @TestFactory
    List<DynamicTest> enforceLetsNothingSlipThrough() throws Exception {
        return onBothServers(
                "HardCasesEnforceScenario",
                forked -> forked.and(scenario("PoolHabitsScenario"))
                        .and(scenario("NamesInDoubtScenario"))
                        .warden("mode", "enforce")
                        .warden("log", "stderr")
                        .then(HardCasesTest::assertOwnHelperIsTold)
                        .warden("bypass.migration.at", SCENARIOS + "HardCasesEnforceScenario#migrate")
                        .warden("bypass.migration.reason", "changes tables"));
    }

    /** What the application repeats or clears is one finding with the next step; another value is a violation with an id of its own. */
    private static void assertOwnHelperIsTold(AgentJvm.Result result) {
        List<String> told = result.lines("FINDING setting-redundant").stream()
                .filter(line -> line.contains("PoolHabitsScenario#tidyUp"))
                .toList();
        assertEquals(1, told.size(), result::all);
        assertTrue(told.get(0).contains("take it out of the application"), result::all);
        List<String> tampering = result.lines("VIOLATION guc-tamper").stream()
                .filter(line -> line.contains("PoolHabitsScenario.tidyUp("))
                .toList();
        assertEquals(1, tampering.size(), result::all);
        for (String method : List.of("aCancelThatHitsAStatementOfOursIsACancel", "whatTheDriverHealsIsHealed")) {
            assertEquals(
                    List.of(),
                    result.lines("VIOLATION injection-failed").stream()
                            .filter(line -> line.contains(method))
                            .toList());
        }
        assertTrue(
                result.lines("VIOLATION tenant-switch").stream()
                        .anyMatch(line -> line.contains("PoolHabitsScenario.asTheSecond(")
                                && line.contains(
                                        "otherSite=io.tenantwarden.tests.scenarios.PoolHabitsScenario.asTheFirst(")),
                result::all);
    }

    @TestFactory
    List<DynamicTest> whatTheDriverAsksChangesNoScope() throws Exception {
        return onBothServers(
                "DriverLookUpsScenario",
                forked -> forked.warden("mode", "enforce").warden("datasource.exclude", "warden_owner@*"));
    }

    @TestFactory
    List<DynamicTest> severalHostsAndTls() throws Exception {
        try (Tls oldest = new Tls(PostgresServer.get(14));
                Tls newest = new Tls(PostgresServer.get(18))) {
            return onBothServers("NetworkScenario", forked -> forked.warden("mode", "enforce"));
        }
    }
}
