package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.inject.DriverConnection;

/**
 * Until it is closed, what this thread does on a connection is Warden's own: unseen by the bookkeeping, and without the limits that the application
 * set for its own statements. To be used in a {@code try} statement under the lock of the session; may be nested. One object for each session, used
 * again and again.
 */
public final class OwnWork implements AutoCloseable {

    private final DriverConnection driver;
    private int depth;
    private Object lifted;

    OwnWork(DriverConnection driver) {
        this.driver = driver;
    }

    OwnWork begin() {
        ThreadState.current().enterInternal();
        if (depth++ == 0) {
            lifted = driver.liftResultLimit();
        }
        return this;
    }

    boolean isOn() {
        return depth > 0;
    }

    @Override
    public void close() {
        if (--depth == 0) {
            driver.restoreResultLimit(lifted);
        }
        ThreadState.current().leaveInternal();
    }
}
