package io.tenantwarden.tests.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs a scenario (an ordinary JUnit class, which surefire does not pick up by its name) in a JVM of its own with the agent
 * and hands each of its results on as a test. A last test asserts that the agent swallowed no error of its own.
 */
public final class Forked {

    private final Class<?> scenario;
    private final AgentJvm jvm = new AgentJvm();
    private final List<String> label = new ArrayList<>();
    private Consumer<AgentJvm.Result> afterwards = result -> {};

    private Forked(Class<?> scenario) {
        this.scenario = scenario;
    }

    public static Forked scenario(Class<?> scenario) {
        return new Forked(scenario);
    }

    /** Connects the scenario to this database. */
    public Forked database(TestDatabase database) {
        label.add("PostgreSQL " + database.major());
        jvm.properties(database.properties());
        return this;
    }

    /** Runs on this driver instead of the newest pgjdbc; after {@link #database}. */
    public Forked driver(Driver driver) {
        label.add(driver.toString());
        driver.into(jvm);
        return this;
    }

    /** {@code warden.strategy}. */
    public Forked strategy(String strategy) {
        if (!strategy.equals("auto")) {
            label.add("strategy " + strategy);
        }
        return warden("strategy", strategy);
    }

    public Forked on(Jdk jdk) {
        label.add(jdk.toString());
        jvm.on(jdk);
        return this;
    }

    /** Sets a key of the agent. */
    public Forked warden(String key, String value) {
        jvm.property("warden." + key, value);
        return this;
    }

    /** Anything else about the JVM. */
    public Forked with(Consumer<AgentJvm> change) {
        change.accept(jvm);
        return this;
    }

    /** Looks at the JVM's output once it has ended. */
    public Forked then(Consumer<AgentJvm.Result> check) {
        afterwards = check;
        return this;
    }

    /** Runs the JVM, and gives one test for each result. */
    public List<DynamicTest> tests() {
        AgentJvm.Result result = jvm.run(ScenarioMain.class, scenario.getName());
        String where = label.isEmpty() ? "" : " (" + String.join(", ", label) + ")";
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, String> seen = new LinkedHashMap<>();
        result.out()
                .lines()
                .filter(line -> line.startsWith(ScenarioMain.RESULT))
                .forEach(line -> {
                    String[] parts =
                            line.substring(ScenarioMain.RESULT.length()).split(" ");
                    String status = parts[0];
                    String name = decode(parts[1]);
                    String trace = decode(parts[2]);
                    seen.put(name, status);
                    if (status.equals("ERRORS")) {
                        tests.add(dynamicTest(
                                "no error of the agent was swallowed" + where,
                                () -> assertEquals("0", name, result::all)));
                    } else {
                        tests.add(dynamicTest(name + where, () -> {
                            if (!status.equals("SUCCESSFUL")) {
                                fail(name + ": " + status + "\n" + trace + "\n" + result.all());
                            }
                        }));
                    }
                });
        tests.add(dynamicTest("the scenario ran to its end" + where, () -> {
            assertEquals(0, result.exit(), result::all);
            if (!seen.containsValue("ERRORS") || seen.size() < 2) {
                fail("no result\n" + result.all());
            }
        }));
        tests.add(dynamicTest("what the JVM said" + where, () -> afterwards.accept(result)));
        return tests;
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text.substring(1)), StandardCharsets.UTF_8);
    }
}
