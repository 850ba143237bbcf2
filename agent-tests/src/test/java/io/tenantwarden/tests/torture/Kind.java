package io.tenantwarden.tests.torture;

/** The operations that a program is made of, with how often each is drawn. */
enum Kind {
    // ---- who works
    TENANT(12),
    NO_TENANT(4),
    NESTED_BYPASS(2),
    BORROW(1),
    HAND_BACK(3),

    // ---- transactions
    AUTOCOMMIT_OFF(4),
    AUTOCOMMIT_ON(2),
    COMMIT(4),
    ROLLBACK(3),
    SAVEPOINT(6),
    ROLLBACK_TO(6),
    RELEASE(1),
    TEXT_BEGIN(3),
    CHAIN(2),
    READ_ONLY(1),
    ISOLATION(1),

    // ---- statements
    SELECT_PREPARED(14),
    SELECT_SIMPLE(6),
    FUNCTION(4),
    CALLABLE(2),
    UPDATE(4),
    INSERT(3),
    INSERT_FOREIGN(1),
    INSERT_DEFERRED(4),
    CONSTRAINTS_IMMEDIATE(1),
    BATCH_INSERT(2),
    BATCH_LARGE(1),
    BATCH_PLAIN(2),
    UPDATABLE(1),
    CURSOR_OPEN(5),
    CURSOR_READ(5),
    CURSOR_CLOSE(2),
    SQL_DECLARE(3),
    SQL_FETCH(3),
    SQL_CLOSE(2),
    COPY_OUT(2),
    COPY_IN(1),
    CALL(1),
    DO(1),
    CALL_COMMITS(1),
    CREATE_TABLE_AS(1),
    SEVERAL(3),
    METADATA(6),
    IS_VALID(1),
    LARGE_OBJECT(1),
    TEMPORARY_TABLE(2),
    TEMPORARY_VIEW(2),
    UNKNOWN_NAME(1),
    SEARCH_PATH(2),

    // ---- the application's own SET
    SET_LOCAL(2),
    SET_SESSION(1),
    RESET_ALL(1),
    DISCARD_ALL(1),
    SAME_VALUE(3),
    ROLE(1),

    // ---- what goes wrong
    DIVISION_BY_ZERO(3),
    NO_PARAMETER(1),
    CANCEL(1),
    TERMINATE(1);

    private final int weight;

    Kind(int weight) {
        this.weight = weight;
    }

    int weight() {
        return weight;
    }

    /** Whether it needs a session of its own, which a pooler in transaction mode does not give. */
    boolean needsSession() {
        return switch (this) {
            case READ_ONLY,
                    ISOLATION,
                    SET_SESSION,
                    RESET_ALL,
                    DISCARD_ALL,
                    TEMPORARY_TABLE,
                    TEMPORARY_VIEW,
                    SEARCH_PATH,
                    ROLE -> true;
            default -> false;
        };
    }
}
