package io.tenantwarden.engine.inject;

/**
 * What holds in the current implicit or explicit transaction of one physical connection, as far as Warden knows. Guarded
 * by the driver's lock on the connection.
 *
 * <p>Three states: nothing was set in this transaction, a known assignment is live, or unknown. Unknown is never treated
 * as set.
 */
final class WireState {

    private Assignment live;
    private boolean unknown;
    private Assignment lastTenant;
    private boolean touched;
    private Assignment portalsOf;
    private int sqlCursors;

    /** The next statement is the first of its transaction. */
    void reset() {
        live = null;
        unknown = false;
        lastTenant = null;
        touched = false;
        portalsOf = null;
        sqlCursors = 0;
    }

    void injected(Assignment assignment) {
        live = assignment;
        unknown = false;
        touched = true;
        if (assignment.scope().isTenant()) {
            lastTenant = assignment;
        }
    }

    void forget() {
        unknown = true;
    }

    /** Whether anything was injected since the transaction began. */
    boolean isTouched() {
        return touched;
    }

    boolean isUnknown() {
        return unknown;
    }

    /** The assignment known to hold; null when nothing was set. Meaningless while unknown. */
    Assignment live() {
        return live;
    }

    /** The tenant that was injected last in this transaction; null when none was. */
    Assignment lastTenant() {
        return lastTenant;
    }

    /** Whether exactly these values hold. */
    boolean holds(Assignment target, Assignment none) {
        if (unknown) {
            return false;
        }
        return live == null ? target == none && !touched : live.sameValues(target);
    }

    void opensPortal(Assignment target) {
        portalsOf = target;
    }

    void opensSqlCursor(Assignment target) {
        portalsOf = target;
        sqlCursors++;
    }

    void closesSqlCursor() {
        sqlCursors = Math.max(0, sqlCursors - 1);
    }

    void closesAllSqlCursors() {
        sqlCursors = 0;
    }

    int sqlCursors() {
        return sqlCursors;
    }

    /** Whether rows of portals opened so far belong to these values. */
    boolean portalsBelongTo(Assignment target) {
        return portalsOf == null || portalsOf.sameValues(target);
    }
}
