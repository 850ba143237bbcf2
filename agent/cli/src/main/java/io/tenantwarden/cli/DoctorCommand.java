package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.engine.config.GucAssignment;
import io.tenantwarden.engine.report.document.SarifLog;
import io.tenantwarden.rls.audit.Audit;
import io.tenantwarden.rls.audit.AuditFacts;
import io.tenantwarden.rls.audit.AuditOptions;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Ignore;
import io.tenantwarden.rls.catalog.CatalogOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: what is wrong with role, tables and policies, and with {@code --probe} whether isolation really holds. */
@Command(
        name = "doctor",
        description = {
            "Says what the database really enforces for the application's own role, and how to fix what it does not.",
            "Reads the catalog and changes nothing."
        },
        mixinStandardHelpOptions = true,
        versionProvider = WardenCli.Version.class,
        sortOptions = false,
        footer = {
            "",
            "Exit 0: no finding but notes (INFO). 1: findings, or something that was not judged. 2: wrong usage.",
            "3: could not run.",
            "",
            "Example:",
            "  WARDEN_PASSWORD=... java -jar tenant-warden.jar doctor \\",
            "      --url jdbc:postgresql://localhost:5432/app --user app_user --probe"
        })
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private TenantOptions tenants;

    @ArgGroup
    private Format format = new Format();

    @Option(
            names = "--ignore",
            paramLabel = "RULE:OBJECT=REASON",
            description = "accept a finding, with the reason; may be repeated, * stands for any characters,"
                    + " for instance 'WD012:public.audit_log=append only'")
    private List<String> ignores = List.of();

    @Option(
            names = "--fail-on",
            paramLabel = "LEVEL",
            description = "findings of this level and worse make the exit code 1: ${COMPLETION-CANDIDATES}; warn")
    private FailOn failOn = FailOn.warn;

    @Option(
            names = "--probe",
            description = "prove isolation table by table with real statements, in a transaction that is rolled back")
    private boolean probe;

    @Option(
            names = "--tenant",
            paramLabel = "ID",
            description = "with --probe: a tenant that has rows; else one is looked for where the role may see any")
    private String tenant;

    @Option(
            names = "--as",
            paramLabel = "ROLE",
            description =
                    "judge this role, as the application's statements run with warden.role; --user must be a member of it")
    private String as;

    /** The rules that say of a table that it has no row-level security. */
    private static final List<String> WITHOUT_RLS = List.of("WD004", "WD006", "WD035");

    private final Terminal terminal;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The names are what the user writes. */
    private enum FailOn {
        error(Finding.Level.ERROR),
        warn(Finding.Level.WARN),
        info(Finding.Level.INFO);

        private final Finding.Level level;

        FailOn(Finding.Level level) {
            this.level = level;
        }
    }

    /** How the findings are printed. */
    private static final class Format {

        @Option(names = "--json", description = "print the findings as JSON")
        private boolean json;

        @Option(names = "--sarif", description = "print the findings as SARIF 2.1.0, for GitHub's code scanning")
        private boolean sarif;
    }

    @Option(
            names = "--sarif-file",
            paramLabel = "FILE",
            description =
                    "with --sarif: the file of the repository that describes the schema; findings are shown at the line"
                            + " that creates the object; else each object has a name of its own in the place of a file")
    private Path sarifFile;

    @Override
    public Integer call() throws SQLException {
        if (tenant != null && !probe) {
            throw CommandFailure.usage("--tenant is for --probe: add it");
        }
        if (sarifFile != null && !format.sarif) {
            throw CommandFailure.usage("--sarif-file is for --sarif: add it");
        }
        SarifLocations locations = sarifFile == null ? SarifLocations.ofObjects() : SarifLocations.in(sarifFile);
        Config config = tenants.read(terminal);
        List<Ignore> ofRules = new ArrayList<>();
        List<Ignore> ofProbe = new ArrayList<>();
        readIgnores(ofRules, ofProbe);
        AuditOptions options = new AuditOptions(
                config.gucNames(),
                config.gucBypass().stream().map(GucAssignment::name).toList(),
                ofRules);
        DoctorReport report;
        try (Connection c = database.connect(terminal)) {
            report = examine(c, config, options, ofProbe);
        }
        print(report, locations);
        boolean fails = report.findings().stream().anyMatch(f -> f.level().compareTo(failOn.level) <= 0);
        return fails ? ExitCodes.FINDINGS : ExitCodes.NOTHING_FOUND;
    }

    private void readIgnores(List<Ignore> ofRules, List<Ignore> ofProbe) {
        for (String text : ignores) {
            try {
                if (text.strip().startsWith(ProbeResult.Check.IDS)) {
                    ofProbe.add(Ignore.parse(text, rule -> ProbeResult.Check.byRule(rule) != null));
                } else {
                    ofRules.add(Ignore.parse(text));
                }
            } catch (IllegalArgumentException e) {
                throw CommandFailure.usage("--ignore: " + e.getMessage());
            }
        }
    }

    private DoctorReport examine(Connection c, Config config, AuditOptions options, List<Ignore> ofProbe)
            throws SQLException {
        terminal.progress("reading the catalog");
        List<Finding> ofLogin = new ArrayList<>();
        if (as != null) {
            ofLogin.addAll(DoctorRole.set(c, as));
            ofLogin.removeIf(finding ->
                    options.ignores().stream().anyMatch(ignore -> ignore.covers(finding.rule(), finding.object())));
        }
        AuditFacts facts = AuditFacts.read(c, new CatalogOptions(config.tenantColumns(), List.of(), List.of()));
        Audit audit = Audit.of(facts, options);
        if (facts.catalog().isEmpty() && audit.findings().isEmpty()) {
            throw CommandFailure.couldNotRun(
                    "no table of database " + facts.catalog().database()
                            + " has row-level security or a tenant column (" + String.join(", ", config.tenantColumns())
                            + "): name yours with --tenant-columns, or check that --url names the right database");
        }
        List<String> unread = facts.catalog().unreadPolicies();
        if (!unread.isEmpty()) {
            throw CommandFailure.couldNotRun("the policies of " + String.join(", ", unread)
                    + " could not be read, because another session has these tables, or tables that the policies read,"
                    + " locked (ACCESS EXCLUSIVE), as a migration does: run it again when that is done");
        }
        audit.unusedIgnores().forEach(ignore -> warnUnused(ignore.rule() + ":" + ignore.object()));
        List<Finding> findings = new ArrayList<>(audit.findings());
        findings.addAll(ofLogin);
        List<ProbeResult> results = null;
        if (probe) {
            results = new Probe(c, config, tenant, table -> isAcceptedWithoutRls(options, table), terminal).run();
            addFindings(results, ofProbe, findings);
        }
        findings.sort(Comparator.comparing(Finding::level)
                .thenComparing(Finding::rule)
                .thenComparing(Finding::object));
        return new DoctorReport(
                facts.catalog().database(),
                facts.role().currentUser(),
                facts.catalog().serverVersion(),
                facts.catalog().protectedCount(),
                List.copyOf(findings),
                results);
    }

    /** A table that somebody accepted as it is would fail every check. */
    private static boolean isAcceptedWithoutRls(AuditOptions options, String table) {
        return options.ignores().stream().anyMatch(i -> WITHOUT_RLS.stream().anyMatch(rule -> i.covers(rule, table)));
    }

    private void addFindings(List<ProbeResult> results, List<Ignore> ignores, List<Finding> findings) {
        List<Ignore> unused = new ArrayList<>(ignores);
        for (ProbeResult result : results) {
            if (result.outcome() != ProbeResult.Outcome.FAILED) {
                continue;
            }
            Finding finding = result.finding();
            boolean ignored = false;
            for (Ignore ignore : ignores) {
                if (ignore.covers(finding.rule(), finding.object())) {
                    ignored = true;
                    unused.remove(ignore);
                }
            }
            if (!ignored) {
                findings.add(finding);
            }
        }
        unused.forEach(ignore -> warnUnused(ignore.rule() + ":" + ignore.object()));
    }

    private void warnUnused(String ignore) {
        terminal.progress("--ignore " + ignore + " covers nothing: take it out");
    }

    private void print(DoctorReport report, SarifLocations locations) {
        if (format.json) {
            terminal.data().println(report.toJson());
        } else if (format.sarif) {
            if (report.findings().size() > SarifLog.MAX_RESULTS) {
                terminal.progress("GitHub takes " + SarifLog.MAX_RESULTS + " results: the least severe of "
                        + report.findings().size() + " are left out");
            }
            terminal.data().println(Sarif.of(report, locations));
        } else {
            new DoctorText(terminal).print(report);
        }
    }
}
