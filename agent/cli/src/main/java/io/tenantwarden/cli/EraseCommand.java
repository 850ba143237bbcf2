package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.tenant.DeletionPlan;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code erase}: deletes all rows of one tenant, and shows that they are gone and no others. */
@Command(
        name = "erase",
        description = {
            "Prints how all rows of one tenant would be deleted; with --confirm ID it does that.",
            "Runs as the application's own role in the tenant's scope, so that row-level security keeps other tenants out.",
            "Switches no trigger and no constraint off. Stops, and changes nothing, when a table could be missed."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: planned, or erased. 1: findings. 2: wrong usage. 3: could not run.",
            "",
            "Example:",
            "  java -jar tenant-warden.jar erase --url jdbc:postgresql://localhost:5432/app --user app_user --tenant 42",
            "  java -jar tenant-warden.jar erase --url jdbc:postgresql://localhost:5432/app --user app_user --tenant 42 \\",
            "      --confirm 42 --batch 5000 --out erasure-42"
        })
final class EraseCommand implements Callable<Integer> {

    private static final Pattern ANONYMISE =
            Pattern.compile("\\s*([^()]+?)\\s*\\(\\s*([^=()]+?)\\s*=\\s*(.*\\S)\\s*\\)\\s*", Pattern.DOTALL);

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private TenantOptions tenants;

    @Mixin
    private TenantRowsOptions rows;

    @Option(names = "--dry-run", description = "only print what would be done, which is the default")
    private boolean dryRun;

