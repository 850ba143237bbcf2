package io.tenantwarden.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.tests.jvm.AgentJvm;
import io.tenantwarden.tests.jvm.ScenarioMain;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits and writes of each operation are the same with the agent as without. */
class RoundTripTest {

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theAgentAddsNoWaitAndNoWrite(int major) {
        Map<String, String> with = trips(new AgentJvm()
                .property("warden.tenant", AgentScenariosTest.SOURCE)
                .property("warden.guc", "app.tenant_id={tenant},app.user={value:somebody}")
                .properties(TestDatabase.create(major).properties()));
        Map<String, String> without = trips(new AgentJvm()
                .withoutAgent()
                .property("scenario.options", "-c app.tenant_id=a")
                .properties(TestDatabase.create(major).properties()));
        assertTrue(without.size() >= 20, without::toString);
        assertEquals(without, with);
    }

    private static Map<String, String> trips(AgentJvm jvm) {
        AgentJvm.Result result = jvm.run(ScenarioMain.class, "io.tenantwarden.tests.scenarios.RoundTripScenario");
        assertTrue(result.out().contains("##scenario SUCCESSFUL"), result::all);
        Map<String, String> trips = new TreeMap<>();
        for (String line : result.lines("##trips ")) {
            String[] parts = line.split(" ");
            trips.put(parts[1], "waits " + parts[2] + " writes " + parts[3]);
        }
        return trips;
    }
}
