package io.tenantwarden.engine.config;

/** {@code warden.rows.check}: which rows of results are compared with the tenant. */
public enum RowsCheck {
    OFF,
    /** The first of each result, and one in a hundred of the others. */
    SAMPLED,
    ALL
}
