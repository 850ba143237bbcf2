package io.tenantwarden.tests;

import io.tenantwarden.tests.jvm.Driver;
import io.tenantwarden.tests.jvm.Forked;
import io.tenantwarden.tests.jvm.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The behaviour of the agent on every driver: oldest and newest pgjdbc and one fork against the oldest and the newest
 * server, or, with {@code -Dmatrix.all=true}, all against all ({@code scripts/test-matrix.sh}).
 */
class DriverMatrixTest {

    private static final boolean ALL = Boolean.getBoolean("matrix.all");

    /** Tests and failures by driver and server. */
    private static final Map<String, Map<Integer, int[]>> MATRIX = new LinkedHashMap<>();

    private static DynamicTest counted(DynamicTest test, Driver driver, int server) {
        int[] cell = MATRIX.computeIfAbsent(driver.toString(), d -> new TreeMap<>())
                .computeIfAbsent(server, s -> new int[2]);
        return DynamicTest.dynamicTest(test.getDisplayName(), () -> {
            cell[0]++;
            try {
                test.getExecutable().execute();
            } catch (Throwable e) {
                cell[1]++;
                throw e;
            }
        });
    }

    @AfterAll
    static void writeMatrix() throws IOException {
        StringBuilder text = new StringBuilder("driver");
        MATRIX.values()
                .iterator()
                .next()
                .keySet()
                .forEach(server -> text.append(" | PostgreSQL ").append(server));
        text.append('\n');
        MATRIX.forEach((driver, cells) -> {
            text.append(driver);
            cells.values()
                    .forEach(cell -> text.append(" | ")
                            .append(cell[1] == 0 ? cell[0] + " passed" : cell[1] + " of " + cell[0] + " FAILED"));
            text.append('\n');
        });
        Files.writeString(Path.of(System.getProperty("project.root"), "agent-tests/target/driver-matrix.txt"), text);
    }

    @TestFactory
    List<DynamicTest> tenantsAreIsolatedOnEveryDriver() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        List<Driver> drivers = Driver.all();
        for (Driver driver : drivers) {
            boolean edge = driver == drivers.get(0) || !driver.name().startsWith("postgresql-");
            if (!ALL && (!edge || driver == Driver.NEWEST)) {
                continue; // the newest runs in AgentScenariosTest
            }
            for (int server : ALL ? new int[] {14, 15, 16, 17, 18} : new int[] {14, 18}) {
                for (String scenario : new String[] {"IsolationScenario", "PoolOfOneScenario"}) {
                    List<DynamicTest> results = Forked.scenario(
                                    Class.forName("io.tenantwarden.tests.scenarios." + scenario))
                            .database(TestDatabase.create(server))
                            .driver(driver)
                            .warden("tenant", AgentScenariosTest.SOURCE)
                            .tests();
                    results.forEach(test -> tests.add(counted(test, driver, server)));
                }
            }
        }
        return tests;
    }
}
