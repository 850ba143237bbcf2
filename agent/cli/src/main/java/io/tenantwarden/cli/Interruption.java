package io.tenantwarden.cli;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/**
 * Ctrl-C (and SIGTERM): the running statements are cancelled, and the command gets time to say what was done and to put
 * things away before the JVM ends. Thread-safe.
 */
final class Interruption implements AutoCloseable {

    private static final int SECONDS_TO_FINISH = 20;

    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "tenant-warden-interrupted");
    private volatile boolean asked;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Statements of this connection are to be cancelled. */
    void watch(Connection connection) {
        connections.add(connection);
    }

    /** Cancels what runs on the watched connections. */
    void cancelAll() {
        for (Connection c : connections) {
            try {
                c.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                // it is over already, or the server is gone: either way nothing runs there any more
            }
        }
    }

    /** Whether the user wants it to end. */
    boolean asked() {
        return asked;
    }

    /**
     * Ends the command where nothing is half done.
     *
     * @throws CommandFailure when the user wants it to end
     */
    void check() {
        if (asked) {
            throw CommandFailure.couldNotRun("interrupted");
        }
    }

    private void interrupt() {
        asked = true;
        cancelAll();
        try {
            over.await(SECONDS_TO_FINISH, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command has said and done everything. */
    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending, the hook has run
        }
    }
}
