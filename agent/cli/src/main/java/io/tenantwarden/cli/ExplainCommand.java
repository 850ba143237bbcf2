package io.tenantwarden.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import io.tenantwarden.engine.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code explain}: why a statement gives the rows that it gives, or none. */
@Command(
        name = "explain",
        description = {
            "Says why a statement gives no rows, or more than it should: one sentence, and what it rests on.",
            "Executes a SELECT in a read-only transaction that is rolled back; changes are planned, not executed."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: policies filter as they should, or there are no such rows. 1: something is to be mended.",
            "2: wrong usage. 3: could not run.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar explain --url jdbc:postgresql://localhost:5432/app \\",
            "      --user app_user --tenant acme --sql 'select * from invoices'"
        })
final class ExplainCommand implements Callable<Integer> {

    private static final String CUT = "...";

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private TenantOptions tenants;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "with --id: the report that holds the violation (warden.report)")
    private Path report;

    @Option(
            names = "--param",
            paramLabel = "VALUE",
            description =
                    "the value of $1 or the first ?, then of the next; may be repeated; NULL is null; else asked for")
    private List<String> parameters = List.of();

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            description = "whose rows are missed; without it the session is explained as it is")
    private String tenant;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "a setting that the application's session has; may be repeated; NAME= is the empty value")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--as",
            paramLabel = "ROLE",
            description = "explain for this role; --user then sees what is hidden from it, and must be a member of it")
    private String as;

    @Option(names = "--json", description = "print the explanation as JSON")
    private boolean json;

    private final Terminal terminal;

    ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One statement. */
    private static final class Which {

        @Option(names = "--sql", paramLabel = "SQL", description = "the statement")
        private String sql;

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "the statement of a violation: the id in the log and in the report")
        private String id;
    }

    @Override
    public Integer call() throws SQLException {
        if (which.id != null && report == null) {
            throw CommandFailure.usage("--id needs --report FILE: the report that holds the violation");
        }
        if (which.id == null && report != null) {
            throw CommandFailure.usage("--report is for --id: add it, or leave --report out");
        }
        String text = which.sql != null ? which.sql : sqlOfViolation();
        int[] used = new int[1];
        ExplainStatement statement = ExplainStatement.of(text, (number, before) -> parameter(number, before, used));
        if (parameters.size() > used[0]) {
            throw CommandFailure.usage(
                    "the statement has " + used[0] + " parameters, and " + parameters.size() + " --param are given");
        }
        Config config = tenants.read(terminal);
        Explanation explanation;
        try (Connection c = database.connect(terminal);
                ExplainSession session = new ExplainSession(c)) {
            explanation = new Explainer(session, config, statement, tenant, settings, as).explain();
        }
        if (json) {
            terminal.data().println(explanation.toJson());
        } else {
            ExplainText.print(explanation, terminal);
        }
        return explanation.conclusion().cause().inOrder() ? ExitCodes.NOTHING_FOUND : ExitCodes.FINDINGS;
    }

    private String parameter(int number, String before, int[] used) {
        if (used[0] < parameters.size()) {
            return parameters.get(used[0]++);
        }
        if (terminal.passwordPrompt() != null) {
            String shown =
                    WardenCli.oneLine(before.length() > 60 ? CUT + before.substring(before.length() - 60) : before);
            String typed = terminal.passwordPrompt().line(shown + " ?   Value " + number + ": ");
            if (typed != null) {
                return typed;
            }
        }
        throw CommandFailure.usage(
                "the statement has a parameter without a value: give --param for each, in the order of"
                        + " the text; the next one stands behind '"
                        + WardenCli.oneLine(before.length() > 40 ? before.substring(before.length() - 40) : before)
                        + "'");
    }

    private String sqlOfViolation() {
        JsonArray violations;
        try {
            JsonObject document = JsonParser.object().from(Files.readString(report));
            violations = document.getArray("violations", new JsonArray());
        } catch (NoSuchFileException e) {
            throw CommandFailure.usage("--report " + report + " does not exist");
        } catch (IOException e) {
            throw CommandFailure.usage("--report " + report + " cannot be read: " + e.getMessage());
        } catch (JsonParserException e) {
            throw CommandFailure.usage("--report " + report + " is no report of Tenant Warden: " + e.getMessage());
        }
        for (Object violation : violations) {
            JsonObject v = (JsonObject) violation;
            if (which.id.equals(v.getString("id"))) {
                String sql = v.getString("sql", "");
                if (sql.isBlank()) {
                    throw CommandFailure.couldNotRun("violation " + which.id + " has no statement in the report");
                }
                if (sql.endsWith(CUT)) {
                    throw CommandFailure.couldNotRun(
                            "the report holds only the beginning of the statement of violation " + which.id
                                    + ": take it from the code and give it with --sql");
                }
                return sql;
            }
        }
        throw CommandFailure.couldNotRun("--report " + report + " has no violation " + which.id);
    }
}
