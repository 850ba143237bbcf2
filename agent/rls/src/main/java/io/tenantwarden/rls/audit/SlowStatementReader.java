package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.sql.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads {@code pg_stat_statements}, where it is there and the role may. Used once, by one thread. */
final class SlowStatementReader {

    /** Where it is, when it was loaded at the server's start; without that its view fails. The columns are those of 1.8 and later. */
    private static final String EXTENSION = """
            /* tenant-warden */
            SELECT n.nspname
              FROM pg_catalog.pg_extension e
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
              JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
                   AND c.relname OPERATOR(pg_catalog.=) 'pg_stat_statements'::pg_catalog.name
              JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
                   AND a.attname OPERATOR(pg_catalog.=) 'mean_exec_time'::pg_catalog.name
             WHERE e.extname OPERATOR(pg_catalog.=) 'pg_stat_statements'::pg_catalog.name
               AND pg_catalog.current_setting('pg_stat_statements.max', true) IS NOT NULL
               AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
               AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
            """;

    /** Of other roles a role sees no text, unless it may read all statistics. */
    private static final String STATEMENTS = """
            /* tenant-warden */
            SELECT s.query, s.calls, s.mean_exec_time
              FROM %s s
              JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.dbid
             WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
               AND s.calls OPERATOR(pg_catalog.>=) 5
               AND s.mean_exec_time OPERATOR(pg_catalog.>=) 20::pg_catalog.float8
               AND s.query OPERATOR(pg_catalog.!~) '/\\* tenant-warden \\*/|^<insufficient privilege>$'
             ORDER BY s.total_exec_time DESC
             LIMIT 100
            """;

    /** Operators of which no variant is leakproof (PostgreSQL manual, section "Rules and Privileges"). */
    private static final String NOT_LEAKPROOF = """
            /* tenant-warden */
            SELECT o.oprname
              FROM pg_catalog.pg_operator o
              JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) o.oprcode
             WHERE o.oprresult OPERATOR(pg_catalog.=) 'pg_catalog.bool'::pg_catalog.regtype
             GROUP BY o.oprname
            HAVING NOT pg_catalog.bool_or(p.proleakproof)
            """;

    private final Connection connection;
    private final AuditQueries queries;

    SlowStatementReader(Connection connection, AuditQueries queries) {
        this.connection = connection;
        this.queries = queries;
    }

    /** Those that took longest in all; empty also where they cannot be read. */
    List<SlowStatement> statements() throws SQLException {
        List<String> schema = new ArrayList<>();
        queries.run(EXTENSION, rs -> schema.add(rs.getString(1)));
        if (schema.isEmpty()) {
            return List.of();
        }
        List<SlowStatement> statements = new ArrayList<>();
        Savepoint before = connection.getAutoCommit() ? null : connection.setSavepoint();
        try {
            queries.run(
                    STATEMENTS.formatted(Identifiers.quote(schema.get(0), "pg_stat_statements")),
                    rs -> statements.add(new SlowStatement(rs.getString(1), rs.getLong(2), rs.getDouble(3))));
            if (before != null) {
                connection.releaseSavepoint(before);
            }
        } catch (SQLException e) {
            // its setting is written in postgresql.conf, and the library is not loaded: no statistics, and no failure
            // of ours
            if (before != null) {
                connection.rollback(before);
            }
            return List.of();
        }
        return statements;
    }

    /** The names of operators that PostgreSQL evaluates after the policies. */
    Set<String> operators() throws SQLException {
        Set<String> names = new HashSet<>();
        queries.run(NOT_LEAKPROOF, rs -> names.add(rs.getString(1)));
        return names;
    }
}
