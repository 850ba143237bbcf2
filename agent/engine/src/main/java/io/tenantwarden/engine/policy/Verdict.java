package io.tenantwarden.engine.policy;

import io.tenantwarden.bootstrap.Submission;
import io.tenantwarden.engine.report.FoundSite;
import io.tenantwarden.engine.report.Site;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.catalog.Resolution;
import io.tenantwarden.rls.catalog.TenantField;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;

/**
 * What is wrong with a statement, as data: log line, report and refusal are made from it. There is one only where something is wrong.
 * Immutable; not kept beyond the statement.
 */
final class Verdict {

    private final Reason reason;
    private final Session session;
    private final SqlStatement sql;
    private final Resolution touched;
    private final FoundSite found;
    private final boolean refused;
    private final long times;
    private final String what;
    private final Submission submission;
    private final Site other;
    private final TenantField column;

    private Verdict(
            Reason reason,
            Session session,
            SqlStatement sql,
            Resolution touched,
            FoundSite found,
            boolean refused,
            long times,
            String what,
            Submission submission,
            Site other,
            TenantField column) {
        this.reason = reason;
        this.session = session;
        this.sql = sql;
        this.touched = touched;
        this.found = found;
        this.refused = refused;
        this.times = times;
        this.what = what;
        this.submission = submission;
        this.other = other;
        this.column = column;
    }

    /**
     * @param touched the protected tables; {@link Resolution#NOTHING} where they do not matter
     * @param refused whether the statement must not run
     */
    static Verdict of(
            Reason reason, Session session, SqlStatement sql, Resolution touched, FoundSite found, boolean refused) {
        return new Verdict(reason, session, sql, touched, found, refused, 1, null, null, null, null);
    }

    /** How many executions it stands for, where the site is only sampled. */
    Verdict times(long executions) {
        return new Verdict(reason, session, sql, touched, found, refused, executions, what, submission, other, column);
    }

    /** What this reason has to say beyond the statement: hashed tenants, the name of a setting or a bypass. */
    Verdict what(String text) {
        return new Verdict(reason, session, sql, touched, found, refused, times, text, submission, other, column);
    }

    /** Where the task was handed over whose scope stayed behind. */
    Verdict submission(Submission handedOver) {
        return new Verdict(reason, session, sql, touched, found, refused, times, what, handedOver, other, column);
    }

    /** Where the statement ran that this one is in contradiction to. */
    Verdict other(Site site) {
        return new Verdict(reason, session, sql, touched, found, refused, times, what, submission, site, column);
    }

    /** The column that holds another tenant. */
    Verdict column(TenantField field) {
        return new Verdict(reason, session, sql, touched, found, refused, times, what, submission, other, field);
    }

    Reason reason() {
        return reason;
    }

    Session session() {
        return session;
    }

    SqlStatement sql() {
        return sql;
    }

    Resolution touched() {
        return touched;
    }

    List<String> tables() {
        return touched.tables();
    }

    boolean assumed() {
        return touched.assumed();
    }

    /** What leads to the tables that the statement does not name itself; empty when it names them all. */
    List<String> functions() {
        return touched.functions();
    }

    FoundSite found() {
        return found;
    }

    Site site() {
        return found.site();
    }

    boolean refused() {
        return refused;
    }

    long times() {
        return times;
    }

    /** Null when there is nothing to say. */
    String what() {
        return what;
    }

    /** Null when no scope was lost. */
    Submission submission() {
        return submission;
    }

    /** Null when there is no other statement, or its site is not known. */
    Site other() {
        return other;
    }

    /** Null when no row was looked at. */
    TenantField column() {
        return column;
    }
}
