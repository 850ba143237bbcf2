package io.tenantwarden.engine.policy;

import java.sql.SQLException;

/** What an error means that the server gave to a statement of ours: PostgreSQL manual, appendix A, "PostgreSQL Error Codes". */
final class ServerAnswers {

    private ServerAnswers() {}

    /**
     * Whether the application would have met it without us, and knows what it means: the connection is gone, the server shuts down, the
     * statement was cancelled or the thread interrupted, the driver releases a savepoint that is not there any more.
     */
    static boolean isOfApplication(SQLException answer) {
        String state = String.valueOf(answer.getSQLState());
        return state.startsWith("08") || state.startsWith("57") || state.equals("55000") || state.equals("3B001");
    }

    /**
     * Whether the driver prepares everything anew and executes the statement again, so that the application never sees it (class {@code
     * QueryExecutorBase}, method {@code willHealOnRetry}, which it asks while no transaction has failed).
     */
    static boolean isRetriedByDriver(SQLException answer, boolean transactionFailed) {
        String state = answer.getSQLState();
        return !transactionFailed && ("26000".equals(state) || "0A000".equals(state));
    }
}
