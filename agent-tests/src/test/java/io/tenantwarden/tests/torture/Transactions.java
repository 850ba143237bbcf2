package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How transactions end, savepoints. */
final class Transactions extends Operations {

    Transactions(Steps run) {
        super(run);
    }

    Answer<?> end(Op op, Work<?> how) {
        List<String> pending = List.copyOf(model.deferred);
        Set<String> allowed = Set.copyOf(model.lastTenants);
        boolean known = !model.inherited && !model.applicationUsed && !model.failed;
        EnumSet<Cause> may = none();
        if (model.failed) {
            may.add(Cause.FAILED_TRANSACTION);
        }
        boolean open = model.inTransaction;
        Answer<?> answer = control(op, may, how);
        // a cancel may hit what Warden sets before COMMIT: the transaction is open as before then
        if (open && (answer.succeeded() || !model.inTransaction)) {
            model.transactionEnded();
        }
        run.synchronise();
        if (answer.succeeded() && known && connection() != null) {
            checkDeferred(pending, allowed);
        }
        return answer;
    }

    /** What the deferred triggers saw while COMMIT ran. */
    void checkDeferred(List<String> tags, Set<String> allowed) {
        for (String tag : tags) {
            Op op = new Op(Kind.SELECT_SIMPLE, 0, 0, false);
            if (connection() == null) {
                return;
            }
            Answer<String> answer = plain(
                    op,
                    none(),
                    none(),
                    () -> query("select coalesce(seen_tenant, '') || ':' || coalesce(seen_platform, '')"
                            + " from deferred_log where tag = '" + tag + "'"));
            if (!answer.succeeded()) {
                return;
            }
            String seen = String.valueOf(answer.value());
            int colon = seen.indexOf(':');
            if (colon < 0 || !allowed.contains(seen.substring(0, colon)) || seen.endsWith(":on")) {
                throw new Divergence(
                        Sort.DEFERRED_TRIGGER,
                        "a deferred trigger ran as \"" + seen + "\" (tenant:platform), expected one of " + allowed
                                + " without the bypass");
            }
        }
    }

    void rollback(Op op, boolean text) {
        boolean textual = text && !run.textFailsNow();
        control(op, none(), () -> {
            if (textual) {
                return execute(op.b() % 2 == 0 ? "rollback" : "abort");
            }
            connection().rollback();
            return null;
        });
        model.transactionEnded();
        run.synchronise();
    }

    void savepoint(Op op) {
        if (!model.inTransaction && model.autocommit || model.savepoints.size() > 5) {
            return;
        }
        String name = "s" + Steps.tag();
        boolean jdbc = !model.autocommit && op.a() % 2 == 0;
        Answer<Savepoint> answer = attempt(op, must(), none(), () -> {
            if (jdbc) {
                return op.b() % 2 == 0
                        ? connection().setSavepoint()
                        : connection().setSavepoint(name);
            }
            execute("savepoint " + name);
            return null;
        });
        if (answer.succeeded() && connection() != null) {
            model.save(name, answer.value());
        }
    }

    void rollbackTo(Op op) {
        if (model.savepoints.isEmpty()) {
            return;
        }
        // the top one, or one below it
        for (int down = op.a() % 3; down > 0 && model.savepoints.size() > 1; down--) {
            model.savepoints.pop();
        }
        Model.Saved saved = model.savepoints.peek();
        if (saved.savepoint() == null && run.textFailsNow()) {
            rollback(op, false);
            return;
        }
        Answer<?> answer = control(op, mayBeLost(), () -> {
            if (saved.savepoint() != null) {
                connection().rollback(saved.savepoint());
            } else {
                execute("rollback to " + (op.b() % 2 == 0 ? "savepoint " : "") + saved.name());
            }
            return null;
        });
        if (answer.succeeded() && connection() != null) {
            model.rolledBackTo(saved);
        } else if (connection() != null) {
            // cancelled: which savepoint it stands at is not known
            rollback(op, model.autocommit);
        }
    }

    /** See {@link Cause#LOST_SAVEPOINT}. */
    private EnumSet<Cause> mayBeLost() {
        boolean always = profile().parameters().contains("autosave=always");
        return always && model.copyFailed ? EnumSet.of(Cause.LOST_SAVEPOINT) : none();
    }

    void release(Op op) {
        if (model.savepoints.isEmpty() || model.failed) {
            return;
        }
        Model.Saved saved = model.savepoints.pop();
        control(op, mayBeLost(), () -> {
            if (saved.savepoint() != null) {
                connection().releaseSavepoint(saved.savepoint());
            } else {
                execute("release savepoint " + saved.name());
            }
            return null;
        });
    }

    Void jdbcCommit() throws SQLException {
        connection().commit();
        return null;
    }
}
