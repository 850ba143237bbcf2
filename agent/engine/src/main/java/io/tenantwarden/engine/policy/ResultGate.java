package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.sql.Keyword;
import java.sql.SQLException;
import java.util.List;

/**
 * The way of what the server answers, after {@link StatementGate} has let the statement through. Thread-safe; the session's part is guarded by
 * the driver's lock.
 */
public final class ResultGate {

    private final ZeroRowRule zeroRows;
    /** Null when rows are not looked at. */
    private final RowRule rows;

    private final VerdictTeller teller;

    ResultGate(ZeroRowRule zeroRows, RowRule rows, VerdictTeller teller) {
        this.zeroRows = zeroRows;
        this.rows = rows;
        this.teller = teller;
    }

    /** Whether a command tag says that no row was touched. */
    public static boolean saysNothing(String tag) {
        return ZeroRowRule.saysNothing(tag);
    }

    /** Whether rows are looked at. */
    public boolean looksAtRows() {
        return rows != null;
    }

    /**
     * A command is complete whose statement the driver knows.
     *
     * @param statement what is kept of it; null for what is not the application's
     * @param tag {@code UPDATE 0}
     */
    public void completed(Session session, Object statement, String tag) {
        if (!(statement instanceof KnownStatement known) || !session.isAnswering()) {
            return;
        }
        KnownStatement part = known;
        if (known.sql().multi()) {
            int number = known.lastRun().completesPart();
            part = number < known.parts().size() ? known.parts().get(number) : known;
        }
        zeroRows(session, part, tag);
    }

    /** As {@link #completed}, where the driver does not say whose answer it is: they come in the order of the statements. */
    public void completedNext(Session session, String tag) {
        if (!session.isAnswering()
                || !(session.execution().nextAnswered() instanceof KnownStatement next)
                || isOfDriver(tag, next)) {
            return;
        }
        session.execution().completes();
        zeroRows(session, next, tag);
    }

    private void zeroRows(Session session, KnownStatement known, String tag) {
        if (ZeroRowRule.saysNothing(tag) && session.database() != null) {
            Verdict verdict = zeroRows.judge(session, known, tag);
            if (verdict != null) {
                teller.tell(verdict);
            }
        }
    }

    /** BEGIN, and what autosave does, which no statement of the application has asked for. */
    private static boolean isOfDriver(String tag, KnownStatement next) {
        return (tag.equals("BEGIN") || tag.equals("SAVEPOINT") || tag.equals("RELEASE") || tag.equals("ROLLBACK"))
                && !next.sql().transactionControl()
                && next.sql().keyword() != Keyword.EXECUTE;
    }

    /** What later rows of a statement's result are to be judged by, where its text may run again meanwhile; null as the statement. */
    public static Object opened(Object statement) {
        return statement instanceof KnownStatement known ? RowRule.Opened.now(known) : null;
    }

    /**
     * Rows of a statement have come, and the application has not seen them.
     *
     * @param statement what is kept of it, or what {@link #opened} gave; null for what is not the application's
     * @param fields how the driver describes them
     * @param received as the driver keeps them
     * @return what the application gets in their place; null when it may have them
     */
    public SQLException received(Session session, Object statement, Object[] fields, List<?> received) {
        RowRule.Opened opened = statement instanceof RowRule.Opened before ? before : null;
        Object kept = opened == null ? statement : opened.known();
        if (rows == null || session.database() == null || !(kept instanceof KnownStatement known)) {
            return null;
        }
        Verdict verdict = rows.judge(session, known, opened, fields, received);
        return verdict == null ? null : teller.tell(verdict);
    }
}
