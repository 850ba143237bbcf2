package io.tenantwarden.bootstrap;

/** What a thread runs as: a tenant, a bypass, or nothing. Immutable. */
public final class Scope {

    /** The three kinds. */
    public enum Kind {
        NONE,
        TENANT,
        BYPASS
    }

    /** Neither a tenant nor a bypass. */
    public static final Scope NONE = new Scope(Kind.NONE, "");

    private final Kind kind;
    private final String value;

    private Scope(Kind kind, String value) {
        this.kind = kind;
        this.value = value;
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
