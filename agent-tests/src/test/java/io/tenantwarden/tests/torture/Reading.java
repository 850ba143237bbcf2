package io.tenantwarden.tests.torture;

import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.util.EnumSet;
import java.util.Map;

/** Queries of protected tables, by name and behind functions; what is only described. */
final class Reading extends Operations {

    static final String[] QUERIES = {
        "select tenant_id from invoices",
        "select tenant_id from invoices where amount >= ?",
        "with visible as (select * from invoices) select tenant_id from visible order by id",
        "select i.tenant_id from invoices i join countries c on c.code = i.country",
        "select tenant_id from open_invoices"
    };

    Reading(Steps run) {
        super(run);
    }

    void selectPrepared(Op op) {
        Scope scope = scope(op);
        int number = op.a() % QUERIES.length;
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            PreparedStatement select = run.kept.get(number);
            if (select == null) {
                select = connection().prepareStatement(QUERIES[number]);
                run.kept.put(number, select);
            }
            if (number == 1) {
                select.setInt(1, 0);
            }
            try (ResultSet rows = select.executeQuery()) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "select (" + number + ")");
        }
    }

    void selectSimple(Op op) {
        Scope scope = scope(op);
        String sql = op.a() % 2 == 0 ? QUERIES[0] : "/* one */ (select tenant_id from invoices)";
        Answer<Map<String, Integer>> answer = statement(op, true, must(), none(), () -> {
            try (Statement s = connection().createStatement();
                    ResultSet rows = s.executeQuery(sql)) {
                return tenants(rows);
            }
        });
        if (answer.succeeded()) {
            check(scope, answer.value(), Fixture.INVOICES, "simple select");
        }
    }

    void function(Op op) {
        Scope scope = scope(op);
        Answer<String> answer = statement(op, true, must(), none(), () -> query("select tenants_seen()"));
        if (answer.succeeded()) {
            checkText(scope, answer.value(), "a function");
        }
    }

    void callable(Op op) {
        if (run.simpleProtocol()) {
            return; // the driver has no out parameters there
        }
        Scope scope = scope(op);
        Answer<String> answer = statement(op, true, must(), none(), () -> {
            try (CallableStatement call = connection().prepareCall("{ ? = call tenants_seen() }")) {
                call.registerOutParameter(1, Types.VARCHAR);
                call.execute();
                return call.getString(1);
            }
        });
        if (answer.succeeded()) {
            checkText(scope, answer.value(), "a callable statement");
        }
    }

    void metadata(Op op) {
        if (op.a() % 8 == 7) {
            plain(op, none(), EnumSet.of(Cause.FAILED_TRANSACTION), () -> {
                try (ResultSet rows = connection().getMetaData().getTables(null, "public", "invoices", null)) {
                    return rows.next();
                }
            });
            return;
        }
        if (run.simpleProtocol()) {
            return; // nothing can be described there
        }
        EnumSet<Cause> may = EnumSet.of(Cause.FAILED_TRANSACTION);
        // only described: it runs nothing, so it needs no scope
        attempt(op, none(), may, () -> {
            try (PreparedStatement select =
                    connection().prepareStatement("select tenant_id from invoices where amount > ? and note <> ?")) {
                // the driver names the statement for the latter
                return op.a() % 2 == 0 || target.pooler()
                        ? select.getParameterMetaData().getParameterCount()
                        : select.getMetaData().getColumnCount();
            }
        });
    }
}
