package io.tenantwarden.tests.torture;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/** What goes wrong on purpose. */
final class Failures extends Operations {

    Failures(Steps run) {
        super(run);
    }

    void divisionByZero(Op op) {
        EnumSet<Cause> must = must();
        must.add(Cause.DIVISION);
        Scope scope = scope(op);
        // without rows there is no division
        String sql = scope.isNone() ? "select 1 / 0" : "select amount / 0 from invoices";
        statement(op, !scope.isNone(), must, none(), () -> query(sql));
    }

    void noParameter(Op op) {
        EnumSet<Cause> must = EnumSet.of(Cause.NO_PARAMETER);
        statement(op, true, must, model.failed ? must() : none(), () -> {
            try (PreparedStatement select = connection().prepareStatement("select id from invoices where amount = ?");
                    ResultSet rows = select.executeQuery()) {
                return rows.next();
            }
        });
    }

    void cancel(Op op) {
        if (op.a() % 2 == 0 || target.pooler()) {
            plain(
                    op,
                    none(),
                    EnumSet.of(Cause.CANCELLED, Cause.FAILED_TRANSACTION),
                    () -> query("select pg_cancel_backend(pg_backend_pid()), pg_sleep(0.2)"));
            return;
        }
        plain(op, none(), EnumSet.of(Cause.CANCELLED, Cause.FAILED_TRANSACTION), () -> {
            try (Statement s = connection().createStatement()) {
                var cancelling = run.timer.schedule(
                        () -> {
                            s.cancel();
                            return null;
                        },
                        15,
                        TimeUnit.MILLISECONDS);
                try {
                    return s.execute("select pg_sleep(0.2)");
                } finally {
                    cancelling.cancel(false);
                }
            }
        });
    }

    void terminate(Op op) {
        plain(op, must(), EnumSet.of(Cause.TERMINATED), () -> query("select pg_terminate_backend(pg_backend_pid())"));
    }
}
