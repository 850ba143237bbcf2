package io.tenantwarden.engine.inject;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

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
    private boolean stands;
    private Assignment standing;
    private Assignment lastTenant;
    private boolean touched;
    private boolean used;
    private boolean ours;
    private boolean setByName;
    private Assignment portalsOf;
    private int sqlCursors;
    private int closing;
    private boolean holdable;
    private final Set<String> declared = new HashSet<>(0);
    private Assignment opaque;
    private boolean opaqueOfSeveral;
    private boolean unseenCursors;
    private final LiveRole role = new LiveRole();

    /** The role of the same transaction. */
    LiveRole role() {
        return role;
    }

    /** The next statement is the first of its transaction. */
    void reset() {
        live = standing;
        unknown = stands && standing == null;
        lastTenant = null;
        touched = stands;
        used = false;
        ours = stands;
        setByName = false;
        portalsOf = null;
        sqlCursors = 0;
        closing = 0;
        holdable = false;
        if (!declared.isEmpty()) {
            declared.clear();
        }
        opaque = null;
        opaqueOfSeveral = false;
        unseenCursors = false;
        role.reset();
    }

    /**
     * What stands for the session whatever the transaction does: each begins with it.
     *
     * @param anything whether anything of Warden's does
     * @param values null when it is not known what
     * @param now whether no transaction is open, so that it holds now
     */
    void stands(boolean anything, Assignment values, boolean now) {
        stands = anything;
        standing = values;
        if (now) {
            reset();
        }
    }

    /** A statement runs with these values, which hold already. */
    void ran(Assignment assignment) {
        used = true;
        if (assignment.scope().isTenant()) {
            lastTenant = assignment;
        }
    }

    void injected(Assignment assignment) {
        live = assignment;
        unknown = false;
        touched = true;
        used = true;
        ours = true;
        setByName = false;
        if (assignment.scope().isTenant()) {
            lastTenant = assignment;
        }
    }

    /** Something was rolled back, or may have been: what Warden set is the likeliest value that is left. */
    void forget() {
        unknown = true;
        ours = touched;
        role.forget();
    }

    /** COMMIT or ROLLBACK is sent; AND CHAIN begins the next transaction without a message that says so. */
    void transactionMayHaveEnded() {
        forget();
        lastTenant = null;
        closing = sqlCursors;
        opaque = null;
        opaqueOfSeveral = false;
    }

    /** A statement failed in a transaction block: a CLOSE in the same group of messages closed nothing, to be safe. */
    void failed() {
        forget();
        closing = 0;
    }

    /** A group of messages succeeded in a transaction block. */
    void succeeded() {
        sqlCursors -= closing;
        closing = 0;
    }

    /**
     * Application SQL sets one of our GUCs inside a scope, or may: whatever it is, it is no value of the application's own, and must not stay when
     * the scope ends.
     */
    void setInScope() {
        unknown = true;
        ours = true;
        touched = true;
        used = true;
    }

    /**
     * Application SQL sets one of our GUCs outside every scope, or may.
     *
     * @param byName whether it names the GUC
     */
    void applicationSets(boolean byName) {
        unknown = true;
        ours = false;
        setByName |= byName;
    }

    /** Whether application SQL has set a GUC by its name since something was injected last. */
    boolean isSetByName() {
        return setByName;
    }

    /** Whether the value of the open transaction is, as far as known, one of Warden's and not one of the application's. */
    boolean isOurs() {
        return ours;
    }

    /** Whether anything was injected since the transaction began, or stands for the session. */
    boolean isTouched() {
        return touched;
    }

    /** Whether anything was injected since the transaction began, or ran with values that stand. */
    boolean isUsed() {
        return used;
    }

    /** The values that hold; null when nothing was set, or it is not known. */
    Assignment known() {
        return unknown ? null : live;
    }

    /** The tenant that was injected last in this transaction, or ran last; null when none was. */
    Assignment lastTenant() {
        return lastTenant;
    }

    /** Whether exactly these values were set in this transaction and still hold. */
    boolean holds(Assignment target) {
        return !unknown && live != null && live.sameValues(target);
    }

    void opensPortal(Assignment target) {
        portalsOf = target;
    }

    void opensSqlCursor(Assignment target, String name, boolean withHold) {
        portalsOf = target;
        declared.add(name);
        sqlCursors++;
        holdable |= withHold;
    }

    /** A function, a procedure or a DO body may open cursors that no text names. */
    void mayOpenCursors(Assignment target) {
        opaqueOfSeveral |= opaque != null && !opaque.sameValues(target);
        opaque = target;
    }

    /** While nothing was sent for statements, one of them may have opened a cursor. */
    void mayOpenUnseenCursor() {
        unseenCursors = true;
    }

    boolean mayHaveUnseenCursor() {
        return unseenCursors;
    }

    /** Cursors and portals that are open in this transaction belong to these values, and there may be one that nobody has counted. */
    void openBelongTo(Assignment values) {
        portalsOf = values;
        if (unseenCursors) {
            sqlCursors++;
        }
    }

    /** Whether a cursor of this name, which no DECLARE has opened, may have been opened with other values than these. */
    boolean isOfAnother(String cursor, Assignment target) {
        return opaque != null
                && !declared.contains(cursor)
                && (opaqueOfSeveral || target == null || !opaque.sameValues(target));
    }

    void closesSqlCursor() {
        closing = Math.min(sqlCursors, closing + 1);
    }

    void closesAllSqlCursors() {
        closing = sqlCursors;
    }

    /** Whether a cursor WITH HOLD may be open: COMMIT reads its rows. */
    boolean hasHoldableCursor() {
        return sqlCursors > 0 && holdable;
    }

    int sqlCursors() {
        return sqlCursors;
    }

    /** Whether rows of portals opened so far belong to these values. */
    boolean portalsBelongTo(Assignment target) {
        return portalsOf == null || portalsOf.sameValues(target);
    }

    /** Whether portals opened so far are of the role of these values. */
    boolean portalsAreOfRole(Assignment target) {
        return portalsOf == null || target == null || Objects.equals(portalsOf.role(), target.role());
    }
}
