package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.tenant.DeletionPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an erasure would do, and what is in its way. For one thread. */
final class ErasePreparation {

    private final Terminal terminal;
    private final TenantSession session;
    private final Witness witness;
    private final Config config;
    private final TenantRowsOptions rows;
    private final DeletionPlan.Wishes wishes;
    private final Path exported;
    private final boolean asJson;

    /**
     * @param witness null for none
     * @param exported directory of an export; null for none
     * @param asJson whether the plan is printed as JSON
     */
    ErasePreparation(
            Terminal terminal,
            TenantSession session,
            Witness witness,
            Config config,
            TenantRowsOptions rows,
            DeletionPlan.Wishes wishes,
            Path exported,
            boolean asJson) {
        this.terminal = terminal;
        this.session = session;
        this.witness = witness;
        this.config = config;
        this.rows = rows;
        this.wishes = wishes;
        this.exported = exported;
        this.asJson = asJson;
    }

    TenantSession session() {
        return session;
    }

    /** Null for none. */
    Witness witness() {
        return witness;
    }

    Config config() {
        return config;
    }

    DeletionPlan.Wishes wishes() {
        return wishes;
    }

    String tenant() {
        return rows.tenant();
    }

    /** Which rows are to go, as far as options say so: a run that is taken up again has to have the same. */
    String choices() {
        return "--include " + sorted(rows.tables(config).include()) + " --exclude "
                + sorted(rows.tables(config).exclude()) + " --keep "
                + sorted(wishes.keep().keySet())
                + " --anonymise " + new TreeMap<>(wishes.anonymise());
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }

    /** Reads what there is and what is in the way; leaves the transaction open. */
    ErasePlanText read() throws SQLException, IOException {
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

    /** Prints what would be done; the exit code. */
    int plan() throws SQLException, IOException {
        ErasePlanText text = read();
        session.rollback();
        List<Finding> findings = text.findings();
        if (text.counts().values().stream().allMatch(n -> n == 0) && findings.isEmpty()) {
            throw text.facts().noSuchTenant();
        }
        findings.addAll(compareExport(text.counts(), text.facts()));
        print(text);
        return findings.isEmpty() ? ExitCodes.NOTHING_FOUND : ExitCodes.FINDINGS;
    }

    void print(ErasePlanText text) {
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

    /** Where the export, if one was given, has other rows; the tenant's rows are in it, or they are not to go. */
    List<Finding> compareExport(Map<String, Long> counts, TenantFacts facts) throws IOException {
        if (exported == null) {
            return List.of();
        }
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
}
