package io.tenantwarden.engine.policy;

import io.tenantwarden.engine.report.Reporter;
import io.tenantwarden.engine.session.Session;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Finding.Level;
import java.sql.SQLException;
import java.util.Set;

/** Says what to do when prepared statements fail because a pooler stands between. Thread-safe. */
final class PoolerHints {

    /**
     * {@code duplicate_prepared_statement}, {@code invalid_sql_statement_name} (manual, appendix A) and {@code
     * protocol_violation}, which PgBouncer answers for a name that it does not know.
     */
    private static final Set<String> STATES = Set.of("42P05", "26000", "08P01");

    private final Reporter reporter;

    PoolerHints(Reporter reporter) {
        this.reporter = reporter;
    }

    /** An execution has failed. */
    void failed(Session session, Throwable thrown) {
        if (!session.isPooled()
                || session.database() == null
                || !(thrown instanceof SQLException e)
                || e.getSQLState() == null
                || !STATES.contains(e.getSQLState())) {
            return;
        }
        reporter.finding(new Finding(
                "pooler-prepared-statement",
                Level.WARN,
                "database " + session.database().name() + " SQLState " + e.getSQLState(),
                "a statement failed with SQLState " + e.getSQLState()
                        + " behind a pooler: what was prepared in one session of the server is not there, or is another's, in the"
                        + " next",
                "PgBouncer 1.21 and newer: set max_prepared_statements; else add prepareThreshold=0 to the JDBC URL"));
    }
}
