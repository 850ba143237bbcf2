package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/** Definitions, several statements in one string, large objects, names that no snapshot of the catalog has. */
final class Definitions extends Operations {

    Definitions(Steps run) {
        super(run);
    }

    void createTableAs(Op op) {
        Scope scope = scope(op);
        boolean block = model.inBlock();
        if (target.pooler() && !block) {
            return;
        }
        String name = "copied" + Steps.tag();
        Answer<?> answer = statement(
                op,
                true,
                must(),
                none(),
                () -> execute("create temp table " + name + (block ? " on commit drop" : "")
                        + " as select tenant_id as owner from invoices"));
        if (!answer.succeeded() || connection() == null) {
            return;
        }
        Answer<Map<String, Integer>> rows = plain(op, none(), none(), () -> {
            try (Statement s = connection().createStatement();
                    ResultSet copied = s.executeQuery("select owner from " + name)) {
                return tenants(copied);
            }
        });
        if (rows.succeeded()) {
            check(scope, rows.value(), Fixture.INVOICES, "CREATE TABLE AS");
        }
        if (connection() != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop table " + name));
        }
    }

    void several(Op op) {
        Scope scope = scope(op);
        if (model.isApplications(scope)) {
            return;
        }
        boolean whole = !profile().extended() || Steps.PORTABLE;
        String sql;
        if (model.inTransaction) {
            sql = op.a() % 2 == 0
                    ? "select tenants_seen(); select tenants_seen()"
                    : "savepoint several; select tenants_seen(); rollback to several; select tenants_seen();"
                            + " release several; select tenants_seen()";
        } else {
            sql = switch (op.a() % 5) {
                case 0 -> "begin; select tenants_seen(); commit; select tenants_seen()";
                case 1 -> "select tenants_seen(); begin; select tenants_seen(); rollback; select tenants_seen()";
                case 2 -> "begin; savepoint s; select tenants_seen(); rollback to s; select tenants_seen(); commit";
                case 3 -> "begin; select tenants_seen(); commit and chain; select tenants_seen(); rollback";
                default -> "select tenants_seen(); select tenants_seen()";
            };
        }
        EnumSet<Cause> may = whole ? EnumSet.of(Cause.SENT_WHOLE) : none();
        Answer<List<String>> answer = statement(op, true, must(), may, () -> {
            List<String> seen = new ArrayList<>();
            try (Statement s = connection().createStatement()) {
                boolean rows = s.execute(sql);
                while (rows || s.getUpdateCount() != -1) {
                    if (rows) {
                        try (ResultSet result = s.getResultSet()) {
                            seen.add(result.next() ? String.valueOf(result.getString(1)) : "no row");
                        }
                    }
                    rows = s.getMoreResults();
                }
            }
            return seen;
        });
        if (answer.succeeded()) {
            int expected = sql.split("tenants_seen", -1).length - 1;
            if (answer.value().size() != expected) {
                throw new Divergence(
                        Sort.MISSING_ROWS, "\"" + sql + "\" gave " + answer.value() + ", expected " + expected);
            }
            for (String seen : answer.value()) {
                checkText(scope, seen.equals("null") ? "" : seen, "\"" + sql + "\"");
            }
        }
    }

    void largeObject(Op op) {
        if (model.autocommit || op.bypass()) {
            return;
        }
        plain(op, none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> {
            var objects = connection().unwrap(PGConnection.class).getLargeObjectAPI();
            long oid = objects.createLO();
            try (var object = objects.open(oid)) {
                object.write(new byte[] {1, 2, 3});
            }
            objects.delete(oid);
            return null;
        });
    }

    void temporaryTable(Op op) {
        if (model.failed || model.readOnly || model.begunReadOnly || model.inherited || op.bypass()) {
            return;
        }
        String table = "scratch_" + Steps.tag();
        String end = model.inBlock() && op.a() % 2 == 0 ? " on commit drop" : "";
        Answer<?> answer = plain(
                op,
                none(),
                none(),
                () -> execute("create temp table " + table + end + " as select code from countries"));
        if (answer.succeeded() && connection() != null && op.b() % 3 == 0) {
            plain(op, none(), none(), () -> execute("insert into " + table + " values ('xx')"));
        }
        if (answer.succeeded() && connection() != null && !model.failed) {
            Answer<String> rows = plain(op, none(), none(), () -> query("select count(*) from " + table));
            if (rows.succeeded() && Integer.parseInt(rows.value()) < 2) {
                throw new Divergence(Sort.MISSING_ROWS, "a temporary table has " + rows.value() + " rows");
            }
        }
        if (answer.succeeded() && connection() != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop table " + table));
        }
    }

    void temporaryView(Op op) {
        if (model.failed || model.readOnly || model.begunReadOnly || model.inherited || op.bypass()) {
            return;
        }
        String view = "seen_" + Steps.tag();
        Answer<?> created = plain(
                op, none(), none(), () -> execute("create temp view " + view + " as select tenant_id from invoices"));
        if (!created.succeeded() || connection() == null) {
            return;
        }
        Scope scope = scope(op);
        String name = op.a() % 2 == 0 ? view : "pg_temp." + view;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement();
                    ResultSet rows = s.executeQuery("select tenant_id from " + name)) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "a temporary view");
        }
        if (connection() != null && !model.failed) {
            plain(op, none(), none(), () -> execute("drop view " + view));
        }
    }

    /** The same name means a protected table on one path, and another table on the other. */
    void searchPath(Op op) {
        if (model.failed || model.inherited || op.bypass()) {
            return;
        }
        String set = op.a() % 2 == 0 && model.inBlock() ? "set local search_path to " : "set search_path to ";
        Answer<?> there = plain(op, none(), none(), () -> execute(set + "side, public"));
        if (!there.succeeded() || connection() == null) {
            return;
        }
        Scope scope = scope(op);
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement();
                    ResultSet rows = s.executeQuery("select tenant_id from parcels")) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.ACCOUNTS, "a table on the search path");
        }
        if (connection() == null || model.failed) {
            return;
        }
        Answer<?> back = plain(op, none(), none(), () -> execute("set search_path to public"));
        if (back.succeeded() && connection() != null) {
            plain(op, none(), none(), () -> query("select count(*) from parcels"));
        }
    }

    void unknownName(Op op) {
        String name = op.a() % 2 == 0 ? "nowhere" : "nowhere_" + Steps.tag();
        EnumSet<Cause> must = must();
        must.add(Cause.UNKNOWN_NAME);
        plain(op, must, none(), () -> query("select tenant_id from " + name));
    }
}
