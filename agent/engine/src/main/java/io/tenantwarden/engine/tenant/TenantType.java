package io.tenantwarden.engine.tenant;

/** What a tenant id looks like ({@code warden.tenant.type}). */
public enum TenantType {
    /**
     * Any text of at most 200 characters without control characters, line separators, unpaired surrogates and marks
     * that turn the direction of writing. Blanks at the ends are part of the value.
     */
    TEXT,
    /** A UUID in its canonical form of 36 characters; upper case is accepted and sent as lower case. */
    UUID,
    /** A whole number in the range of PostgreSQL's {@code bigint}, in decimal, without plus sign and leading zeros. */
    LONG
}
