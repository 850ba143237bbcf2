package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.tenant.DeletionPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
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
                ErasePreparation preparation =
                        new ErasePreparation(terminal, session, witness, config, rows, wishes, exported, asJson);
                return confirm == null
                        ? preparation.plan()
                        : new Erasure(terminal, preparation, database.place(), out, limits, interruption).run();
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
}
