package io.tenantwarden.bootstrap;

/** What a thread runs as: a tenant, a bypass, or nothing. Immutable. */
public final class Scope {

    /** The three kinds. */
    public enum Kind {
        NONE,
        TENANT,
        BYPASS
    }

    /** Why a thread is in neither a tenant scope nor a bypass. */
    public enum Absence {
        /** Nothing was entered, and no tenant source has an answer. */
        NO_ANSWER,
        /** A tenant source threw, which ends the search. */
        SOURCE_FAILED,
        /** A tenant source gave a value that is no tenant id, which ends the search. */
        INVALID_TENANT,
        /** What the tenant source says was there before the task began, and may be an earlier task's. */
        BEFORE_TASK,
        /** What the tenant source says was there before the request began, and may be an earlier request's. */
        BEFORE_REQUEST,
        /** The argument that a scope method takes its tenant from has none. */
        NO_TENANT_IN_ARGUMENT,
        /** The message that is handled has no tenant, or several. */
        NO_TENANT_IN_MESSAGE
    }

    /** Neither a tenant nor a bypass. */
    public static final Scope NONE = new Scope(Absence.NO_ANSWER);

    private static final Scope[] NONES = nones();

    private final Kind kind;
    private final String value;
    private final Absence absence;

    private Scope(Kind kind, String value) {
        this.kind = kind;
        this.value = value;
        this.absence = null;
    }

    private Scope(Absence absence) {
        this.kind = Kind.NONE;
        this.value = "";
        this.absence = absence;
    }

    private static Scope[] nones() {
        Absence[] all = Absence.values();
        Scope[] nones = new Scope[all.length];
        for (int i = 0; i < nones.length; i++) {
            nones[i] = all[i] == Absence.NO_ANSWER ? NONE : new Scope(all[i]);
        }
        return nones;
    }

    /** Neither a tenant nor a bypass, and why; equal to {@link #NONE}, and always the same object. */
    public static Scope none(Absence why) {
        return NONES[why.ordinal()];
    }

    /**
     * A tenant scope.
     *
     * @param id the tenant, validated, not null
     */
    public static Scope tenant(String id) {
        return new Scope(Kind.TENANT, id);
    }

    /**
     * A bypass scope.
     *
     * @param name the name of the bypass as configured, not null
     */
    public static Scope bypass(String name) {
        return new Scope(Kind.BYPASS, name);
    }

    public Kind kind() {
        return kind;
    }

    /** Why there is no scope; null when there is one. */
    public Absence absence() {
        return absence;
    }

    /** The tenant id, or the bypass name; empty for {@link #NONE}. Tenant ids never go to a log as they are. */
    public String value() {
        return value;
    }

    public boolean isNone() {
        return kind == Kind.NONE;
    }

    public boolean isTenant() {
        return kind == Kind.TENANT;
    }

    public boolean isBypass() {
        return kind == Kind.BYPASS;
    }

    @Override
    public boolean equals(Object other) {
        return other == this || other instanceof Scope scope && scope.kind == kind && scope.value.equals(value);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + value.hashCode();
    }

    /** Kind and, of a bypass, its name. Not the tenant: this string may be logged. */
    @Override
    public String toString() {
        return kind == Kind.BYPASS ? "BYPASS(" + value + ")" : kind.name();
    }
}
