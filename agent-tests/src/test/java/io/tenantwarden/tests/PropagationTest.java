package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.Jdk;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Scopes on other threads: they travel, they end, and where they do not travel the log says where they were left. */
class PropagationTest {

    private static final String SCENARIOS = "io.tenantwarden.tests.scenarios.";
    private static final String SOURCE = "method:" + SCENARIOS + "TenantContext#current";
    private static final String INHERITED = SOURCE + ",method:" + SCENARIOS + "InheritedContext#current";

    private static Forked scenario(String name, Jdk jdk) throws ClassNotFoundException {
        return Forked.scenario(Class.forName(SCENARIOS + name))
                .database(TestDatabase.create(18))
                .on(jdk)
                .with(jvm -> preview(jvm, jdk));
    }

    /** Structured concurrency is a preview of JDK 25; the JVM checks changed classes of its own only when told to. */
    private static AgentJvm preview(AgentJvm jvm, Jdk jdk) {
        jvm.option("-XX:+UnlockDiagnosticVMOptions", "-XX:+BytecodeVerificationLocal");
        return jdk.feature() >= 25 ? jvm.option("--enable-preview") : jvm;
    }

    @TestFactory
    List<DynamicTest> workRunsAsWhoHandedItOver() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            tests.addAll(scenario("PropagationScenario", jdk)
                    .warden("tenant", SOURCE)
                    .warden("log", "stderr")
                    .then(result -> assertEquals(List.of(), result.lines("could not be instrumented"), result::all))
                    .tests());
        }
        return tests;
    }

    /** Without it every single one of these constructs loses the tenant: none of the tests above passes by itself. */
    @TestFactory
    List<DynamicTest> noneOfItWorksWithoutPropagation() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            scenario("PropagationScenario", jdk)
                    .warden("tenant", SOURCE)
                    .warden("propagate", "false")
                    .then(result -> {
                        List<String> results = result.lines("##scenario ");
                        assertTrue(results.stream().anyMatch(line -> line.contains("FAILED")), result::all);
                        assertEquals(
                                List.of(),
                                results.stream()
                                        .filter(line -> line.contains("##scenario SUCCESSFUL"))
                                        .toList(),
                                result::all);
                    })
                    .tests()
                    .stream()
                    .filter(test -> test.getDisplayName().startsWith("what the JVM said")
                            || test.getDisplayName().startsWith("no error of the agent"))
                    .forEach(tests::add);
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> scopesEndAndStayTheirOwn() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            tests.addAll(scenario("ThreadScopeScenario", jdk)
                    .warden("tenant", INHERITED)
                    .warden("bypass.all.at", SCENARIOS + "ThreadScopeScenario#inBypassOf")
                    .warden("bypass.all.reason", "shows that it stays on its thread")
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> aLostScopeIsReportedWithBothSites() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (String propagate : new String[] {"true", "false"}) {
            tests.addAll(scenario("LostScopeScenario", Jdk.current())
                    .warden("tenant", SOURCE)
                    .warden("propagate", propagate)
                    .warden("log", "stderr")
                    .warden("bypass.all.at", SCENARIOS + "LostScopeScenario#inBypassOf")
                    .warden("bypass.all.reason", "shows that it stays on its thread")
                    .with(jvm -> jvm.property("scenario.propagates", propagate)
                            .property("warden.app.packages", SCENARIOS + "LostScopeScenario"))
                    .then(result -> {
                        if (propagate.equals("false")) {
                            assertLost(result, "inTask", "lost-scope", "aTask", "its task was submitted in a tenant");
                        } else {
                            assertEquals(List.of(), result.lines("LostScopeScenario.inTask"), result::all);
                        }
                        assertLost(result, "inThread", "lost-scope", "aThread", "its thread was started in a tenant");
                        assertLost(
                                result,
                                "inSubclass",
                                "lost-scope",
                                "aThreadOfAClassOfItsOwn",
                                "its thread was started in a tenant");
                        assertLost(
                                result,
                                "inCallback",
                                "lost-scope",
                                "anAfterCommitCallback",
                                "its callback was registered in a tenant");
                        assertLost(
                                result,
                                "inRealCallback",
                                "lost-scope",
                                "anAfterCommitOfARealTransaction",
                                "its callback was registered in a tenant");
                        assertLost(
                                result,
                                "inBypass",
                                "unscoped-query",
                                "aBypass",
                                "its task was submitted in a bypass, which stays on its thread");
                        for (String after : new String[] {"afterCallback", "afterBypass"}) {
                            String line = violation(result, "unscoped-query", after);
                            assertFalse(line.contains("submitSite"), line);
                        }
                    })
                    .tests());
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> noClassLoaderIsKept() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : Jdk.all()) {
            for (String propagate : new String[] {"true", "false"}) {
                tests.addAll(scenario("UndeployScenario", jdk)
                        .warden("tenant", SOURCE)
                        .warden("propagate", propagate)
                        .tests());
            }
        }
        return tests;
    }

    private static void assertLost(
            AgentJvm.Result result, String site, String kind, String submittedBy, String detail) {
        String line = violation(result, kind, site);
        assertTrue(line.contains(" submitSite=" + SCENARIOS + "LostScopeScenario."), line);
        assertTrue(line.substring(line.indexOf("submitSite=")).contains(submittedBy), line);
        assertTrue(line.contains(detail), line);
    }

    private static String violation(AgentJvm.Result result, String kind, String site) {
        List<String> lines = result.lines("VIOLATION " + kind + " ").stream()
                .filter(line -> line.contains(" site=" + SCENARIOS + "LostScopeScenario." + site + "("))
                .toList();
        assertEquals(1, lines.size(), () -> site + "\n" + result.all());
        return lines.get(0);
    }
}
