package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.coverage.SourceCase;
import io.tenantwarden.tests.coverage.SourceCases;
import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Jdk;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every source of a tenant, with the real library, in a JVM of its own with the packaged jar. The newest libraries are tried on
 * every JDK, and with {@code -Dmatrix.all=true} all of them.
 */
class LibrarySourcesTest {

    private static final boolean ALL = Boolean.getBoolean("matrix.all");

    @TestFactory
    Stream<DynamicContainer> sources() {
        return SourceCases.chosen().stream().map(one -> DynamicContainer.dynamicContainer(one.name(), tests(one)));
    }

    private static List<DynamicTest> tests(SourceCase one) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Jdk jdk : ALL || one.everyJdk() ? Jdk.all() : List.of(Jdk.current())) {
            tests.addAll(one.forked(jdk)
                    .then(result -> whatIsTold(one.scenario(), result))
                    .tests());
        }
        return tests;
    }

    private static void whatIsTold(String scenario, AgentJvm.Result result) {
        switch (scenario) {
            case "HibernateScenario" -> assertTold(result, "source-failed", "several session factories");
            case "HttpSourcesScenario" -> assertTold(result, "invalid-tenant", "sent more than once");
            case "MessageSourcesScenario" -> {
                assertTold(result, "invalid-tenant", "in one batch");
                assertTold(result, "invalid-tenant", "sent more than once");
            }
            default -> {}
        }
    }

    private static void assertTold(AgentJvm.Result result, String kind, String what) {
        assertTrue(result.lines("VIOLATION " + kind).stream().anyMatch(line -> line.contains(what)), result::all);
    }
}
