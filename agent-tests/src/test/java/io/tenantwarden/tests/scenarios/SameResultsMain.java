package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.ScenarioMain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An application that uses the driver in every way there is and writes down what it saw, one line for each step, to compare what it sees with and
 * without the agent. Its tenant is {@code a}: with the agent the tenant source says so, without it a setting of its role.
 */
public final class SameResultsMain {

    private static final List<String> MODES = List.of(
            "preferQueryMode=extended",
            "preferQueryMode=simple",
            "preferQueryMode=extendedForPrepared",
            "preferQueryMode=extendedCacheEverything",
            "prepareThreshold=1",
            "prepareThreshold=0",
            "autosave=always",
            "autosave=conservative&prepareThreshold=1",
            "defaultRowFetchSize=2",
            "reWriteBatchedInserts=true",
            "binaryTransfer=false&prepareThreshold=-1");

    private SameResultsMain() {}

    /**
     * @param arguments the URL of the database, the role, the file to write to; then the URLs of the same server under other addresses, on each of
     *     which one connection property is tried, so that for each of them the database is new to the agent
     */
    public static void main(String[] arguments) throws Exception {
        TenantContext.set("a");
        List<String> lines = new ArrayList<>();
        for (String mode : MODES) {
            Connector connector = new Connector(arguments[0], mode, arguments[1]);
            for (Map.Entry<String, DriverKinds.Kind> kind : DriverKinds.all().entrySet()) {
                observe(mode + ": " + kind.getKey(), kind.getValue(), connector, lines);
            }
        }
        int door = 3;
        for (DriverProperties.Trial trial : DriverProperties.trials()) {
            Connector connector = new Connector(arguments[door++], trial.parameter(), arguments[1]);
            observe("property " + trial, DriverProperties::run, connector, lines);
        }
        lines.add("errors of the agent\t" + Math.max(0, ScenarioMain.agentErrors()));
        Files.write(Path.of(arguments[2]), lines, StandardCharsets.UTF_8);
        System.exit(0); // what a property started must not keep the JVM alive
    }

    private static void observe(
            String name, DriverKinds.Kind kind, DriverKinds.Connector connector, List<String> lines) {
        Observed seen = new Observed(name + ":");
        try {
            kind.run(connector, seen);
        } catch (Exception e) {
            seen.step("it ended with", () -> {
                throw e;
            });
        }
        seen.facts().forEach((step, value) -> lines.add(oneLine(step) + "\t" + oneLine(value)));
    }

    private static String oneLine(String text) {
        return text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\r", "\\r");
    }

    private record Connector(String base, String parameters, String user) implements DriverKinds.Connector {
        @Override
        public String url(String more) {
            return base + "?" + parameters + more;
        }

        @Override
        public Connection open(String more) throws SQLException {
            return DriverManager.getConnection(url(more), user, "secret");
        }
    }
}
