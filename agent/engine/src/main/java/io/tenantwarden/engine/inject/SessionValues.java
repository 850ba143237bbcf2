package io.tenantwarden.engine.inject;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The values that Warden has set for the session: where nothing can go along with the application's statement and it is its own transaction, which
 * are taken back before a statement of another scope and when the connection is returned; and those that {@link HeldValues} leaves there.
 * Guarded by the lock on the connection.
 */
final class SessionValues {

    private final OwnStatement own;
    private Assignment set;
    private boolean overwritten;
    private boolean distrusted;
    private String[] before;
    private String role;
    private String roleBefore;
    private boolean roleOverwritten;

    SessionValues(OwnStatement own) {
        this.own = own;
    }

    /** What was set and not taken back yet; null when nothing is. */
    Assignment set() {
        return set;
    }

    boolean hold(Assignment target) {
        return set != null && !overwritten && set.sameValues(target);
    }

    /**
     * @param keeps whether the application has set a value for the session that must be put back
     * @throws SQLException the driver's; the values do not hold then
     */
    void set(Connection connection, Assignment values, boolean keeps) throws SQLException {
        if (set == null) {
            before = keeps ? own.read(connection) : null;
        }
        set = values; // it holds, or may hold, from the first byte on
        overwritten = true; // until the server says so: one that fails must not count as set the next time
        own.setForSession(connection, values);
        overwritten = false;
    }

    /** They were written, in a transaction or in a statement of its own, of which it is not known yet whether it succeeds. */
    void written(Assignment values) {
        set = values;
        overwritten = true;
        before = null;
    }

    /** These are the values of the session. */
    void certain(Assignment values) {
        set = values;
        overwritten = false;
    }

    /** Whether they still are is not known. */
    void doubt() {
        overwritten = set != null;
    }

    /** Another value of the application's has taken their place. */
    void gone() {
        set = null;
        overwritten = false;
        before = null;
    }

    /** The role that was set and not taken back yet; null when none is. */
    String role() {
        return role;
    }

    boolean holdRole(String wanted) {
        return role != null && !roleOverwritten && role.equals(wanted);
    }

    /** @throws SQLException the driver's; the role does not hold then */
    void setRole(Connection connection, String wanted) throws SQLException {
        role = wanted; // as with the values
        roleOverwritten = true;
        String found = own.setRoleForSession(connection, wanted);
        if (roleBefore == null) {
            roleBefore = found;
        }
        roleOverwritten = false;
    }

    /** Application SQL sets a role for the session, or takes one back: what stands there is the application's from now on. */
    void roleOfApplication() {
        role = null;
        roleBefore = null;
        roleOverwritten = false;
    }

    /** Application SQL changes the role, or may. */
    void roleOverwritten() {
        roleOverwritten = role != null;
    }

    /**
     * Takes them back. To be called outside a transaction.
     *
     * @throws SQLException the driver's; what the session holds is unknown then, the caller must close the connection
     */
    void reset(Connection connection) throws SQLException {
        if (set != null) {
            own.reset(connection, before);
            overwritten = false;
            set = null;
            before = null;
        }
        if (role != null) {
            own.setRoleForSession(connection, roleBefore == null ? LiveRole.LOGIN : roleBefore);
            role = null;
            roleBefore = null;
            roleOverwritten = false;
        }
    }

    /** Application SQL sets one of the GUCs. Outside every scope the value of the session is its own from now on. */
    void overwrittenByApplication() {
        if (set == null) {
            return;
        }
        if (set.scope().isNone()) {
            set = null;
            before = null;
            distrusted = true;
        } else {
            overwritten = true;
        }
    }

    /** Application SQL set a value inside a scope, or may have: from now on it may show wherever nothing is injected. */
    void distrust() {
        distrusted = true;
    }

    boolean isDistrusted() {
        return distrusted;
    }

    /** Whether a value of a scope may show wherever nothing is injected: one of ours, or one that the application set inside a scope. */
    boolean mayShow() {
        return distrusted || set != null;
    }
}
