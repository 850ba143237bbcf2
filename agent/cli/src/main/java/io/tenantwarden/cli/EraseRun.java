package io.tenantwarden.cli;

import io.tenantwarden.engine.config.Config;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.sql.Identifiers;
import io.tenantwarden.rls.tenant.DeletionPlan;
import io.tenantwarden.rls.tenant.TableReference;
import io.tenantwarden.rls.tenant.TenantTable;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Deletes the rows of one tenant as planned, in one transaction or in many small ones. For one thread. */
final class EraseRun {

    /** Triggers may write new rows while others go: as often it is looked again. */
    private static final int PASSES = 3;

    private static final int ATTEMPTS = 3;

    private final Terminal terminal;
    private final TenantSession session;
    private final Config config;
    private final TenantFacts facts;
    private final DeletionPlan plan;
    private final DeletionPlan.Wishes wishes;
    private final EraseLimits limits;
    private final EraseJournal journal;
    private final Interruption interruption;
    private final boolean witnessed;
    private final EraseStatements statements;

    private interface Work {
        void run(EraseTransaction tx) throws SQLException;
    }

    EraseRun(
            Terminal terminal,
            TenantSession session,
            Config config,
            TenantFacts facts,
            DeletionPlan plan,
            DeletionPlan.Wishes wishes,
            EraseLimits limits,
            EraseJournal journal,
            Interruption interruption) {
        this.terminal = terminal;
        this.session = session;
        this.config = config;
        this.facts = facts;
        this.plan = plan;
        this.wishes = wishes;
        this.limits = limits;
        this.journal = journal;
        this.interruption = interruption;
        this.witnessed = facts.options().witnessed();
        this.statements = new EraseStatements(facts);
    }

    /** Finds out how the transaction ended in which an earlier run was killed, and writes it down. */
    static void settle(TenantSession session, EraseJournal journal) throws SQLException, IOException {
        String xid = journal.openTransaction();
        if (xid == null) {
            return;
        }
        session.beginReading();
        String status;
        try {
            status = session.query("SELECT pg_catalog.pg_xact_status(?::pg_catalog.xid8)", xid);
        } finally {
            session.rollback();
        }
        if ("in progress".equals(status)) {
            throw CommandFailure.couldNotRun(
                    "transaction " + xid + " of an earlier run is still open on the server: wait"
                            + " until it is over, or end it (pg_terminate_backend), then run this again");
        }
        journal.ended(status);
    }

    /** Does it. What was done before an earlier run was stopped is not done again. */
    void run() throws SQLException, IOException {
        if (limits.batch() == 0) {
            inTransaction(this::eraseAll);
            return;
        }
        for (TenantTable t : plan.kept()) {
            Map<String, String> columns = wishes.anonymise().getOrDefault(t.name(), Map.of());
            if (!columns.isEmpty() && !journal.anonymised().contains(t.name())) {
                inTransaction(tx -> tx.anonymise(t, statements.anonymise(t, columns)));
            }
        }
        for (int pass = 1; pass <= PASSES; pass++) {
            for (DeletionPlan.Step step : plan.steps()) {
                if (step.whole()) {
                    inTransaction(tx -> eraseTogether(tx, List.of(step)));
                } else {
                    eraseInBatches(step);
                }
            }
            if (left().isEmpty()) {
                return;
            }
        }
        throw rowsLeft(left());
    }

    // ---------------------------------------------------------------- one transaction

    private void eraseAll(EraseTransaction tx) throws SQLException {
        session.execute("LOCK TABLE "
                + plan.deleted().stream().map(TenantTable::from).collect(Collectors.joining(", "))
                + " IN ROW EXCLUSIVE MODE");
        checkForm();
        for (TenantTable t : plan.kept()) {
            Map<String, String> columns = wishes.anonymise().getOrDefault(t.name(), Map.of());
            if (!columns.isEmpty()) {
                tx.anonymise(t, statements.anonymise(t, columns));
            }
        }
        eraseTogether(tx, plan.steps());
    }

