package io.tenantwarden.tests.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Map;

/** A kind of operations: what they share. See {@link Steps} for what the methods mean. */
abstract class Operations {

    final Steps run;
    final Model model;
    final Target target;
    final Tally tally;
    final int slot;

    Operations(Steps run) {
        this.run = run;
        this.model = run.model;
        this.target = run.target;
        this.tally = run.tally;
        this.slot = run.slot;
    }

    /** Null when it was lost in the middle of the operation. */
    final Connection connection() {
        return run.connection;
    }

    final Profile profile() {
        return run.profile();
    }

    final Scope scope(Op op) {
        return run.scope(op);
    }

    static EnumSet<Cause> none() {
        return Steps.none();
    }

    final EnumSet<Cause> must() {
        return run.must();
    }

    final <T> Answer<T> statement(Op op, boolean named, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        return run.statement(op, named, must, may, work);
    }

    final <T> Answer<T> plain(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        return run.plain(op, must, may, work);
    }

    final <T> Answer<T> control(Op op, EnumSet<Cause> may, Work<T> work) {
        return run.control(op, may, work);
    }

    final <T> Answer<T> attempt(Op op, EnumSet<Cause> must, EnumSet<Cause> may, Work<T> work) {
        return run.attempt(op, must, may, work);
    }

    final Void execute(String sql) throws SQLException {
        return run.execute(sql);
    }

    final String query(String sql) throws SQLException {
        return run.query(sql);
    }

    static Map<String, Integer> tenants(ResultSet rows) throws SQLException {
        return Steps.tenants(rows);
    }

    final void check(Scope scope, Map<String, Integer> seen, int each, String what) {
        run.check(scope, seen, each, what);
    }

    final void checkCount(Scope scope, long seen, int each, String what, boolean named) {
        run.checkCount(scope, seen, each, what, named);
    }

    final void checkText(Scope scope, String seen, String what) {
        run.checkText(scope, seen, what);
    }
}
