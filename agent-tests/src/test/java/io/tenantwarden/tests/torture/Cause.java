package io.tenantwarden.tests.torture;

/** Why an operation may or must fail, as the model sees it. What the application then gets: {@link ErrorTable}. */
enum Cause {
    /** Mode enforce: no scope, and the statement names a protected table. */
    UNSCOPED,
    /** Mode enforce: a second tenant in one transaction. */
    TENANT_SWITCH,
    /** Mode enforce: application SQL changes the setting inside a scope. */
    TAMPER,
    /** A cursor or result set of another scope is open. */
    OPEN_PORTAL,
    /** Several statements in one string that is sent whole, of which one ends the transaction. */
    SENT_WHOLE,
    /** The transaction failed before. */
    FAILED_TRANSACTION,
    /** The policy forbids the row. */
    ROW_SECURITY,
    /** The statement divides by zero. */
    DIVISION,
    /** The statement names a table that does not exist. */
    UNKNOWN_NAME,
    /** The statement has no value for a parameter: the driver does not send it. */
    NO_PARAMETER,
    /** The transaction, or the connection, is read-only. */
    READ_ONLY,
    /** The transaction runs in REPEATABLE READ or SERIALIZABLE. */
    ISOLATION,
    /** A procedure that commits is called in a transaction. */
    COMMIT_INSIDE,
    /** COPY FROM a table with row-level security. */
    COPY_FROM,
    /** The statement is cancelled by the program itself. */
    CANCELLED,
    /** The server process is terminated by the program itself. */
    TERMINATED,
    /** Cursors of a transaction that failed, or was rolled back to a savepoint. */
    LOST_CURSOR,
    /** After a COPY that failed, autosave=always goes back to the driver's savepoint of the statement before: past one that was made since. */
    LOST_SAVEPOINT,
    /** Cancelled, terminated or cut by the fault thread, at any moment. */
    FAULT,
    /** Behind a pooler a statement reaches a server process that does not know what an earlier one left. */
    POOLER,
    /** COPY in autocommit, behind a pooler. */
    COPY_UNSET,
    /** CALL or DO in autocommit, behind a pooler. */
    CALL_UNSET,
    /** {@code preferQueryMode} other than extended, behind a pooler. */
    QUERY_MODE
}
