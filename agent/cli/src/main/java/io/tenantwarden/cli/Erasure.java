package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

/** Deletes as prepared, goes on with what an earlier run began, and writes the certificate. For one thread. */
final class Erasure {

    private final Terminal terminal;
    private final ErasePreparation preparation;
    private final TenantSession session;
    private final Witness witness;
    private final String place;
    private final EraseLimits limits;
    private final Interruption interruption;
    private Path out;

    /**
     * @param place server and database
     * @param out directory of journal and certificate; null for a new one
     */
    Erasure(
            Terminal terminal,
            ErasePreparation preparation,
            String place,
            Path out,
            EraseLimits limits,
            Interruption interruption) {
        this.terminal = terminal;
        this.preparation = preparation;
        this.session = preparation.session();
        this.witness = preparation.witness();
        this.place = place;
        this.out = out;
        this.limits = limits;
        this.interruption = interruption;
    }

    /** Does it; the exit code. */
    int run() throws SQLException, IOException {
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
        boolean resumed = EraseJournal.isBegun(out);
        if (Files.exists(out) && !Files.exists(out.resolve(EraseJournal.NAME))) {
            throw CommandFailure.usage(out + " is there already, without a journal of an erase: choose another --out");
        }
        ErasePlanText text = preparation.read();
        EraseRun.lockTenant(session);
        if (!resumed) {
            if (text.counts().values().stream().allMatch(n -> n == 0)
                    && text.findings().isEmpty()) {
                throw text.facts().noSuchTenant();
            }
            text.findings().addAll(preparation.compareExport(text.counts(), text.facts()));
        }
        if (!text.findings().isEmpty()) {
            session.rollback();
            preparation.print(text);
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
            journal.checkIsAbout(preparation.tenant(), place, preparation.choices());
            if (!journal.isBegun()) {
                journal.begin(now(), preparation.tenant(), place, preparation.choices(), text.counts(), others);
            }
            try {
                EraseRun.settle(session, journal);
                EraseRun run = new EraseRun(
                        terminal,
                        session,
                        preparation.config(),
                        text.facts(),
                        text.plan(),
                        preparation.wishes(),
                        limits,
                        journal,
                        interruption);
                run.run();
                return prove(run, text, journal);
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
                : Phrases.count(journal.deletedRows(), "row is deleted", "rows are deleted") + ", in "
                        + Phrases.count(journal.transactions(), "transaction") + "; " + rest;
    }

    private int prove(EraseRun run, ErasePlanText text, EraseJournal journal) throws SQLException, IOException {
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
                    throw CommandFailure.finding(
                            Phrases.count(left, "row of the tenant is left in ", "rows of the tenant are left in ")
                                    + t.name() + ", as " + witness.role()
                                    + " sees: stop the tenant in the application, then run it again");
                }
            }
            others = witness.others(text.facts());
            witness.end();
        }
        EraseCertificate certificate = new EraseCertificate(
                preparation.tenant(),
                place,
                text.facts(),
                text.plan(),
                preparation.wishes(),
                journal,
                after,
                now(),
                server,
                witness == null ? null : witness.role(),
                others);
        certificate.write(out);
        terminal.text()
                .println(Phrases.count(journal.deletedRows(), "row") + " deleted from "
                        + Phrases.count(text.plan().deleted().size(), "table") + ", none is left. Certificate: "
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
