package io.tenantwarden.tests.classes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tenantwarden.testing.PostgresServer;
import io.tenantwarden.tests.classes.StatementClass.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    static final Path TSV = ROOT.resolve("agent-tests/src/test/resources/statement-classes.tsv");
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

    /**
     * Applications lock first, so that their snapshot is younger than the lock. Ours takes the snapshot of a REPEATABLE
     * READ transaction, and then the lock protects nothing: LOCK must not be preceded by it.
     */
    @ParameterizedTest
    @MethodSource("versions")
    void injectionBeforeLockMakesTheSnapshotOlderThanTheLock(int version) throws Exception {
        try (Fixture fixture = new Fixture(PostgresServer.get(version))) {
            assertEquals("row 4", countedAfterWaitingForLock(fixture, false));
            fixture.restore();
            assertEquals("row 3", countedAfterWaitingForLock(fixture, true));
        }
    }

    private static String countedAfterWaitingForLock(Fixture fixture, boolean injected) throws Exception {
        try (WireClient holder = fixture.connect(StatementClass.Role.APP);
                WireClient waiter = fixture.connect(StatementClass.Role.APP);
                WireClient observer = fixture.connect(StatementClass.Role.SUPER)) {
            Fixture.must(holder, "BEGIN");
            Fixture.must(holder, "LOCK TABLE scratch.plain");
            Fixture.must(holder, "INSERT INTO scratch.plain VALUES (4, 'a', 40)");
            waiter.execute("BEGIN ISOLATION LEVEL REPEATABLE READ", 0);
            if (injected) {
                waiter.execute(Experiment.ONE_SETTING, 1, "a");
            }
            waiter.query("LOCK TABLE scratch.plain").sync();
            CompletableFuture<WireClient.Reply> locked = CompletableFuture.supplyAsync(() -> {
                try {
                    return waiter.exchange();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            while (!values(observer.query("SELECT count(*) FROM pg_locks WHERE NOT granted"))
                    .equals("row 1")) {
                Thread.sleep(5);
            }
            Fixture.must(holder, "COMMIT");
            assertFalse(locked.get().failed(), () -> locked.join().lines().toString());
            return values(waiter.query("SELECT count(*) FROM scratch.plain"));
        }
    }

    private static String values(WireClient client) throws IOException {
        return client.sync().exchange().lines().stream()
                .filter(line -> line.startsWith("row "))
                .collect(Collectors.joining(" "));
    }

    private static String head() {
        return """
                # What the injection changes, statement class by statement class

                Generated by `StatementClassesTest` from what real servers answered; do not edit. To regenerate:

                ```
                ./mvnw -pl agent-tests -am test -Dtest=StatementClassesTest -Dsurefire.failIfNoSpecifiedTests=false \\
                    -Dpostgres.all=true -Ddocs.update=true
                ```

                ## What was measured

                The question is whether sending our `set_config` before an application's statement, and before the same Sync,
                changes anything but the rows that the tenant makes visible. Every example ran on PostgreSQL 14, 15, 16, 17
                and 18 in these groups of messages (`P` Parse, `B` Bind, `D` Describe, `E` Execute, `S` Sync; unnamed
                statement and portal), sent by a client that writes the messages itself:

                | Mode | Not injected | Injected |
                |---|---|---|
                | autocommit | `PBDE(example) S` | `PBE(ours) PBDE(example) S` |
                | first in transaction | `PBE(BEGIN) PBDE(example) S` | `PBE(BEGIN) PBE(ours) PBDE(example) S` |
                | later in transaction | `PBE(BEGIN) PBDE(SELECT 1) S`, then `PBDE(example) S` | `PBE(BEGIN) PBDE(SELECT 1) S`, then `PBE(ours) PBDE(example) S` |
                | autocommit, Query message | `Q(example)` | `PBE(ours) Q(example)` |
                | first, Query message | `PBE(BEGIN) S`, then `Q(example)` | `PBE(BEGIN) PBE(ours) S`, then `Q(example)` |
                | later, Query message | `Q(example)` | `PBE(ours) Q(example)` |

                Ours is `select where set_config('app.tenant_id', $1, true) is null`, executed with a limit of one row, as
                pgjdbc does when nobody wants the result. The same runs with three settings in one statement (joined by
                `or`: `set_config` is never null, so `and` would stop after the first) gave the same answers everywhere.

                Each example ran three times, each time from the same state: with no tenant (unscoped), with the tenant set for
                the session beforehand in a Sync group of its own, and injected. **same**: the answer to the injected example
                equals the answer with the tenant set beforehand: rows, error with SQLSTATE, message, position, detail and
                hint, notices, command tag, parameter changes, transaction status, and the content of an unprotected table
                that shows what the example wrote. **different**: it does not; the remark says how. **Reads rows**: the answer
                with a tenant differs from the unscoped one; the numbers are rows (or the SQLSTATE) unscoped → injected.
                A statement that fails in the same way both times is **same**; its SQLSTATE is in the remarks, and nothing is
                known about the statement when it succeeds (SECURITY LABEL without a provider, DETACH ... FINALIZE without
                a pending DETACH, ALTER SUBSCRIPTION without a publisher).

                The role owns its scratch schema and nothing else, and is neither superuser nor BYPASSRLS; the protected table
                `guarded.invoice` belongs to another role and has FORCE. "run as" names the role where the statement needs
                another one; a superuser sees all rows, so "reads rows" says nothing there. What an example needs beforehand
                (a savepoint, a cursor, a prepared statement) is in `StatementClasses`; in a transaction it exists only for
                the later mode.

                On PostgreSQL 18 a Query message in autocommit that follows ours without a Sync leaves an open transaction
                behind (ReadyForQuery says T instead of I): COPY must not be preceded by ours that way.

                One difference needs two sessions, so no table shows it: ours takes the snapshot of a REPEATABLE READ or
                SERIALIZABLE transaction. `LOCK TABLE` takes none; preceded by ours, the transaction does not see what was
                committed while it waited for the lock (`StatementClassesTest` shows both).

                The setting afterwards: in autocommit all three are `''` in the next Sync group, and NULL in a session that
                never had them (`StatementClassesTest` asserts both). The machine-readable table is
                `agent-tests/src/test/resources/statement-classes.tsv`; `StatementClassesCodeTest` compares it with
                the list in the code.
                """;
    }
}
