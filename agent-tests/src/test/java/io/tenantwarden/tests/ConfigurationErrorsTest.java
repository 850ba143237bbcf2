package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads who mistyped something: exit code 1, one message, no stack trace, and the JVM does not start. */
class ConfigurationErrorsTest {

    private static AgentJvm.Result version(AgentJvm jvm) {
        return jvm.runJava(List.of("-version"));
    }

    private static void assertStops(AgentJvm.Result result, String... expected) {
        assertEquals(1, result.exit(), result::all);
        assertFalse(result.err().contains("\tat "), result::all);
        assertFalse(result.err().contains("Exception"), result::all);
        for (String text : expected) {
            assertTrue(result.err().contains(text), () -> "missing: " + text + "\n" + result.all());
        }
    }

    @Test
    void unknownSystemProperty() {
        for (Jdk jdk : Jdk.all()) {
            assertStops(
                    version(new AgentJvm().on(jdk).property("warden.mdoe", "enforce")), "warden.mdoe", "warden.mode");
        }
    }

    @Test
    void wrongValue() {
        assertStops(
                version(new AgentJvm().property("warden.mode", "enforced")),
                "warden.mode",
                "enforced",
                "audit",
                "inject",
                "enforce");
    }

    @Test
    void modeThatNeedsATenantSource() {
        assertStops(version(new AgentJvm().property("warden.mode", "inject")), "warden.mode", "warden.tenant");
    }

    @Test
    void wrongAgentArgument() {
        assertStops(version(new AgentJvm().agentArguments("mode=audit;tenat=value:x")), "tenat", "warden.tenant");
    }

    @Test
    void wrongEntryOfTheFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("warden.properties"), "warden.tenant=methd:com.acme.T#current\n");
        assertStops(version(new AgentJvm().property("warden.config", file.toString())), "methd", "method:");
    }

    @Test
    void missingFile(@TempDir Path folder) {
        assertStops(
                version(new AgentJvm().property("warden.config", folder + "/none.properties")),
                "warden.config",
                "none.properties");
    }

    @Test
    void missingBaseline(@TempDir Path folder) {
        assertStops(
                version(new AgentJvm().property("warden.baseline", folder + "/none.json")),
                "warden.baseline",
                "none.json");
    }

    @Test
    void everyProblemIsToldAtOnce() {
        assertStops(
                version(new AgentJvm()
                        .property("warden.tennant", "value:x")
                        .property("warden.catalog.refresh", "soon")),
                "warden.tennant",
                "warden.catalog.refresh",
                "soon");
    }

    @Test
    void knownVariableWithABadValueStops() {
        assertStops(version(new AgentJvm().environment("WARDEN_MODE", "on")), "WARDEN_MODE", "on");
    }

    @Test
    void unknownVariablesOnlyWarn() {
        AgentJvm.Result result = version(new AgentJvm()
                .environment("WARDEN_PORT", "tcp://10.0.0.1:80")
                .environment("WARDEN_SERVICE_HOST", "10.0.0.1")
                .property("warden.log", "stderr"));
        assertEquals(0, result.exit(), result::all);
        assertTrue(result.err().contains("WARDEN_PORT"), result::all);
    }

    @Test
    void onConfigErrorWarnStartsWithWardenOff() {
        AgentJvm.Result result =
                version(new AgentJvm().property("warden.onConfigError", "warn").property("warden.mdoe", "enforce"));
        assertEquals(0, result.exit(), result::all);
        assertTrue(result.err().contains("warden.mdoe"), result::all);
        assertTrue(result.err().contains("off"), result::all);
    }

    @Test
    void aSecondAgentIsIgnoredAndSaysSo() {
        AgentJvm.Result result = version(
                new AgentJvm().option("-javaagent:" + AgentJvm.agentJar()).property("warden.log", "stderr"));
        assertEquals(0, result.exit(), result::all);
        assertEquals(1, result.lines("second -javaagent").size(), result::all);
        assertEquals(1, result.lines("Tenant Warden 0").size(), result::all);
    }

    @Test
    void theBannerSaysWhatIsInForce() {
        AgentJvm.Result result = version(new AgentJvm().property("warden.log", "stderr"));
        assertEquals(0, result.exit(), result::all);
        List<String> banner = result.lines("Tenant Warden 0");
        assertEquals(1, banner.size(), result::all);
        assertTrue(banner.get(0).contains("mode=audit ("), banner::toString);
        assertTrue(banner.get(0).contains("warden.log=stderr(from system property)"), banner::toString);
    }
}
