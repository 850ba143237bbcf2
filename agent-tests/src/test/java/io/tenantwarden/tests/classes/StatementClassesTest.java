package io.tenantwarden.tests.classes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.classes.StatementClass.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Measures for every class of statements whether the injection before the same Sync changes anything, and compares with
 * the committed table. {@code -Dpostgres.all=true} measures all supported servers instead of the oldest and the newest,
 * {@code -Ddocs.update=true} rewrites the table and the document.
 */
class StatementClassesTest {

    private static final Path ROOT = Path.of(System.getProperty("project.root", ".."));
    private static final Path TSV = ROOT.resolve("agent-tests/src/test/resources/statement-classes.tsv");
    private static final Path DOCUMENT = ROOT.resolve("docs/statement-classes.md");
    private static final boolean ALL = Boolean.getBoolean("postgres.all");
    private static final boolean UPDATE = Boolean.getBoolean("docs.update");

    static List<Integer> versions() {
        return ALL ? ClassTable.VERSIONS : List.of(14, 18);
    }

    @Test
    void injectionChangesWhatTheCommittedTableSays() throws IOException {
        List<StatementClass> classes = StatementClasses.all();
        ClassTable measured = new ClassTable();
        List<Map<String, ClassTable.Cell>> byVersion = versions().parallelStream()
                .map(version -> measure(version, classes))
                .toList();
        for (StatementClass example : classes) {
            for (Mode mode : Mode.values()) {
                for (int i = 0; i < versions().size(); i++) {
                    ClassTable.Cell cell = byVersion.get(i).get(example.id() + mode);
                    measured.put(example, mode, versions().get(i), cell);
                }
            }
        }
        ClassTable committed = ClassTable.read(TSV);
        ClassTable table = committed.updatedBy(measured, versions());
        String document = table.document(head(), classes);
        if (UPDATE) {
            Files.writeString(TSV, table.tsv());
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, document);
        }
        String advice = "; when the servers are right, run again with -Ddocs.update=true -Dpostgres.all=true";
        assertEquals(Files.readString(TSV), table.tsv(), TSV + " does not say what was measured" + advice);
        assertEquals(Files.readString(DOCUMENT), document, DOCUMENT + " does not say what was measured" + advice);
    }

    private static Map<String, ClassTable.Cell> measure(int version, List<StatementClass> classes) {
        Map<String, ClassTable.Cell> cells = new HashMap<>();
        try (Fixture fixture = new Fixture(PostgresServer.get(version))) {
            Experiment experiment = new Experiment(fixture, ALL);
            for (StatementClass example : classes) {
                for (Mode mode : Mode.values()) {
                    ClassTable.Cell cell = version < example.since()
                            ? ClassTable.ABSENT
                            : ClassTable.Cell.of(experiment.measure(example, mode));
                    cells.put(example.id() + mode, cell);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + version, e);
        }
        return cells;
    }

    @ParameterizedTest
    @MethodSource("versions")
    void severalSettingsHoldForTheStatementAndLeaveTheEmptyString(int version) throws IOException {
        String query = "SELECT current_setting('app.tenant_id', true), current_setting('app.user_id', true),"
                + " current_setting('app.is_platform', true)";
        try (Fixture fixture = new Fixture(PostgresServer.get(version));
                WireClient client = fixture.connect(StatementClass.Role.APP)) {
            assertEquals("row <null>|<null>|<null>", values(client.query(query)));
            client.execute(Experiment.THREE_SETTINGS, 1, "a", "u1", "off");
            assertEquals("row a|u1|off", values(client.query(query)), "in the Sync group of the injection");
            assertEquals("row ||", values(client.query(query)), "in the next Sync group");
        }
    }

    /** {@code set_config} is never null, so that AND ends after the first one: written down because it is tempting. */
    @ParameterizedTest
    @MethodSource("versions")
    void settingsJoinedByAndAreLost(int version) throws IOException {
        try (Fixture fixture = new Fixture(PostgresServer.get(version));
                WireClient client = fixture.connect(StatementClass.Role.APP)) {
            client.execute(Experiment.THREE_SETTINGS.replace(" or ", " and "), 1, "a", "u1", "off");
            assertEquals(
                    "row a|<null>",
                    values(client.query(
                            "SELECT current_setting('app.tenant_id', true), current_setting('app.user_id', true)")));
        }
    }

    private static String values(WireClient client) throws IOException {
        return client.sync().exchange().lines().stream()
                .filter(line -> line.startsWith("row "))
                .collect(Collectors.joining(" "));
    }

    private static String head() {
        return "HEAD\n";
    }
}