    private void eraseTogether(EraseTransaction tx, List<DeletionPlan.Step> steps) throws SQLException {
        List<TenantTable> all = steps.stream().flatMap(s -> s.tables().stream()).toList();
        for (TenantTable t : all) {
            tx.remember(t);
            if (t.kind() == TenantTable.Kind.INCLUDED) {
                tx.remember(t, statements);
            }
        }
        for (DeletionPlan.Step step : steps) {
            for (TableReference r : step.deferred()) {
                session.execute("SET CONSTRAINTS " + Identifiers.quote(r.schema(), r.name()) + " DEFERRED");
            }
            for (DeletionPlan.Unlink u : step.unlinks()) {
                tx.unlink(
                        u.table(),
                        statements.unlink(u.table(), u.columns(), 0),
                        statements.countFilled(u.table(), u.columns()));
            }
        }
        for (int pass = 1; pass <= PASSES; pass++) {
            for (TenantTable t : all) {
                long n = tx.delete(
                        t,
                        t.kind() == TenantTable.Kind.INCLUDED
                                ? statements.deleteRemembered(t)
                                : statements.delete(t, 0));
                if (n > 0) {
                    terminal.step(Phrases.count(n, "row") + " of " + t.name() + " deleted, not yet committed");
                }
            }
            Map<String, Long> left = left(tx, all);
            if (left.isEmpty()) {
                return;
            }
            if (pass == PASSES) {
                throw rowsLeft(left);
            }
        }
    }

    private static Map<String, Long> left(EraseTransaction tx, List<TenantTable> tables) throws SQLException {
        Map<String, Long> left = new LinkedHashMap<>();
        for (TenantTable t : tables) {
            long n = tx.rows(t);
            if (n > 0) {
                left.put(t.name(), n);
            }
        }
        return left;
    }

    // ---------------------------------------------------------------- batches

    private void eraseInBatches(DeletionPlan.Step step) throws SQLException, IOException {
        for (DeletionPlan.Unlink u : step.unlinks()) {
            String sql = statements.unlink(u.table(), u.columns(), limits.batch());
            repeat(u.table(), tx -> tx.update(u.table(), sql), "changed");
            inTransaction(tx -> tx.unlink(
                    u.table(),
                    statements.unlink(u.table(), u.columns(), 0),
                    statements.countFilled(u.table(), u.columns())));
        }
        for (TenantTable t : step.tables()) {
            String sql = statements.delete(t, limits.batch());
            repeat(t, tx -> tx.delete(t, sql), "deleted");
            if (statements.refersToItself(t)) {
                // what is left refers to itself in a circle: it can only go at once
                inTransaction(tx -> {
                    tx.remember(t);
                    tx.delete(t, statements.delete(t, 0));
                });
            }
        }
    }

    private void repeat(TenantTable t, Work work, String what) throws SQLException, IOException {
        long all = 0;
        for (EraseJournal.Work done = inTransaction(work); !done.isEmpty(); done = inTransaction(work)) {
            all += done.deleted().getOrDefault(t.name(), 0L) + done.updated().getOrDefault(t.name(), 0L);
            terminal.step(Phrases.count(all, "row") + " of " + t.name() + " " + what);
            pause(limits.pause());
            waitForReplicas();
        }
    }

    private void waitForReplicas() throws SQLException {
        boolean told = false;
        while (true) {
            session.beginReading();
            double lag;
            try {
                // NULL for roles that may not see it, and for replicas that have nothing to do
                lag = Double.parseDouble(session.query("SELECT coalesce(pg_catalog.max(pg_catalog.date_part('epoch',"
                        + " s.replay_lag)), 0) FROM pg_catalog.pg_stat_replication s"));
            } finally {
                session.rollback();
            }
            if (lag * 1_000 <= limits.maxLag().toMillis()) {
                return;
            }
            if (!told) {
                terminal.progress("waiting: a replica is " + Math.round(lag) + " s behind (--max-lag)");
                told = true;
            }
            pause(Duration.ofSeconds(1));
        }
    }

