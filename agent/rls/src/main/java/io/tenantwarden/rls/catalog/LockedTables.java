package io.tenantwarden.rls.catalog;

/**
 * Parts of queries that print expressions, for which the server opens tables. The connection is the application's, which
 * must not stand still because a migration holds one of them locked.
 */
public final class LockedTables {

    /**
     * The relations that a query of ours would have to wait for, because another session has them locked, or stands in the
     * queue for that. What this session holds a lock on itself it gets again at once.
     */
    static final String LOCKED = """
            locked AS MATERIALIZED (
              SELECT l.relation
                FROM pg_catalog.pg_locks l
               WHERE l.locktype::pg_catalog.text OPERATOR(pg_catalog.=) 'relation'
                 AND l.database OPERATOR(pg_catalog.=) (
                       SELECT d.oid FROM pg_catalog.pg_database d
                        WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
               GROUP BY l.relation
              HAVING pg_catalog.bool_or(l.mode::pg_catalog.text OPERATOR(pg_catalog.=) 'AccessExclusiveLock'
                       AND coalesce(l.pid, 0) OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid())
                 AND NOT pg_catalog.bool_or(l.granted
                       AND coalesce(l.pid, 0) OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()))
            """;

    /** Whether printing a policy, or the body of a function, would wait: for its own table or one that it reads. */
    private static final String WOULD_WAIT = """
            p.oid OPERATOR(pg_catalog.=) ANY (ARRAY(
              SELECT d.objid
                FROM locked l
                JOIN pg_catalog.pg_depend d
                  ON d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                 AND d.refobjid OPERATOR(pg_catalog.=) l.relation
               WHERE d.classid OPERATOR(pg_catalog.=) '%s'::pg_catalog.regclass))
            """;

    private LockedTables() {}

    /**
     * A condition on {@code p.oid}, in a query that has {@link #LOCKED}.
     *
     * @param kind the catalog that {@code p} is
     */
    public static String wouldWait(String kind) {
        return WOULD_WAIT.formatted(kind);
    }

    /**
     * A query that prints expressions, with an end to its waiting for a table that is locked in this very moment, and with
     * every name printed with its schema: what is visible to the application need not be to whoever pastes the text. Both
     * are set and taken back by the query itself: in autocommit, and behind a pooler, there is no other statement that they
     * would reach, and a transaction of the application goes on with its own. A row without an oid stands for none.
     *
     * @param query reads {@code waiting w} with the condition {@code w.most IS NOT NULL}, so that it runs after both are set
     */
    public static String impatiently(String query) {
        return """
                /* tenant-warden */
                WITH before AS MATERIALIZED (
                  SELECT pg_catalog.current_setting('lock_timeout') AS value,
                         pg_catalog.current_setting('search_path') AS path),
                waiting AS MATERIALIZED (
                  SELECT b.value, b.path, pg_catalog.concat(
                           pg_catalog.set_config('lock_timeout', '2s', true),
                           pg_catalog.set_config('search_path', '', true)) AS most
                    FROM before b),
                """ + LOCKED + ", printed AS MATERIALIZED (\n" + query + """
                ),
                after AS MATERIALIZED (
                  SELECT pg_catalog.concat(
                           pg_catalog.set_config('lock_timeout', w.value, true),
                           pg_catalog.set_config('search_path', w.path, true)) AS value
                    FROM waiting w
                   WHERE (SELECT pg_catalog.count(*) FROM printed) OPERATOR(pg_catalog.>=) 0)
                SELECT p.* FROM after a LEFT JOIN printed p ON true WHERE a.value IS NOT NULL
                """;
    }
}
