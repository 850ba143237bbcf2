package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import java.lang.ref.WeakReference;

/**
 * The scope that was captured when a connection was borrowed; it belongs to what the borrower got and ends with that. Written by the
 * borrower's thread, read by those that run statements.
 */
public final class Checkout {

    private static final WeakReference<Object> NOBODY = new WeakReference<>(null);

    private volatile Scope captured = Scope.NONE;
    private volatile WeakReference<Object> borrower = NOBODY;
    private volatile boolean borrowedBefore;
    private volatile boolean returned;
    private volatile boolean pooled;
    private volatile KeptAnswer kept;

    /** The scope captured when the connection was borrowed. */
    public Scope captured() {
        return captured;
    }

    /**
     * The connection was borrowed.
     *
     * @param logical what the outermost {@code getConnection} returned
     * @param scope what the borrower's thread ran as
     * @param ofPool whether a pool gave it, in which others wait for it; else it was opened for the borrower
     */
    void capture(Object logical, Scope scope, boolean ofPool) {
        if (borrower.get() != logical) {
            borrower = new WeakReference<>(logical);
        }
        kept = null;
        pooled = ofPool;
        captured = scope;
        returned = false;
    }

    /** Whether what was borrowed was closed, and nobody has borrowed the connection since: what runs is the pool's. */
    public boolean isReturned() {
        return returned;
    }

    /** Whether somebody has borrowed the connection from a pool and not closed it yet. */
    public boolean isBorrowedFromPool() {
        return pooled && borrower.get() != null;
    }

    /** What the tenant source says as long as the connection is borrowed; null when it is asked at each statement. */
    public KeptAnswer kept() {
        return kept;
    }

    /** See {@link KeptAnswer#attach}. */
    void keep(KeptAnswer answer) {
        kept = answer;
    }

    /** Whether this is the first checkout since the physical connection was opened; false from the second call on. */
    boolean isFirst() {
        boolean first = !borrowedBefore;
        borrowedBefore = true;
        return first;
    }

    /**
     * A connection object is closed: ends the capture when it is the one that was borrowed.
     *
     * @return whether it is
     */
    boolean release(Object logical) {
        if (borrower.get() != logical) {
            return false;
        }
        captured = Scope.NONE;
        returned = true;
        kept = null;
        borrower = NOBODY;
        return true;
    }
}
