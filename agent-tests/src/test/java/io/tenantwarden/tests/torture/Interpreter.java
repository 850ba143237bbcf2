package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.scenarios.TenantContext;
import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Runs a program and compares each answer with the model. Operations that make no sense where they stand do nothing, so
 * that a program stays one when operations are taken out of it. One thread.
 */
final class Interpreter {

    private final Steps steps;
    private final Model model;
    private final Transactions transactions;
    private final Reading reading;
    private final Writing writing;
    private final Cursors cursors;
    private final Programs programs;
    private final Definitions definitions;
    private final ApplicationSettings settings;
    private final NestedScopes nested;
    private final Failures failures;

    /**
     * @param target where connections come from and what they can do
     * @param slot which of the rows that only one thread writes are this thread's
     */
    Interpreter(Target target, int slot, Tally tally, ScheduledExecutorService timer) {
        steps = new Steps(target, slot, tally, timer);
        model = steps.model;
        transactions = new Transactions(steps);
        reading = new Reading(steps);
        writing = new Writing(steps, transactions);
        cursors = new Cursors(steps);
        programs = new Programs(steps);
        definitions = new Definitions(steps);
        settings = new ApplicationSettings(steps, reading);
        nested = new NestedScopes(steps, reading);
        failures = new Failures(steps);
    }

    /**
     * Runs it to its end, and gives the steps.connection back.
     *
     * @throws Divergence at the first answer that the model does not have
     */
    void run(Program program) {
        steps.profile = program.profile();
        int at = 0;
        try {
            for (Op op : program.operations()) {
                steps.tally.operation(op.kind());
                at++;
                perform(op);
            }
            steps.handBack(0);
            steps.tally.programs.increment();
        } catch (Divergence e) {
            steps.abandon();
            throw new Divergence(
                    e.sort(),
                    "operation " + at + ", "
                            + (at == 0 ? "" : program.operations().get(at - 1)) + ": " + e.getMessage(),
                    e.getCause() == null ? e : e.getCause());
        } catch (SQLException e) {
            steps.abandon();
            throw new Divergence(
                    Sort.ERROR_OUTSIDE_THE_TABLE,
                    "operation " + at + ", " + program.operations().get(at - 1) + ": " + Steps.describe(e),
                    e);
        } finally {
            TenantContext.clear();
            model.tenant = null;
        }
    }

    private void perform(Op op) throws SQLException {
        switch (op.kind()) {
            case TENANT -> steps.tenant(Scope.TENANTS.get(op.a() % 3));
            case NO_TENANT -> steps.tenant(null);
            case BORROW, HAND_BACK -> steps.handBack(op.a());
            default -> {
                steps.connection();
                if (steps.connection != null) {
                    performConnected(op);
                }
            }
        }
    }

    private void performConnected(Op op) throws SQLException {
        switch (op.kind()) {
            case AUTOCOMMIT_OFF -> {
                if (model.autocommit) {
                    transactions.control(op, Steps.none(), () -> {
                        steps.connection.setAutoCommit(false);
                        return null;
                    });
                    if (steps.connection != null) {
                        model.autocommit = false;
                    }
                }
            }
            case AUTOCOMMIT_ON -> {
                if (!model.autocommit) {
                    Answer<?> answer = transactions.end(op, () -> {
                        steps.connection.setAutoCommit(true);
                        return null;
                    });
                    if (steps.connection != null) {
                        model.autocommit = answer.succeeded() || steps.connection.getAutoCommit();
                    }
                }
            }
            case COMMIT -> {
                if (model.inTransaction) {
                    boolean text = model.autocommit || op.a() % 3 == 0 && !steps.textFailsNow();
                    transactions.end(
                            op,
                            () -> text
                                    ? transactions.execute(op.b() % 2 == 0 ? "commit" : "end")
                                    : transactions.jdbcCommit());
                }
            }
            case ROLLBACK -> {
                if (model.inTransaction) {
                    transactions.rollback(op, model.autocommit || op.a() % 3 == 0);
                }
            }
            case CHAIN -> {
                if (steps.textFailsNow()) {
                    transactions.rollback(op, false);
                } else if (model.inTransaction && op.a() % 2 == 0) {
                    transactions.end(op, () -> steps.execute("commit and chain"));
                } else if (model.inTransaction) {
                    transactions.control(op, Steps.none(), () -> steps.execute("rollback and chain"));
                    model.transactionEnded();
                }
                steps.synchronise();
            }
            case TEXT_BEGIN -> {
                if (model.autocommit && !model.inTransaction) {
                    transactions.control(
                            op,
                            Steps.none(),
                            () -> transactions.execute(op.a() % 2 == 0 ? "begin" : "start transaction"));
                }
            }
            case SAVEPOINT -> transactions.savepoint(op);
            case ROLLBACK_TO -> transactions.rollbackTo(op);
            case RELEASE -> transactions.release(op);
            case READ_ONLY -> {
                if (!model.inTransaction) {
                    boolean wanted = op.a() % 2 == 0;
                    transactions.control(op, Steps.none(), () -> {
                        steps.connection.setReadOnly(wanted);
                        return null;
                    });
                    model.readOnly = steps.connection != null && wanted;
                }
            }
            case ISOLATION -> {
                if (!model.inTransaction) {
                    int level = op.a() % 2 == 0
                            ? Connection.TRANSACTION_READ_COMMITTED
                            : op.b() % 2 == 0
                                    ? Connection.TRANSACTION_REPEATABLE_READ
                                    : Connection.TRANSACTION_SERIALIZABLE;
                    transactions.control(op, Steps.none(), () -> {
                        steps.connection.setTransactionIsolation(level);
                        return null;
                    });
                    model.isolated = steps.connection != null && level != Connection.TRANSACTION_READ_COMMITTED;
                }
            }
            default -> {
                if (model.failed && op.a() % 4 != 0) {
                    recover(op);
                }
                if (steps.connection != null) {
                    performStatement(op);
                }
            }
        }
    }

