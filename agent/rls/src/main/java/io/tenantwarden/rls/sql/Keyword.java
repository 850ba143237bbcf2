package io.tenantwarden.rls.sql;

/** The leading command of a statement. Spellings of the same command are one constant: START is BEGIN, END is COMMIT. */
public enum Keyword {
    SELECT,
    INSERT,
    UPDATE,
    DELETE,
    MERGE,
    /** A statement that begins with WITH; {@link SqlStatement#verb()} tells what follows the common table expressions. */
    WITH,
    VALUES,
    TABLE,
    EXECUTE,
    FETCH,
    MOVE,
    CLOSE,
    DECLARE,
    EXPLAIN,
    CALL,
    DO,
    COPY,
    /** BEGIN and START TRANSACTION. */
    BEGIN,
    /** COMMIT and END. */
    COMMIT,
    /** ROLLBACK and ABORT of the whole transaction. */
    ROLLBACK,
    ROLLBACK_TO,
    SAVEPOINT,
    RELEASE,
    PREPARE_TRANSACTION,
    COMMIT_PREPARED,
    ROLLBACK_PREPARED,
    PREPARE,
    DEALLOCATE,
    DISCARD,
    /** SET of a parameter, of the role, of the session authorization, of the transaction's characteristics. */
    SET,
    /** SET CONSTRAINTS: told apart from SET because IMMEDIATE runs deferred triggers. */
    SET_CONSTRAINTS,
    RESET,
    SHOW,
    LISTEN,
    NOTIFY,
    UNLISTEN,
    LOCK,
    TRUNCATE,
    VACUUM,
    ANALYZE,
    CLUSTER,
    REINDEX,
    /** REFRESH MATERIALIZED VIEW. */
    REFRESH,
    CHECKPOINT,
    LOAD,
    COMMENT,
    GRANT,
    REVOKE,
    /** CREATE TABLE ... AS and CREATE MATERIALIZED VIEW: they run a query. */
    CREATE_TABLE_AS,
    /** CREATE INDEX without CONCURRENTLY: it may call functions that read rows. */
    CREATE_INDEX,
    /** Every other CREATE, that of an index with CONCURRENTLY included. */
    CREATE,
    /** ALTER TABLE without CONCURRENTLY: defaults, checks, USING and foreign keys may read rows. */
    ALTER_TABLE,
    /** Every other ALTER. */
    ALTER,
    DROP,
    SECURITY_LABEL,
    /** IMPORT FOREIGN SCHEMA. */
    IMPORT,
    /** REASSIGN OWNED. */
    REASSIGN,
    /** No statement at all: blanks, comments, semicolons. */
    EMPTY,
    /** A leading word that PostgreSQL 18 does not know. */
    OTHER;

    private final String text = name().replace('_', ' ');

    /** The command in words, for instance {@code ROLLBACK TO}. */
    public String text() {
        return text;
    }
}
