package io.tenantwarden.tests.jvm;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests of scenario classes, one after the other, in this JVM and prints one line for each result. */
public final class ScenarioMain {

    static final String RESULT = "##scenario ";

    private ScenarioMain() {}

    /** @param arguments the names of the scenarios' classes, each with {@code #method} behind it when one method is to be run */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        for (String scenario : arguments) {
            run(scenario, out);
        }
        out.println(RESULT + "ERRORS " + encode(String.valueOf(agentErrors())) + " " + encode(""));
        out.flush();
        // threads that a scenario left behind must not keep the JVM alive; shutdown hooks run
        System.exit(0);
    }

    private static void run(String scenario, PrintStream out) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selected(scenario))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                    out.println(RESULT + result.getStatus() + " " + encode(test.getDisplayName()) + " "
                            + encode(result.getThrowable()
                                    .map(ScenarioMain::trace)
                                    .orElse("")));
                }
            }
        });
    }

    private static DiscoverySelector selected(String scenario) {
        return scenario.indexOf('#') < 0 ? selectClass(scenario) : selectMethod(scenario);
    }

    /** How many bugs of its own the agent kept away from this application; -1 when the agent is not there. */
    public static long agentErrors() throws ReflectiveOperationException {
        try {
            Class<?> errors = Class.forName("io.tenantwarden.bootstrap.AgentErrors", true, null);
            return (long) errors.getMethod("count").invoke(null);
        } catch (ClassNotFoundException e) {
            return -1;
        }
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static String encode(String text) {
        return "=" + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
