package io.tenantwarden.cli;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: all rows of one tenant, as files that COPY reads back, with a manifest. */
@Command(
        name = "export",
        description = {
            "Writes all rows of one tenant into a directory: a file for each table, and manifest.json.",
            "Runs as the application's own role in the tenant's scope, so that row-level security keeps other tenants out.",
            "Stops, and says why, when a table could be missed or is not visible in full."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: written, or verified. 1: findings, nothing was written. 2: wrong usage. 3: could not run.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar export --url jdbc:postgresql://localhost:5432/app --user app_user \\",
            "      --tenant 42 --out tenant-42",
            "  java -jar tenant-warden.jar export --verify tenant-42"
        })
final class ExportCommand implements Callable<Integer> {

    private static final int MOST_JOBS = 64;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private TenantOptions tenants;

    @Mixin
    private TenantRowsOptions rows;

    @Option(names = "--out", paramLabel = "DIR", description = "the directory to make; one that exists is left alone")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, or json for one object on each line: ${COMPLETION-CANDIDATES}; csv")
    private ExportFormat format = ExportFormat.csv;

    @Option(names = "--gzip", description = "compress the files")
    private boolean gzip;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "copy so many tables at a time, each on a connection of its own; 1")
    private int jobs = 1;

    @Option(
            names = "--verify",
            paramLabel = "DIR",
            description = "compare the files of an export with its manifest; needs no database")
    private Path verify;

    @Option(names = "--json", description = "print what was written, or what was found, as JSON")
    private boolean asJson;

    private final Terminal terminal;
    private String databaseName;
    private String roleName;

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        if (verify != null) {
            if (rows.given() || out != null) {
                throw CommandFailure.usage("--verify needs neither --tenant nor --out: leave them out");
            }
            return verified();
        }
        rows.tenant();
        if (out == null) {
            throw CommandFailure.usage("--out is missing: the directory to write to");
        }
        if (jobs < 1 || jobs > MOST_JOBS) {
            throw CommandFailure.usage("--jobs has to be from 1 to " + MOST_JOBS);
        }
        checkOut();
        try (Interruption interruption = new Interruption()) {
            try {
                return export(interruption);
            } catch (CommandFailure | SQLException | IOException e) {
                if (!interruption.asked()) {
                    throw e;
                }
                terminal.errors().println("tenant-warden: interrupted: no export was left; run it again");
                return ExitCodes.COULD_NOT_RUN;
            }
        }
    }

    private int verified() throws IOException {
        if (!Files.isDirectory(verify)) {
            throw CommandFailure.couldNotRun(verify + " is no directory");
        }
        ExportManifest manifest = ExportManifest.read(verify);
        List<Finding> findings = ExportVerification.of(verify, manifest);
        databaseName = manifest.database();
        print(findings, manifest, verify, "as the manifest says");
        return findings.isEmpty() ? ExitCodes.NOTHING_FOUND : ExitCodes.FINDINGS;
    }

    private void checkOut() {
        if (Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
            throw CommandFailure.usage(out + " is there already, and is never overwritten: choose another --out");
        }
        Path parent = out.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw CommandFailure.usage(out + " cannot be made: its folder does not exist");
        }
        if (!Files.isWritable(parent)) {
            throw CommandFailure.usage(out + " cannot be made: no permission to write to its folder");
        }
    }

    private int export(Interruption interruption) throws SQLException, IOException {
        Config config = tenants.read(terminal);
        try (TenantSession session = session(config, database.connect(terminal), interruption);
                Witness witness = rows.witness(database, terminal)) {
            session.beginReading();
            terminal.progress("reading the catalog");
            TenantFacts facts = TenantFacts.read(session, config, rows.tables(config));
            databaseName = facts.role().database();
            roleName = facts.role().currentUser();
            if (!facts.tables().problems().isEmpty()) {
                print(facts.tables().problems(), null, out, "");
                return ExitCodes.FINDINGS;
            }
            // no table changes its form or is truncated while it is read
            session.execute("SET LOCAL lock_timeout = '10s'");
            session.execute("LOCK TABLE "
                    + facts.tables().tables().stream().map(TenantTable::from).collect(Collectors.joining(", "))
                    + " IN ACCESS SHARE MODE");
            if (!TenantFacts.read(session, config, facts.options()).form().equals(facts.form())) {
                throw CommandFailure.couldNotRun("tables or policies were changed at this moment: run it again");
            }
            Path partial = out.resolveSibling(out.getFileName() + ".partial-" + UUID.randomUUID());
            Durable.createFolder(partial);
            boolean complete = false;
            try {
                List<Finding> hidden = write(session, witness, config, facts, partial, interruption);
                if (!hidden.isEmpty()) {
                    print(hidden, null, out, "");
                    return ExitCodes.FINDINGS;
                }
                interruption.check();
                checkOut();
                Files.move(partial, out, StandardCopyOption.ATOMIC_MOVE);
                Durable.syncFolder(out.toAbsolutePath().getParent());
                complete = true;
            } finally {
                if (!complete) {
                    Durable.deleteFolder(partial);
                }
            }
            print(List.of(), ExportManifest.read(out), out, "written");
            return ExitCodes.NOTHING_FOUND;
        }
    }

    private TenantSession session(Config config, java.sql.Connection connection, Interruption interruption)
            throws SQLException {
        interruption.watch(connection);
        // as pg_dump does: the same text everywhere, and whatever the role is used to
        return new TenantSession(connection, ProbeRun.settings(config.guc(), rows.tenant()), rows.tenant())
                .with("DateStyle", "ISO, YMD")
                .with("IntervalStyle", "postgres")
                .with("TimeZone", "UTC")
                .with("extra_float_digits", "3")
                .with("bytea_output", "hex")
                .with("xmloption", "content");
    }

    /** Writes files and manifest; what the role did not see is returned, and nothing is of use then. */
    private List<Finding> write(
            TenantSession session,
            Witness witness,
            Config config,
            TenantFacts facts,
            Path partial,
            Interruption interruption)
            throws SQLException, IOException {
        List<TenantSession> sessions = new ArrayList<>(List.of(session));
        try {
            String snapshot = null;
            if (jobs > 1 || witness != null) {
                snapshot = session.query("SELECT pg_catalog.pg_export_snapshot()");
            }
            for (int i = 1; i < Math.min(jobs, facts.tables().tables().size()); i++) {
                TenantSession more = session(config, database.connectAgain(terminal), interruption);
                sessions.add(more);
                more.beginReading(snapshot);
            }
            if (witness != null) {
                interruption.watch(witness.connection());
                witness.begin(snapshot);
            }
            ExportManifest.Circumstances about = new ExportManifest.Circumstances(
                    session.query("SELECT pg_catalog.to_char(pg_catalog.transaction_timestamp(),"
                            + " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
                    session.query("SELECT pg_catalog.pg_current_snapshot()"),
                    "PostgreSQL " + session.query("SELECT pg_catalog.current_setting('server_version')"),
                    witness == null ? null : witness.role());
            ExportRun run = new ExportRun(facts, format, gzip, partial, interruption);
            List<ExportedTable> exported;
            try (ExportProgress progress = ExportProgress.of(terminal, session, facts, run)) {
                exported = run.run(sessions);
            }
            if (exported.stream().allMatch(t -> t.rows() == 0)) {
                throw facts.noSuchTenant();
            }
            if (witness != null) {
                terminal.progress("counting as " + witness.role());
                Map<String, Long> seen =
                        exported.stream().collect(Collectors.toMap(ExportedTable::table, ExportedTable::rows));
                List<Finding> hidden = witness.compare(facts, seen);
                if (!hidden.isEmpty()) {
                    return hidden;
                }
            }
            new ExportManifest(facts.role().database(), rows.tenant(), gzip, format, exported)
                    .write(partial, facts, about);
            Durable.syncFolder(partial);
            return List.of();
        } finally {
            for (TenantSession more : sessions.subList(1, sessions.size())) {
                more.close();
            }
        }
    }

    private void print(List<Finding> findings, ExportManifest manifest, Path folder, String done) {
        if (asJson) {
            JsonStringWriter json = JsonWriter.indent("  ").string();
            json.object();
            FindingsText.head(json, databaseName, roleName);
            FindingsText.write(json, findings);
            if (findings.isEmpty() && manifest != null) {
                json.value("directory", folder.toString())
                        .value("rows", sum(manifest))
                        .array("tables");
                for (ExportedTable t : manifest.tables()) {
                    json.object()
                            .value("table", t.table())
                            .value("file", t.file())
                            .value("rows", t.rows())
                            .value("bytes", t.bytes())
                            .end();
                }
                json.end();
            }
            terminal.data().println(json.end().done());
            return;
        }
        if (!findings.isEmpty()) {
            FindingsText.print(terminal, findings);
            terminal.text()
                    .println(Phrases.count(findings.size(), "finding")
                            + (verify == null ? ", nothing was written" : " in " + folder));
            return;
        }
        terminal.text()
                .println(folder + ": " + Phrases.count(sum(manifest), "row") + " of "
                        + Phrases.count(manifest.tables().size(), "table") + ", " + done);
    }

    private static long sum(ExportManifest manifest) {
        return manifest.tables().stream().mapToLong(ExportedTable::rows).sum();
    }
}