    private void performStatement(Op op) throws SQLException {
        switch (op.kind()) {
            case SELECT_PREPARED -> reading.selectPrepared(op);
            case SELECT_SIMPLE -> reading.selectSimple(op);
            case FUNCTION -> reading.function(op);
            case CALLABLE -> reading.callable(op);
            case UPDATE -> writing.update(op);
            case INSERT -> writing.insert(op);
            case INSERT_FOREIGN -> writing.insertForeign(op);
            case INSERT_DEFERRED -> writing.insertDeferred(op);
            case CONSTRAINTS_IMMEDIATE -> writing.constraintsImmediate(op);
            case BATCH_INSERT -> writing.batchInsert(op, 2 + op.b() % 40);
            case BATCH_LARGE -> {
                if (op.a() % 2 == 0) {
                    writing.batchInsert(op, 300 + 5 * op.b());
                } else {
                    writing.batchUpdate(op, 280 + op.b());
                }
            }
            case BATCH_PLAIN -> writing.batchPlain(op);
            case UPDATABLE -> writing.updatable(op);
            case CURSOR_OPEN -> cursors.cursorOpen(op);
            case CURSOR_READ -> cursors.cursorRead(op);
            case CURSOR_CLOSE -> cursors.cursorClose(op);
            case SQL_DECLARE -> cursors.declare(op);
            case SQL_FETCH -> cursors.fetch(op);
            case SQL_CLOSE -> cursors.closeSqlCursor(op);
            case COPY_OUT -> programs.copyOut(op);
            case COPY_IN -> programs.copyIn(op);
            case CALL -> programs.callProcedure(op);
            case DO -> programs.doBlock(op);
            case CALL_COMMITS -> programs.callThatCommits(op);
            case CREATE_TABLE_AS -> definitions.createTableAs(op);
            case SEVERAL -> definitions.several(op);
            case METADATA -> reading.metadata(op);
            case IS_VALID ->
                reading.plain(
                        op, Steps.none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> steps.connection.isValid(5));
            case LARGE_OBJECT -> definitions.largeObject(op);
            case TEMPORARY_TABLE -> definitions.temporaryTable(op);
            case TEMPORARY_VIEW -> definitions.temporaryView(op);
            case UNKNOWN_NAME -> definitions.unknownName(op);
            case SEARCH_PATH -> definitions.searchPath(op);
            case SET_LOCAL -> settings.setLocal(op);
            case SET_SESSION -> settings.setSession(op);
            case RESET_ALL -> settings.reset(op, "reset all");
            case SAME_VALUE -> settings.sameValue(op);
            case ROLE -> settings.role(op);
            case DISCARD_ALL -> {
                if (!model.inBlock()) {
                    settings.reset(op, "discard all");
                }
            }
            case NESTED_BYPASS -> nested.nestedBypass(op);
            case DIVISION_BY_ZERO -> failures.divisionByZero(op);
            case NO_PARAMETER -> failures.noParameter(op);
            case CANCEL -> failures.cancel(op);
            case TERMINATE -> failures.terminate(op);
            default -> throw new IllegalStateException(op.toString());
        }
    }

    private void recover(Op op) throws SQLException {
        Op own = new Op(
                op.b() % 2 == 0 && !model.savepoints.isEmpty() ? Kind.ROLLBACK_TO : Kind.ROLLBACK, 0, op.b(), false);
        performConnected(own);
    }
}