    private void pause(Duration pause) {
        interruption.check();
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.couldNotRun("interrupted");
        }
    }

    // ---------------------------------------------------------------- transactions

    private EraseJournal.Work inTransaction(Work work) throws SQLException, IOException {
        for (int attempt = 1; ; attempt++) {
            interruption.check();
            try {
                return tryTransaction(work);
            } catch (SQLException e) {
                rollbackQuietly();
                if (attempt == ATTEMPTS || !mayPass(e) || journal.openTransaction() != null) {
                    throw explained(e);
                }
                terminal.progress("rolled back (" + SqlErrors.message(e) + "), trying again");
                pause(limits.pause());
            } catch (IOException | RuntimeException e) {
                rollbackQuietly();
                throw e;
            }
        }
    }

    private EraseJournal.Work tryTransaction(Work work) throws SQLException, IOException {
        session.beginWriting();
        session.query(
                "SELECT pg_catalog.set_config('lock_timeout', ?, true)", EraseLimits.setting(limits.lockTimeout()));
        session.query(
                "SELECT pg_catalog.set_config('statement_timeout', ?, true)",
                EraseLimits.setting(limits.statementTimeout()));
        lockTenant(session);
        EraseTransaction tx = new EraseTransaction(session, facts, witnessed);
        work.run(tx);
        tx.check();
        EraseJournal.Work done = tx.work();
        if (done.isEmpty() && done.anonymised().isEmpty()) {
            session.rollback();
            return done;
        }
        interruption.check();
        journal.intent(session.query("SELECT pg_catalog.pg_current_xact_id()"), done);
        session.commit();
        journal.ended("committed");
        return done;
    }

    /** Two erasures of one tenant would count each other's rows. */
    static void lockTenant(TenantSession session) throws SQLException {
        if (!"t"
                .equals(session.query("SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended("
                        + "pg_catalog.concat('tenant-warden erase ', pg_catalog.current_setting('"
                        + TenantRowsOptions.SETTING
                        + "')), 0))"))) {
            throw CommandFailure.couldNotRun(
                    "another erase of this tenant is at work, or the server has not yet noticed that one was killed:"
                            + " wait until it ends");
        }
    }

    private void rollbackQuietly() {
        try {
            session.rollback();
        } catch (SQLException e) {
            // the connection is lost, and the server rolls back by itself
        }
    }

    /** Another session was in the way, and need not be the next time. */
    private static boolean mayPass(SQLException e) {
        return List.of("55P03", "40P01", "40001").contains(String.valueOf(e.getSQLState()));
    }

    private SQLException explained(SQLException e) {
        if ("55P03".equals(e.getSQLState())) {
            throw CommandFailure.couldNotRun("another session held a lock for longer than "
                    + EraseLimits.setting(limits.lockTimeout()) + " (" + SqlErrors.message(e)
                    + "): run it again, or with a longer --lock-timeout");
        }
        if (!"23503".equals(e.getSQLState())) {
            return e;
        }
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        throw CommandFailure.finding("rows that the role cannot see refer to rows of this tenant"
                + (server == null
                        ? ""
                        : ", by the foreign key " + server.getConstraint() + " (table " + server.getSchema() + "."
                                + server.getTable() + ")")
                + ": the transaction was rolled back. List them with --witness-user ROLE (a role with BYPASSRLS), resolve"
                + " them, then run it again");
    }

    // ---------------------------------------------------------------- proof

    /** Tables that should be empty of the tenant and are not, in a transaction of its own. */
    private Map<String, Long> left() throws SQLException {
        session.beginReading();
        try {
            Map<String, Long> left = facts.count(session);
            left.keySet()
                    .retainAll(plan.deleted().stream().map(TenantTable::name).toList());
            left.values().removeIf(n -> n == 0);
            return left;
        } finally {
            session.rollback();
        }
    }

    /** A table that came after the plan was made is not in it. */
    private void checkForm() throws SQLException {
        TenantFacts now = TenantFacts.read(session, config, facts.options());
        if (!now.form().equals(facts.form())) {
            throw CommandFailure.couldNotRun(
                    "tables, foreign keys, policies or triggers were changed while it ran: look at"
                            + " the plan again (without --confirm), then run it again");
        }
    }

    /** @throws CommandFailure when a row is left, or tables were changed meanwhile */
    void prove() throws SQLException {
        session.beginReading();
        try {
            checkForm();
        } finally {
            session.rollback();
        }
        Map<String, Long> left = left();
        if (!left.isEmpty()) {
            throw rowsLeft(left);
        }
    }

    private CommandFailure rowsLeft(Map<String, Long> left) {
        List<String> triggers = new ArrayList<>();
        plan.deleted().stream().filter(t -> !t.triggers().isEmpty()).forEach(t -> triggers.add(t.name()));
        return CommandFailure.finding("rows are left in "
                + left.entrySet().stream()
                        .map(e -> e.getKey() + " (" + e.getValue() + ")")
                        .collect(Collectors.joining(", "))
                + ": the application still writes for this tenant, or a policy lets the role read rows that it may not"
                + " delete"
                + (triggers.isEmpty()
                        ? ""
                        : ", or a trigger writes or keeps them (tables with triggers: " + String.join(", ", triggers)
                                + ")")
                + ". Stop the tenant in the application, then run it again");
    }
}
