package io.tenantwarden.engine.policy;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/** A refusal as a batch throws it, like the server's errors: JDBC 4.3 specification, section 14.1.3. */
final class BatchRefusal {

    private BatchRefusal() {}

    /**
     * @param size of the batch, of which nothing has run, as far as it is known: a driver that stops at the first error need not give more
     */
    static SQLException of(SQLException refusal, int size) {
        int[] counts = new int[size];
        Arrays.fill(counts, Statement.EXECUTE_FAILED);
        return new BatchUpdateException(
                refusal.getMessage(), refusal.getSQLState(), refusal.getErrorCode(), counts, refusal);
    }
}
