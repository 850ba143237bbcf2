package io.tenantwarden.tests.torture;

import io.tenantwarden.tests.torture.Divergence.Sort;
import java.io.StringReader;
import java.io.StringWriter;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postgresql.PGConnection;

/** COPY, and what runs statements inside: CALL, DO. */
final class Programs extends Operations {

    Programs(Steps run) {
        super(run);
    }

    void copyOut(Op op) {
        Scope scope = scope(op);
        Answer<String> answer = statement(op, true, must(), mayForCopy(), () -> {
            StringWriter out = new StringWriter();
            connection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy (select tenant_id from invoices) to stdout", out);
            return out.toString();
        });
        model.copyFailed |= !answer.succeeded();
        if (answer.succeeded()) {
            Map<String, Integer> seen = new TreeMap<>();
            answer.value().lines().forEach(line -> seen.merge(line, 1, Integer::sum));
            check(scope, seen, Fixture.INVOICES, "COPY TO");
        }
    }

    void copyIn(Op op) {
        if (op.a() % 2 == 0) {
            Answer<Long> answer = plain(
                    op,
                    must(),
                    none(),
                    () -> connection()
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy notes from stdin", new StringReader("one\ntwo\n")));
            model.copyFailed |= !answer.succeeded();
            if (answer.succeeded() && answer.value() != 2) {
                throw new Divergence(Sort.MISSING_ROWS, "COPY FROM took " + answer.value() + " of 2 rows");
            }
            return;
        }
        if (ApplicationSettings.OF_ROLE && op.bypass()) {
            return; // the owner's rows are not filtered: it would work, and be nobody's row
        }
        EnumSet<Cause> must = must();
        must.add(Cause.COPY_FROM);
        Answer<?> answer = statement(
                op,
                true,
                must,
                mayForCopy(),
                () -> connection()
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy work (tenant_id, tag) from stdin", new StringReader("t1\tcopied\n")));
        model.copyFailed |= !answer.succeeded();
    }

    EnumSet<Cause> mayForCopy() {
        return target.pooler() && !model.inBlock() ? EnumSet.of(Cause.COPY_UNSET) : none();
    }

    EnumSet<Cause> mayForCall() {
        return target.pooler() && !model.inBlock() ? EnumSet.of(Cause.CALL_UNSET) : none();
    }

    void callProcedure(Op op) {
        Scope scope = scope(op);
        model.wrote = true;
        Answer<String> answer =
                statement(op, true, must(), mayForCall(), () -> query("call touch_accounts(" + slot + ", 0)"));
        if (answer.succeeded()) {
            checkCount(scope, Long.parseLong(answer.value()), Fixture.ACCOUNTS, "a procedure", false);
        }
    }

    void doBlock(Op op) {
        Scope scope = scope(op);
        String tag = "o" + Steps.tag();
        Answer<?> answer = statement(
                op,
                true,
                must(),
                mayForCall(),
                () -> execute("do $$ begin insert into seen_log values ('" + tag + "', tenants_seen()); end $$"));
        if (answer.succeeded() && connection() != null) {
            checkLog(op, scope, tag, 1, "DO");
        }
    }

    void callThatCommits(Op op) {
        Scope scope = scope(op);
        String tag = "p" + Steps.tag();
        EnumSet<Cause> must = must();
        if (model.inBlock()) {
            must.add(Cause.COMMIT_INSIDE);
        }
        boolean applications = model.isApplications(scope);
        Answer<?> answer = statement(op, true, must, mayForCall(), () -> execute("call commit_inside('" + tag + "')"));
        if (answer.succeeded() && connection() != null && !applications) {
            checkLog(op, scope, tag, 2, "CALL with an inner COMMIT");
        }
    }

    void checkLog(Op op, Scope scope, String tag, int lines, String what) {
        Answer<List<String>> answer = plain(op, none(), none(), () -> {
            List<String> seen = new ArrayList<>();
            try (Statement s = connection().createStatement();
                    ResultSet rows =
                            s.executeQuery("select coalesce(tenants, '') from seen_log where tag = '" + tag + "'")) {
                while (rows.next()) {
                    seen.add(rows.getString(1));
                }
            }
            return seen;
        });
        if (answer.succeeded()) {
            if (answer.value().size() != lines) {
                throw new Divergence(Sort.MISSING_ROWS, what + " left " + answer.value() + ", expected " + lines);
            }
            for (String seen : answer.value()) {
                checkText(scope, seen, what);
            }
        }
    }
}
