package io.tenantwarden.tests.torture;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a program runs. */
interface Target {

    Connection borrow(int profile) throws SQLException;

    /** The connection must not be lent again. */
    void evict(Connection connection, int profile);

    /** Whether the agent refuses what has no tenant. */
    boolean enforce();

    /** Whether statements may be cancelled, terminated and cut at any moment. */
    boolean faults();

    /** Whether there is a pooler in transaction mode before the server. */
    boolean pooler();
}