    @Option(names = "--confirm", paramLabel = "ID", description = "do it; the tenant's id once more")
    private String confirm;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "directory for journal and certificate; that of a run that was stopped takes it up again;"
                    + " erasure-DATE-TIME")
    private Path out;

    @Option(
            names = "--batch",
            paramLabel = "ROWS",
            description = "delete in transactions of so many rows, which can be stopped and taken up again; all rows in"
                    + " one transaction")
    private int batch;

    @Option(names = "--pause", paramLabel = "TIME", description = "wait between batches; 100ms")
    private String pause = "100ms";

    @Option(names = "--lock-timeout", paramLabel = "TIME", description = "how long to wait for a lock; 5s")
    private String lockTimeout = "5s";

    @Option(names = "--statement-timeout", paramLabel = "TIME", description = "how long a statement may run; any time")
    private String statementTimeout = "0s";

    @Option(
            names = "--max-lag",
            paramLabel = "TIME",
            description = "with --batch: wait while a replica is further behind, where the role may see that; 10s")
    private String maxLag = "10s";

    @Option(
            names = "--keep",
            paramLabel = "SCHEMA.TABLE=REASON",
            description = "rows of this table stay, for instance invoices that the law wants kept; may be repeated")
    private List<String> keep = List.of();

    @Option(
            names = "--anonymise",
            paramLabel = "SCHEMA.TABLE(COLUMN=SQL)",
            description = "what a column of a kept table becomes, as an SQL expression; may be repeated")
    private List<String> anonymise = List.of();

    @Option(
            names = "--exported",
            paramLabel = "DIR",
            description = "an export of the tenant: it is verified, and has to have as many rows of each table")
    private Path exported;

    @Option(names = "--json", description = "print the plan as JSON")
    private boolean asJson;

    private final Terminal terminal;

    EraseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        String tenant = rows.tenant();
        if (confirm != null && dryRun) {
            throw CommandFailure.usage("--dry-run and --confirm exclude each other: leave one out");
        }
        if (confirm != null && !confirm.equals(tenant)) {
            throw CommandFailure.usage("--confirm is not the id that --tenant names: nothing was done");
        }
        if (batch < 0) {
            throw CommandFailure.usage("--batch has to be a number of rows");
        }
        if (out != null && confirm == null) {
            throw CommandFailure.usage("--out is for --confirm: nothing is written by a plan");
        }
        EraseLimits limits = new EraseLimits(
                batch,
                EraseLimits.duration("--pause", pause),
                EraseLimits.duration("--lock-timeout", lockTimeout),
                EraseLimits.duration("--statement-timeout", statementTimeout),
                EraseLimits.duration("--max-lag", maxLag));
        DeletionPlan.Wishes wishes =
                new DeletionPlan.Wishes(TenantRowsOptions.reasons("--keep", keep), anonymise(), batch > 0);
        wishes.anonymise().keySet().stream()
                .filter(t -> !wishes.keep().containsKey(t))
                .findFirst()
                .ifPresent(t -> {
                    throw CommandFailure.usage("--anonymise is for tables that stay: add --keep '" + t + "=REASON'");
                });
        Config config = tenants.read(terminal);
        try (Interruption interruption = new Interruption();
                TenantSession session =
                        new TenantSession(database.connect(terminal), ProbeRun.settings(config.guc(), tenant), tenant);
                Witness witness = rows.witness(database, terminal)) {
            interruption.watch(session.connection());
            try {
                return confirm == null
                        ? plan(session, witness, config, wishes)
                        : erase(session, witness, config, wishes, limits, interruption);
            } catch (CommandFailure | SQLException | IOException e) {
                if (!interruption.asked()) {
                    throw e;
                }
                terminal.errors().println("tenant-warden: interrupted");
                return ExitCodes.COULD_NOT_RUN;
            }
        }
    }

    /** {@code TABLE(COLUMN=SQL)}, several times. */
    private Map<String, Map<String, String>> anonymise() {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (String text : anonymise) {
            Matcher m = ANONYMISE.matcher(text);
            if (!m.matches()) {
                throw CommandFailure.usage(
                        "--anonymise '" + text + "' cannot be read: write it as" + " schema.table(column=expression)");
            }
            all.computeIfAbsent(m.group(1), k -> new LinkedHashMap<>()).put(m.group(2), m.group(3));
        }
        return all;
    }

    // ---------------------------------------------------------------- plan

    /** Reads what there is and what is in the way; leaves the transaction open. */
    private ErasePlanText read(TenantSession session, Witness witness, Config config, DeletionPlan.Wishes wishes)
            throws SQLException, IOException {
        session.beginReading();
        terminal.progress("reading the catalog");
        TenantFacts facts = TenantFacts.read(session, config, rows.tables(config));
        DeletionPlan plan = DeletionPlan.of(facts.tables(), facts.role(), facts.options(), wishes);
        terminal.progress("counting rows");
        Map<String, Long> counts = facts.count(session);
        List<Finding> findings = new ArrayList<>(facts.tables().problems());
        findings.addAll(plan.problems());
        if (!ServerCounters.isOn(session)) {
            findings.add(new Finding(
                    "erase-counters",
                    Finding.Level.ERROR,
                    facts.role().database(),
                    "track_counts is off, so that it cannot be seen whether a foreign key deletes rows of others",
                    "ALTER DATABASE " + facts.role().database() + " SET track_counts = on;"));
        }
        if (witness != null) {
            terminal.progress("looking as " + witness.role());
            witness.begin(session.query("SELECT pg_catalog.pg_export_snapshot()"));
            findings.addAll(witness.compare(facts, counts));
            findings.addAll(witness.referring(facts, plan.deleted()));
            witness.end();
        }
        return new ErasePlanText(facts, plan, wishes, counts, findings);
    }

    private int plan(TenantSession session, Witness witness, Config config, DeletionPlan.Wishes wishes)
            throws SQLException, IOException {
        ErasePlanText text = read(session, witness, config, wishes);
        session.rollback();
        List<Finding> findings = text.findings();
        if (text.counts().values().stream().allMatch(n -> n == 0) && findings.isEmpty()) {
            throw text.facts().noSuchTenant();
        }
        if (exported != null) {
            findings.addAll(compareExport(text.counts(), text.facts()));
        }
        print(text);
        return findings.isEmpty() ? ExitCodes.NOTHING_FOUND : ExitCodes.FINDINGS;
    }

    private void print(ErasePlanText text) {
        if (asJson) {
            terminal.data().println(text.toJson());
            return;
        }
        text.print(terminal.text());
        terminal.text().println();
        FindingsText.print(terminal, text.findings());
        terminal.text()
                .println(
                        text.findings().isEmpty()
                                ? "Nothing was changed. To do it: the same with --confirm and the tenant's id"
                                : "Nothing was changed, and nothing can be before "
                                        + (text.findings().size() == 1
                                                ? "this is"
                                                : "these " + text.findings().size() + " are")
                                        + " dealt with");
    }

    private List<Finding> compareExport(Map<String, Long> counts, TenantFacts facts) throws IOException {
        ExportManifest manifest = ExportManifest.read(exported);
        if (!manifest.tenant().equals(rows.tenant())
                || !manifest.database().equals(facts.role().database())) {
            throw CommandFailure.usage(exported + " is an export of another tenant or database");
        }
        List<Finding> findings = new ArrayList<>(ExportVerification.of(exported, manifest));
        Map<String, Long> there = new LinkedHashMap<>();
        manifest.tables().forEach(t -> there.put(t.table(), t.rows()));
        counts.forEach((table, n) -> {
            if (!n.equals(there.getOrDefault(table, 0L))) {
                findings.add(new Finding(
                        "erase-exported",
                        Finding.Level.ERROR,
                        table,
                        "the tenant has " + n + " rows, the export " + there.getOrDefault(table, 0L),
                        "stop the tenant in the application, then export it again"));
            }
        });
        return findings;
    }

    // ---------------------------------------------------------------- erase

    private int erase(
            TenantSession session,
            Witness witness,
            Config config,
            DeletionPlan.Wishes wishes,
            EraseLimits limits,
            Interruption interruption)
            throws SQLException, IOException {
        if (out == null) {
            out = Path.of("erasure-"
                    + ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
        }
        Path parent = out.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw CommandFailure.usage(out + " cannot be made: its folder does not exist");
        }
        if (Files.exists(out.resolve(EraseCertificate.JSON))) {
            throw CommandFailure.usage(out + " holds a certificate already: choose another --out");
        }
        boolean resumed = Files.exists(out.resolve(EraseJournal.NAME));
        if (Files.exists(out) && !resumed) {
            throw CommandFailure.usage(out + " is there already, without a journal of an erase: choose another --out");
        }
        ErasePlanText text = read(session, witness, config, wishes);
        EraseRun.lockTenant(session);
        if (!resumed) {
            if (text.counts().values().stream().allMatch(n -> n == 0)
                    && text.findings().isEmpty()) {
                throw text.facts().noSuchTenant();
            }
            if (exported != null) {
                text.findings().addAll(compareExport(text.counts(), text.facts()));
            }
        }
        if (!text.findings().isEmpty()) {
            session.rollback();
            print(text);
            return ExitCodes.FINDINGS;
        }
        Map<String, Witness.Others> others = Map.of();
        if (witness != null && !resumed) {
            terminal.progress("summing up the rows of others as " + witness.role());
            interruption.watch(witness.connection());
            witness.begin(session.query("SELECT pg_catalog.pg_export_snapshot()"));
            others = witness.others(text.facts());
            witness.end();
        }
        session.rollback();
        try (EraseJournal journal = EraseJournal.open(out)) {
            journal.checkIsAbout(rows.tenant(), database.place());
            if (!journal.isBegun()) {
                journal.begin(now(), rows.tenant(), database.place(), text.counts(), others);
            }
            try {
                EraseRun.settle(session, journal);
                EraseRun run = new EraseRun(
                        terminal, session, config, text.facts(), text.plan(), wishes, limits, journal, interruption);
                run.run();
                return prove(run, session, witness, text, wishes, journal);
            } catch (CommandFailure | SQLException | IOException e) {
                terminal.progress(done(journal));
                throw e;
            }
        }
    }

    private String done(EraseJournal journal) {
        String rest = "take it up again with --out " + out;
        if (journal.openTransaction() != null) {
            return "it is not known whether the last transaction was committed: the next run asks the server; " + rest;
        }
        return journal.transactions() == 0
                ? "nothing was changed; " + rest
                : journal.deletedRows() + " rows are deleted, in " + journal.transactions() + " transactions; " + rest;
    }

    private int prove(
            EraseRun run,
            TenantSession session,
            Witness witness,
            ErasePlanText text,
            DeletionPlan.Wishes wishes,
            EraseJournal journal)
            throws SQLException, IOException {
        terminal.progress("counting again");
        run.prove();
        session.beginReading();
        Map<String, Long> after = text.facts().count(session);
        String server = "PostgreSQL " + session.query("SELECT pg_catalog.current_setting('server_version')");
        session.rollback();
        Map<String, Witness.Others> others = Map.of();
        if (witness != null) {
            terminal.progress("summing up the rows of others as " + witness.role());
            witness.begin(null);
            for (TenantTable t : text.plan().deleted()) {
                long left = witness.count(text.facts(), t);
                if (left > 0) {
                    throw CommandFailure.finding(left + " rows of the tenant are left in " + t.name() + ", as "
                            + witness.role() + " sees: stop the tenant in the application, then run it again");
                }
            }
            others = witness.others(text.facts());
            witness.end();
        }
        EraseCertificate certificate = new EraseCertificate(
                rows.tenant(),
                database.place(),
                text.facts(),
                text.plan(),
                wishes,
                journal,
                after,
                now(),
                server,
                witness == null ? null : witness.role(),
                others);
        certificate.write(out);
        terminal.text()
                .println(journal.deletedRows() + " rows deleted from "
                        + text.plan().deleted().size() + " tables, none is left. Certificate: "
                        + out.resolve(EraseCertificate.HTML) + " and " + EraseCertificate.JSON);
        List<String> changed = certificate.changedOthers();
        if (!changed.isEmpty()) {
            terminal.text()
                    .println("Rows of other tenants changed meanwhile in " + String.join(", ", changed)
                            + ": not by this erasure, as the server counts, but by whoever else was at work");
            return ExitCodes.FINDINGS;
        }
        return ExitCodes.NOTHING_FOUND;
    }

    private static String now() {
        return ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'"));
    }
}
