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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;

/**
 * Runs a scenario (an ordinary JUnit class, which surefire does not pick up by its name) in a JVM of its own with the agent
 * and hands each of its results on as a test. A last test asserts that the agent swallowed no error of its own.
 */
public final class Forked {

    /** The one scenario that is run, and the one method of it: {@code scripts/test-one.sh}. Null for all. */
    private static final String ONLY = System.getProperty("scenario");

    private static final String ONLY_METHOD = System.getProperty("scenario.method");

    private final List<String> scenarios = new ArrayList<>();
    private final AgentJvm jvm = new AgentJvm();
    private final List<String> label = new ArrayList<>();
    private Consumer<AgentJvm.Result> afterwards = result -> {};

    private Forked(Class<?> scenario) {
        scenarios.add(scenario.getName());
    }

    public static Forked scenario(Class<?> scenario) {
        return new Forked(scenario);
    }

    /** Runs another scenario in the same JVM, after the first one. */
    public Forked and(Class<?> another) {
        scenarios.add(another.getName());
        return this;
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

    /** Says in the names of the tests what is special about this run. */
    public Forked named(String what) {
        label.add(what);
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

    /**
     * What became of the scenario's tests.
     *
     * @param status by name: SUCCESSFUL, FAILED or ABORTED
     * @param trace by name; empty for those that were successful
     * @param errors how many bugs of its own the agent swallowed; null when the scenario did not come to its end
     */
    public record Outcome(
            AgentJvm.Result result, Map<String, String> status, Map<String, String> trace, String errors) {

        /** Names of the tests that did not fail. */
        public Set<String> passed() {
            Set<String> names = new TreeSet<>(status.keySet());
            names.removeIf(name -> !status.get(name).equals("SUCCESSFUL"));
            return names;
        }
    }

    private String[] selected() {
        return scenarios.stream()
                .filter(name -> ONLY == null || name.endsWith("." + ONLY))
                .map(name -> ONLY_METHOD == null ? name : name + "#" + ONLY_METHOD)
                .toArray(String[]::new);
    }

    /** Runs the JVM. */
    public Outcome run() {
        AgentJvm.Result result = jvm.run(ScenarioMain.class, selected());
        Map<String, String> statuses = new LinkedHashMap<>();
        Map<String, String> traces = new LinkedHashMap<>();
        String[] errors = new String[1];
        result.out()
                .lines()
                .filter(line -> line.startsWith(ScenarioMain.RESULT))
                .forEach(line -> {
                    String[] parts =
                            line.substring(ScenarioMain.RESULT.length()).split(" ");
                    String name = decode(parts[1]);
                    if (parts[0].equals("ERRORS")) {
                        errors[0] = name;
                    } else {
                        statuses.put(name, parts[0]);
                        traces.put(name, decode(parts[2]));
                    }
                });
        return new Outcome(result, statuses, traces, errors[0]);
    }

    /** Runs the JVM, and gives one test for each result. */
    public List<DynamicTest> tests() {
        if (selected().length == 0) {
            return List.of();
        }
        Outcome outcome = run();
        AgentJvm.Result result = outcome.result();
        String where = label.isEmpty() ? "" : " (" + String.join(", ", label) + ")";
        List<DynamicTest> tests = new ArrayList<>();
        outcome.status()
                .forEach((name, status) -> tests.add(dynamicTest(name + where, () -> {
                    if (!status.equals("SUCCESSFUL")) {
                        fail(name + ": " + status + "\n" + outcome.trace().get(name) + "\n" + result.all());
                    }
                })));
        if (outcome.errors() != null) {
            tests.add(dynamicTest(
                    "no error of the agent was swallowed" + where,
                    () -> assertEquals("0", outcome.errors(), result::all)));
        }
        tests.add(dynamicTest("the scenario ran to its end" + where, () -> {
            assertEquals(0, result.exit(), result::all);
            if (outcome.errors() == null || outcome.status().isEmpty()) {
                fail("no result\n" + result.all());
            }
        }));
        if (ONLY == null) {
            tests.add(dynamicTest("what the JVM said" + where, () -> afterwards.accept(result)));
        }
        return tests;
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text.substring(1)), StandardCharsets.UTF_8);
    }
}
