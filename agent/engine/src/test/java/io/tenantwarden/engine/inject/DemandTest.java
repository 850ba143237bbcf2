package io.tenantwarden.engine.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.rls.sql.SqlStatement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemandTest {

    /** In a transaction, and as its own transaction. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            select 1                                | BEFORE       | BEFORE
            insert into t values (1)                | BEFORE       | BEFORE
            with x as (select 1) select * from x    | BEFORE       | BEFORE
            values (1)                              | BEFORE       | BEFORE
            table t                                 | BEFORE       | BEFORE
            explain analyze select 1                | BEFORE       | BEFORE
            create table t as select 1              | BEFORE       | BEFORE
            declare c cursor for select 1           | BEFORE       | NOTHING
            declare c cursor with hold for select 1 | BEFORE       | BEFORE
            fetch c                                 | BEFORE       | BEFORE
            call p()                                | BEFORE_ALONE | BEFORE_ALONE
            do 'begin end'                          | BEFORE_ALONE | BEFORE_ALONE
            set constraints all immediate           | BEFORE       | NOTHING
            set constraints all deferred            | NOTHING      | NOTHING
            commit                                  | END          | END
            rollback                                | END          | END
            rollback to savepoint s                 | END          | END
            prepare transaction 'x'                 | END          | END
            discard all                             | END          | END
            reset app.x                             | END          | END
            select 1; commit; select 2              | BEFORE       | BEFORE
            begin                                   | NOTHING      | NOTHING
            savepoint s                             | NOTHING      | NOTHING
            set work_mem = '1MB'                    | NOTHING      | NOTHING
            set transaction read only               | NOTHING      | NOTHING
            lock table t                            | NOTHING      | NOTHING
            vacuum t                                | NOTHING      | NOTHING
            show all                                | NOTHING      | NOTHING
            slect 1                                 | BEFORE       | BEFORE
            """)
    void whatAStatementDemands(String sql, Demand inTransaction, Demand alone) {
        SqlStatement statement = SqlStatement.parse(sql);
        assertEquals(inTransaction, Demand.of(statement, false), "in a transaction");
        assertEquals(alone, Demand.of(statement, true), "on its own");
    }
}
