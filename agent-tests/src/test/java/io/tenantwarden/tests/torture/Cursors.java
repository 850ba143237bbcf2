package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Result sets that are read in parts, and cursors of SQL. */
final class Cursors extends Operations {

    Cursors(Steps run) {
        super(run);
    }

    void cursorOpen(Op op) {
        if (model.cursors.size() > 2) {
            return;
        }
        Scope scope = scope(op);
        // in a transaction that somebody left open the application's own value may hold
        if (model.isApplications(scope) || model.isInherited(scope)) {
            return;
        }
        int first = 1 + op.b() % 4;
        Answer<Model.Cursor> answer = statement(op, true, must(), none(), () -> {
            PreparedStatement select = connection().prepareStatement(Reading.QUERIES[0]);
            select.setFetchSize(3 + op.a() % 4);
            ResultSet rows = select.executeQuery();
            Model.Cursor cursor = new Model.Cursor(select, rows, scope);
            read(cursor, first);
            return cursor;
        });
        if (answer.succeeded() && connection() != null) {
            Model.Cursor cursor = answer.value();
            if (cursor.read < first || !model.inTransaction) {
                if (cursor.read < first) {
                    checkRead(cursor);
                }
                Steps.closeQuietly(cursor.statement);
            } else {
                model.cursors.add(cursor);
            }
        }
    }

    /** Reads up to so many rows; fewer are there at its end. */
    void read(Model.Cursor cursor, int wanted) throws SQLException {
        for (int i = 0; i < wanted; i++) {
            if (!cursor.rows.next()) {
                return;
            }
            tally.rows.increment();
            cursor.read++;
            String owner = cursor.rows.getString(1);
            if (model.isInherited(cursor.scope, Set.of(owner))) {
                continue;
            }
            if (!cursor.scope.visible().contains(owner)) {
                throw new Divergence(
                        Sort.FOREIGN_ROWS,
                        "row " + cursor.read + " of a result set opened as " + cursor.scope + " belongs to " + owner);
            }
        }
    }

    void checkRead(Model.Cursor cursor) {
        int expected = Fixture.INVOICES * cursor.scope.visible().size();
        if (model.isInherited(cursor.scope) && cursor.read == Fixture.INVOICES) {
            return;
        }
        if (cursor.read != expected) {
            throw new Divergence(
                    Sort.MISSING_ROWS,
                    "a result set opened as " + cursor.scope + " ended after " + cursor.read + " rows, expected "
                            + expected);
        }
    }

    void cursorRead(Op op) {
        if (model.cursors.isEmpty()) {
            return;
        }
        Model.Cursor cursor = model.cursors.get(op.a() % model.cursors.size());
        int wanted = 1 + op.b() % 30;
        int before = cursor.read;
        boolean mayBeGone = model.failed || model.cursorsMayBeGone;
        Answer<?> answer = attempt(op, none(), mayBeGone ? EnumSet.of(Cause.LOST_CURSOR) : none(), () -> {
            read(cursor, wanted);
            return null;
        });
        if (!answer.succeeded()) {
            model.cursors.remove(cursor);
            model.ghosts.add(cursor.scope);
        } else if (cursor.read < before + wanted) {
            checkRead(cursor);
            model.cursors.remove(cursor);
            Steps.closeQuietly(cursor.statement);
        }
    }

    void cursorClose(Op op) {
        if (!model.cursors.isEmpty()) {
            Model.Cursor cursor = model.cursors.remove(op.a() % model.cursors.size());
            Steps.closeQuietly(op.b() % 2 == 0 ? cursor.rows : cursor.statement);
        }
    }

    void declare(Op op) {
        Scope scope = scope(op);
        if (!model.inBlock() || model.sqlCursors.size() > 2 || model.isApplications(scope)) {
            return;
        }
        String name = "c" + Steps.tag();
        Answer<?> answer = statement(
                op, true, must(), none(), () -> execute("declare " + name + " cursor for " + Reading.QUERIES[0]));
        if (answer.succeeded() && connection() != null) {
            model.sqlCursors.put(name, scope);
        }
    }

    String sqlCursor(Op op) {
        List<String> names = new ArrayList<>(model.sqlCursors.keySet());
        return names.get(op.a() % names.size());
    }

    void fetch(Op op) {
        if (model.sqlCursors.isEmpty()) {
            return;
        }
        String name = sqlCursor(op);
        Scope opened = model.sqlCursors.get(name);
        // a cancelled COPY has no savepoint of autosave: the driver goes back to one that may be older than the cursor
        boolean older = target.faults() && profile().parameters().contains("autosave");
        EnumSet<Cause> may = older || model.cursorsMayBeGone ? EnumSet.of(Cause.LOST_CURSOR) : none();
        Answer<Set<String>> answer = statement(op, false, must(), may, () -> {
            try (Statement s = connection().createStatement();
                    ResultSet rows = s.executeQuery("fetch " + (1 + op.b() % 5) + " from " + name)) {
                return tenants(rows).keySet();
            }
        });
        if (answer.succeeded()
                && !opened.visible().containsAll(answer.value())
                && !model.isInherited(opened, answer.value())) {
            throw new Divergence(
                    Sort.FOREIGN_ROWS,
                    "FETCH as " + scope(op) + " from a cursor declared as " + opened + " gave rows of "
                            + answer.value());
        }
    }

    void closeSqlCursor(Op op) {
        if (model.sqlCursors.isEmpty()) {
            return;
        }
        String name = sqlCursor(op);
        boolean all = op.b() % 4 == 0;
        Answer<?> answer = attempt(op, must(), none(), () -> execute(all ? "close all" : "close " + name));
        if (answer.succeeded()) {
            if (all) {
                model.sqlCursors.clear();
                // CLOSE ALL closes the portals of result sets too; the driver does not know it
                model.cursors.forEach(cursor -> model.ghosts.add(cursor.scope));
                model.cursors.clear();
            } else {
                model.sqlCursors.remove(name);
            }
        }
    }
}
