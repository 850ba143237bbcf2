package io.tenantwarden.engine.inject;

/**
 * The role of the current implicit or explicit transaction of one physical connection, as far as Warden knows ({@code warden.role}). Guarded by the
 * lock on the connection.
 *
 * <p>It is kept apart from the values of the settings, because what is lost weighs otherwise: without a tenant a policy shows no rows, as the login
 * role there may be no policy at all. So unknown is never treated as set, and there are more reasons for it.
 */
final class LiveRole {

    /** What {@code set_config('role', ...)} takes for the role of the login: SET ROLE NONE. */
    static final String LOGIN = "none";

    private String live;
    private boolean unknown;
    private boolean touched;

    /** The next statement is the first of its transaction: the session's own role holds. */
    void reset() {
        live = null;
        unknown = false;
        touched = false;
    }

    /** @param role of a scope, or {@link #LOGIN} */
    void injected(String role) {
        live = role;
        unknown = false;
        touched |= !role.equals(LOGIN);
    }

    /** It may be another one: rolled back to a savepoint, changed by the application or by a function. */
    void forget() {
        unknown = true;
    }

    /** A bypass sets a role itself, as migrations do: it keeps what it sets. */
    void setInBypass() {
        live = null;
        unknown = false;
    }

    /** Whether this role was set in this transaction and still holds. */
    boolean holds(String role) {
        return !unknown && role.equals(live);
    }

    /** Whether no role of a scope holds: the login's own does, or one that a bypass has set itself. */
    boolean isLogin() {
        return unknown ? !touched : live == null || live.equals(LOGIN);
    }

    /** Whether a scope's role was set in this transaction. */
    boolean isTouched() {
        return touched;
    }
}
