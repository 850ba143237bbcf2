package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Library;
import io.tenantwarden.tests.jvm.TestDatabase;
import io.tenantwarden.tests.scenarios.MetricsMain;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What applications with metrics and health of their own see of the agent, with the real libraries. */
class MetricsTest {

    private static final TestDatabase DATABASE = TestDatabase.create(18);

    private static AgentJvm jvm() {
        return new AgentJvm()
                .with("micrometer-core")
                .with("opentelemetry-sdk")
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.log", "stderr")
                .property("warden.bypass.statistics.at", "com.acme.Statistics#run")
                .property("warden.bypass.statistics.reason", "counts")
                .properties(DATABASE.properties());
    }

    private static void has(AgentJvm.Result result, String... lines) {
        for (String line : lines) {
            assertEquals(1, result.lines(line).size(), () -> line + "\n" + result.all());
        }
        assertEquals(0, result.exit(), result::all);
        assertEquals(List.of(), result.lines("error of the agent"), result::all);
    }

    @Test
    void micrometersRegistryHasTheNumbers() {
        AgentJvm.Result result = jvm().run(MetricsMain.class, "micrometer");
        has(
                result,
                "##metric tenantwarden.violations [tag(kind=unscoped-query)] COUNTER 1.0",
                "##metric tenantwarden.violations [tag(kind=guc-tamper)] COUNTER 0.0",
                "##metric tenantwarden.executions [tag(scope=unscoped)] COUNTER 1.0",
                "##metric tenantwarden.executions [tag(scope=scoped)] COUNTER 1.0",
                "##metric tenantwarden.bypasses [tag(name=statistics)] COUNTER 0.0",
                "##metric tenantwarden.refusals [] COUNTER 0.0",
                "##metric tenantwarden.healthy [] GAUGE 1.0",
                "##metric tenantwarden.catalog.age [] GAUGE ",
                "##metric tenantwarden.cost [tag(percentile=p99)] GAUGE ");
        assertEquals(List.of(), result.lines("in Micrometer"), result::all);
    }

    @Test
    void aRegistryThatThrowsIsToldOnceAndDisturbsNobody() {
        AgentJvm.Result result = jvm().run(MetricsMain.class, "denied");
        has(
                result,
                "the metrics of the agent are not all in Micrometer (java.lang.IllegalStateException: no meters here)",
                "##ended");
    }

    @Test
    void openTelemetryIsAskedOnceTheApplicationHasSetIt() {
        AgentJvm.Result result = jvm().run(MetricsMain.class, "otel");
        has(
                result,
                "##metric tenantwarden.violations ReadOnlyArrayMap{kind=unscoped-query} 1",
                "##metric tenantwarden.executions ReadOnlyArrayMap{scope=scoped} 1",
                "##metric tenantwarden.healthy {} 1.0",
                "##metric tenantwarden.cost ReadOnlyArrayMap{percentile=p50} ");
    }

    @Test
    void nothingIsRegisteredWhenItIsOff() {
        AgentJvm.Result result =
                jvm().property("warden.metrics", "off").option("-Dpatience=40").run(MetricsMain.class, "micrometer");
        assertEquals(0, result.exit(), result::all);
        assertEquals(List.of(), result.lines("##metric"), result::all);
        AgentJvm.Result health = jvm().library(new Library("boot4"))
                .property("warden.metrics", "off")
                .run(
                        MetricsMain.class,
                        "health",
                        "org.springframework.boot.health.registry.DefaultHealthContributorRegistry");
        assertEquals(2, health.lines("##health none").size(), health::all);
    }

    @ParameterizedTest
    @CsvSource({
        "boot4, health, org.springframework.boot.health.registry.DefaultHealthContributorRegistry",
        "boot3, getHealth, org.springframework.boot.actuate.health.DefaultHealthContributorRegistry",
        "boot3, getHealth, org.springframework.boot.actuate.autoconfigure.health.AutoConfiguredHealthContributorRegistry"
    })
    void actuatorHasTheHealth(String library, String shortForm, String registry) {
        AgentJvm.Result result = jvm().library(new Library(library)).run(MetricsMain.class, "health", registry);
        has(
                result,
                "##health0 UP {state=protecting, mode=inject}",
                "##" + shortForm + "1 UP {}",
                "##" + shortForm + "1 DOWN {}");
        String down = result.lines("##health0 DOWN ").get(0);
        assertTrue(down.contains("state=degraded") && down.contains("ForeignDriver"), down);
    }
}
