package io.tenantwarden.rls.sql;

/**
 * A run-time setting that a statement changes. Immutable.
 *
 * @param name in lower case; null when it cannot be known (a DO body, {@code set_config} with a computed name) or is all
 *     of them
 * @param kind by what means
 * @param value what it is changed to
 * @param lifetime how long the change lasts
 * @param lifetimeParameter the number of the parameter that decides how long, as {@link SettingValue#parameter()}; 0 unless
 *     the lifetime is {@link Lifetime#PARAMETER}
 */
public record SettingChange(String name, Kind kind, SettingValue value, Lifetime lifetime, int lifetimeParameter) {

    /** The means of the change. */
    public enum Kind {
        SET,
        /** RESET x and SET x TO DEFAULT. */
        RESET,
        RESET_ALL,
        DISCARD_ALL,
        /** The function {@code set_config}, an UPDATE of {@code pg_settings}, or a DO body that may do either. */
        SET_CONFIG,
        /** SET ROLE, RESET ROLE, SET role = x. */
        SET_ROLE,
        /** SET SESSION AUTHORIZATION and its RESET. */
        SET_SESSION_AUTHORIZATION
    }

    /** How long a change lasts, unless the transaction is rolled back. */
    public enum Lifetime {
        /** SET LOCAL, and {@code set_config(..., true)}. */
        TRANSACTION,
        /** SET, RESET, and {@code set_config(..., false)}. */
        SESSION,
        /** The third argument of {@code set_config} is a parameter. */
        PARAMETER,
        UNKNOWN
    }

    SettingChange(String name, Kind kind, SettingValue value, boolean local) {
        this(name, kind, value, local ? Lifetime.TRANSACTION : Lifetime.SESSION, 0);
    }

    /** What may change any setting to anything. */
    static SettingChange anything() {
        return new SettingChange(null, Kind.SET_CONFIG, SettingValue.UNKNOWN, Lifetime.UNKNOWN, 0);
    }

    /** Whether the change ends with the transaction; false when that cannot be known. */
    public boolean local() {
        return lifetime == Lifetime.TRANSACTION;
    }

    /** Whether this may change the setting of that name (lower case), the role settings included. */
    public boolean mayChange(String setting) {
        if (name != null) {
            return name.equals(setting);
        }
        // neither RESET ALL nor DISCARD ALL is harmless for any setting; an unknown name may be any
        return true;
    }

    /** Whether it is not even known that a setting is changed by it: a DO body or a function may, or a name is computed. */
    public boolean isOnlyPossible() {
        return name == null && (kind == Kind.SET || kind == Kind.SET_CONFIG);
    }

    /** Whether a role that was set is taken back by it: RESET ROLE, SET ROLE NONE, DISCARD ALL and their kin. */
    public boolean takesRoleBack() {
        return mayChangeRole() && (value.kind() == SettingValue.Kind.DEFAULT || value.is("none"));
    }

    /** Whether this may change the current role. */
    public boolean mayChangeRole() {
        return switch (kind) {
            case SET_ROLE, SET_SESSION_AUTHORIZATION, DISCARD_ALL -> true;
            case SET_CONFIG -> name == null || name.equals("role") || name.equals("session_authorization");
            case SET, RESET, RESET_ALL -> false;
        };
    }
}
