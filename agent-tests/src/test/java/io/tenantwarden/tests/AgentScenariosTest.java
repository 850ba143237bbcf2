package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.Library;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios, each in a JVM of its own with the packaged jar, on the oldest and the newest server and every JDK. */
class AgentScenariosTest {

    static final String SOURCE = "method:io.tenantwarden.tests.scenarios.TenantContext#current";

    @TempDir
    Path folder;

    private static Class<?> scenario(String name) throws ClassNotFoundException {
        return Class.forName("io.tenantwarden.tests.scenarios." + name);
    }

    /** Oldest server on the current JDK, newest server on every JDK. */
    private static List<Forked> matrix(String scenario) throws ClassNotFoundException {
        List<Forked> all = new ArrayList<>();
        all.add(Forked.scenario(scenario(scenario)).database(TestDatabase.create(14)));
        for (Jdk jdk : Jdk.all()) {
            all.add(Forked.scenario(scenario(scenario))
                    .database(TestDatabase.create(18))
                    .on(jdk));
        }
        return all;
    }

    @TestFactory
    List<DynamicTest> tenantsAreIsolated() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Forked forked : matrix("IsolationScenario")) {
            tests.addAll(forked.warden("tenant", SOURCE).tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> poolOfOneConnection() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Forked forked : matrix("PoolOfOneScenario")) {
            tests.addAll(forked.warden("tenant", SOURCE).tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> enforceRefuses() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Forked forked : matrix("EnforceScenario")) {
            tests.addAll(forked.warden("tenant", SOURCE)
                    .warden("mode", "enforce")
                    .warden("bypass.roles", "warden_bypass")
                    .warden(
                            "bypass.all.at",
                            "io.tenantwarden.tests.scenarios.EnforceScenario#countAllTenants,"
                                    + "io.tenantwarden.tests.scenarios.EnforceScenario#failing")
                    .warden("bypass.all.reason", "counts all tenants")
                    .warden("scope.jobs", "io.tenantwarden.tests.scenarios.EnforceScenario#tenantsOf(1.tenantId)")
                    .warden("log", "stderr")
                    .then(result -> assertTrue(
                            result.lines("FINDING WD035").stream()
                                    .anyMatch(line -> line.contains("object=public.parted_one")),
                            result::all))
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> namesMeanWhatTheServerSaysNow() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Forked forked : matrix("RelationNamesScenario")) {
            tests.addAll(forked.warden("tenant", SOURCE)
                    .warden("mode", "enforce")
                    .warden("datasource.exclude", "postgres@*")
                    .tests());
        }
        return tests;
    }

    /** What docs/known-limits.md says of caches, with the real libraries. */
    @TestFactory
    List<DynamicTest> cachesAnswerWithoutAStatement() throws Exception {
        return Forked.scenario(scenario("CachesScenario"))
                .database(TestDatabase.create(18))
                .warden("tenant", SOURCE)
                .warden("mode", "enforce")
                .with(jvm -> jvm.library(new Library("caches")))
                .tests();
    }

    @TestFactory
    List<DynamicTest> theBareFlagOnlyWatches() throws Exception {
        return Forked.scenario(scenario("AuditScenario"))
                .and(scenario("MocksScenario"))
                .database(TestDatabase.create(18))
                .warden("log", "stderr")
                .then(result -> {
                    List<String> cover = result.lines("[warden] COVER");
                    assertEquals(1, cover.size(), result::all);
                    assertTrue(cover.get(0).contains("role=warden_app"), result::all);
                    assertTrue(cover.get(0).contains("protected=2 rls=2 force=2"), result::all);
                    List<String> violations = result.lines("VIOLATION unscoped-query").stream()
                            .filter(line -> line.contains("count=1 "))
                            .toList();
                    assertTrue(
                            violations.stream().anyMatch(line -> line.contains("tables=public.invoices")), result::all);
                    assertTrue(
                            violations.stream()
                                    .anyMatch(line -> line.contains("tables=public.customers")
                                            && line.contains(
                                                    "AuditScenario.unscopedWriteIsReported(AuditScenario.java:")
                                            && line.contains("op=UPDATE")),
                            result::all);
                    assertFalse(result.err().contains("secret literal"), result::all);
                })
                .tests();
    }
}
