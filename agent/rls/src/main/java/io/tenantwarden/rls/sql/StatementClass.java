package io.tenantwarden.rls.sql;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What is known about a kind of statement. This is the one table in the code; the agent's tests compare it with what real
 * servers do. Immutable.
 *
 * @param keyword the kind of statement
 * @param injection how it stands to our {@code set_config} before the same Sync
 * @param readsRows false only when it is known neither to deliver nor to change rows that a policy could filter
 */
public record StatementClass(Keyword keyword, Injection injection, boolean readsRows) {

    private static final Map<Keyword, StatementClass> TABLE = new EnumMap<>(Keyword.class);

    static {
        // queries and everything else that reads or writes rows
        rows(Injection.BEFORE, Keyword.SELECT, Keyword.INSERT, Keyword.UPDATE, Keyword.DELETE, Keyword.MERGE);
        rows(Injection.BEFORE, Keyword.WITH, Keyword.VALUES, Keyword.TABLE, Keyword.COPY, Keyword.EXPLAIN);
        rows(Injection.BEFORE, Keyword.EXECUTE, Keyword.DECLARE, Keyword.FETCH, Keyword.MOVE);
        rows(Injection.BEFORE, Keyword.CREATE_TABLE_AS, Keyword.REFRESH);
        // defaults, checks, index expressions and foreign keys read rows, measured on 14 and 18
        rows(Injection.BEFORE, Keyword.ALTER_TABLE, Keyword.CREATE_INDEX);
        // no policy filters TRUNCATE, but its triggers read rows, and they should read them as the tenant
        rows(Injection.BEFORE, Keyword.TRUNCATE);

        rows(Injection.ALONE, Keyword.CALL, Keyword.DO);

        // COMMIT runs deferred triggers, hence "rows"
        rows(Injection.ENDS_SCOPE, Keyword.COMMIT, Keyword.PREPARE_TRANSACTION);
        noRows(Injection.ENDS_SCOPE, Keyword.ROLLBACK, Keyword.ROLLBACK_TO, Keyword.DISCARD, Keyword.RESET);

        // SET TRANSACTION ISOLATION LEVEL fails after any query; SHOW and SET need no scope
        noRows(Injection.NEVER, Keyword.SET, Keyword.SHOW, Keyword.BEGIN, Keyword.SAVEPOINT, Keyword.RELEASE);
        noRows(Injection.NEVER, Keyword.COMMIT_PREPARED, Keyword.ROLLBACK_PREPARED);
        noRows(Injection.NEVER, Keyword.PREPARE, Keyword.DEALLOCATE, Keyword.CLOSE);
        noRows(Injection.NEVER, Keyword.LISTEN, Keyword.NOTIFY, Keyword.UNLISTEN, Keyword.LOAD, Keyword.CHECKPOINT);
        // IMMEDIATE runs deferred triggers; outside a transaction a statement before it would swallow its warning
        rows(Injection.NEVER, Keyword.SET_CONSTRAINTS);
        // under REPEATABLE READ applications take the lock before the first snapshot: a query before it would take one
        noRows(Injection.NEVER, Keyword.LOCK);
        // maintenance works on every tenant's rows below row-level security, and some of it refuses company before Sync
        noRows(Injection.NEVER, Keyword.VACUUM, Keyword.ANALYZE, Keyword.CLUSTER, Keyword.REINDEX);
        noRows(Injection.NEVER, Keyword.CREATE, Keyword.ALTER, Keyword.DROP, Keyword.COMMENT, Keyword.SECURITY_LABEL);
        noRows(Injection.NEVER, Keyword.GRANT, Keyword.REVOKE, Keyword.IMPORT, Keyword.REASSIGN);
        noRows(Injection.NEVER, Keyword.EMPTY);
        rows(Injection.NEVER, Keyword.OTHER);
    }

    /**
     * What does the same whoever runs it, or nothing that a right could stop: it begins, ends or divides a transaction, is about settings, or
     * about what the session itself has.
     */
    private static final Set<Keyword> OF_NO_ROLE = EnumSet.of(
            Keyword.BEGIN,
            Keyword.COMMIT,
            Keyword.ROLLBACK,
            Keyword.ROLLBACK_TO,
            Keyword.SAVEPOINT,
            Keyword.RELEASE,
            Keyword.PREPARE_TRANSACTION,
            Keyword.SET,
            Keyword.SET_CONSTRAINTS,
            Keyword.RESET,
            Keyword.SHOW,
            Keyword.DISCARD,
            Keyword.PREPARE,
            Keyword.DEALLOCATE,
            Keyword.CLOSE,
            Keyword.LISTEN,
            Keyword.UNLISTEN,
            Keyword.NOTIFY,
            Keyword.LOCK,
            Keyword.EMPTY);

    private static void rows(Injection injection, Keyword... keywords) {
        for (Keyword k : keywords) {
            TABLE.put(k, new StatementClass(k, injection, true));
        }
    }

    private static void noRows(Injection injection, Keyword... keywords) {
        for (Keyword k : keywords) {
            TABLE.put(k, new StatementClass(k, injection, false));
        }
    }

    /** Whether it matters which role runs it: all but what begins, ends and divides transactions, and what is about the session's settings. */
    public static boolean isOfRole(Keyword keyword) {
        return !OF_NO_ROLE.contains(keyword);
    }

    /** The class of a kind of statement; never null. */
    public static StatementClass of(Keyword keyword) {
        return TABLE.get(keyword);
    }

    /** The whole table, one entry for each keyword. */
    public static Map<Keyword, StatementClass> table() {
        return Collections.unmodifiableMap(TABLE);
    }
}
