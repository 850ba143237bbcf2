package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.rls.sql.SqlStatement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may have changed the values that stand for the session, and what would show them. */
class HoldRulesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            select id from t where id = $1           | leaves
            with x as (select 1) select * from x, t  | leaves
            select now(), count(*) from t            | leaves
            values (1)                               | leaves
            explain select * from t                  | leaves
            declare c cursor for select * from t     | leaves
            fetch 10 from c                          | leaves
            copy t to stdout                         | leaves
            copy (select * from t) to stdout         | leaves
            begin                                    | leaves
            commit                                   | leaves
            rollback                                 | leaves
            savepoint s                              | leaves
            show all                                 | leaves
            set work_mem = '1MB'                     | leaves
            select own_function()                    | may
            select * from own_function()             | may
            copy (select own_function()) to stdout   | may
            copy t from stdin                        | may
            insert into t values (1)                 | may
            update t set a = 1                       | may
            delete from t                            | may
            with x as (insert into t values (1) returning id) select * from x | may
            explain analyze insert into t values (1) | may
            truncate t                               | may
            rollback to s                            | may
            prepare transaction 'x'                  | may
            call p()                                 | may
            do 'begin end'                           | may
            execute p                                | may
            create table u (id int)                  | may
            create table u as select * from t        | may
            select * into u from t                   | may
            refresh materialized view v              | may
            alter table t add b int                  | may
            vacuum t                                 | may
            select 1; select 2                       | may
            select 'not closed                       | may
            frobnicate                               | may
            """)
    void leavesValues(String sql, String expected) {
        assertEquals(expected.equals("leaves"), HoldRules.leavesValues(SqlStatement.parse(sql)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            set app.tenant_id = 'a'                              | sets
            set session app.tenant_id to 'a'                     | sets
            set "app"."tenant_id" = 'a'                          | sets
            set APP.Tenant_Id = 'a'                              | sets
            select set_config('app.tenant_id', 'a', false)       | sets
            select set_config('app.tenant_id', 'a', $1)          | sets
            set local app.tenant_id = 'a'                        | no
            select set_config('app.tenant_id', 'a', true)        | no
            set app.other = 'a'                                  | no
            reset app.tenant_id                                  | no
            reset all                                            | no
            discard all                                          | no
            do 'begin end'                                       | no
            """)
    void setsForSession(String sql, String expected) {
        assertEquals(
                expected.equals("sets"), HoldRules.setsForSession(SqlStatement.parse(sql), List.of("app.tenant_id")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            show app.tenant_id                    | exposed
            show U&"app.tenant!005fid" uescape '!'| exposed
            show all                              | exposed
            /* x */ show all                      | exposed
            show search_path                      | exposed
            show server_version                   | no
            show time zone                        | no
            create index concurrently i on t (a)  | exposed
            alter table t enable row level security | exposed
            analyze t                             | exposed
            grant select on t to r                | exposed
            commit                                | no
            savepoint s                           | no
            listen x                              | no
            notify x                              | no
            unlisten *                            | no
            lock table t                          | no
            prepare p as select 1                 | no
            set transaction read only             | no
            commit prepared 'x'                   | no
            commit; vacuum t                      | exposed
            """)
    void isExposed(String sql, String expected) {
        assertEquals(
                expected.equals("exposed"),
                HoldRules.isExposed(SqlStatement.parse(sql), List.of("app.tenant_id", "search_path")));
    }
}
