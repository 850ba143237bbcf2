package io.tenantwarden.engine;

import io.tenantwarden.bootstrap.ThreadState;
import io.tenantwarden.engine.session.Checkouts;
import java.sql.Connection;
import javax.sql.DataSource;

/**
 * The hooks around {@code getConnection} and {@code close}: of pools and wrappers inside each other, only the outermost borrows; what Warden itself
 * borrows is no checkout. Thread-safe.
 */
final class CheckoutHooks {

    private final Checkouts checkouts;

    CheckoutHooks(Checkouts checkouts) {
        this.checkouts = checkouts;
    }

    void entered(Object dataSource) {
        if (!(dataSource instanceof DataSource)) {
            return;
        }
        ThreadState thread = ThreadState.current();
        try {
            if (!thread.isInCheckout() && !thread.isInternal()) {
                checkouts.entering(dataSource);
            }
        } finally {
            thread.enterCheckout();
        }
    }

    /** @param connection null when there is none */
    void left(Object dataSource, Object connection) {
        if (!(dataSource instanceof DataSource)) {
            return;
        }
        ThreadState thread = ThreadState.current();
        if (!thread.leaveCheckout() || thread.isInternal()) {
            return;
        }
        if (connection instanceof Connection logical) {
            checkouts.borrowed(dataSource, logical);
        } else {
            checkouts.failed();
        }
    }

    void closing(Object connection) {
        if (connection instanceof Connection logical) {
            checkouts.closing(logical);
        }
    }
}
