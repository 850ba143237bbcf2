package io.tenantwarden.rls.sql;

/** How a statement stands to {@code set_config(...)} sent before it in the same group of messages up to Sync. */
public enum Injection {
    /** Reads or writes rows, and may be preceded by our statement in the same Sync group. */
    BEFORE,
    /** Must not be preceded by our statement, or gains nothing from it: SET, SHOW, SAVEPOINT, VACUUM, DDL. */
    NEVER,
    /** Ends what holds in the transaction, wholly or partly: the live value is unknown afterwards. */
    ENDS_SCOPE,
    /**
     * CALL and DO: in autocommit never in one Sync group with ours, because PostgreSQL 18 then refuses a COMMIT inside
     * them with 2D000.
     */
    ALONE
}
