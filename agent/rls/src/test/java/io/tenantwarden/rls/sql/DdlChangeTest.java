package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the text of DDL says about relations. {@code DdlDifferentialTest} asks servers the same. */
class DdlChangeTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            temporary=[w] created=[] named=[]             | create temp table w (x int)
            temporary=[w] created=[] named=[s.r]          | create temporary table if not exists w (x int references s.r)
            temporary=[w] created=[] named=[]             | create local temp table w as select * from t
            temporary=[w] created=[] named=[]             | create global temporary table w as execute p(1)
            temporary=[pg_temp.w] created=[] named=[]     | create table pg_temp.w (like t)
            temporary=[pg_temp_3.w] created=[] named=[]   | create view pg_temp_3.w as select 1
            temporary=[W x] created=[] named=[]           | create or replace temp view "W x" as select 1
            temporary=[w] created=[] named=[]             | create or replace temporary recursive view w (a) as select 1
            temporary=[w] created=[] named=[]             | create temp sequence if not exists w
            temporary=[w] created=[] named=[]             | select * into temp w from t
            temporary=[w] created=[] named=[]             | with a as (select 1) select * into local temporary table w from a
            temporary=[temp] created=[] named=[]          | select * into temp temp from t
            temporary=[values] created=[] named=[]        | select * into temp values from t
            temporary=[] created=[temp] named=[]          | select * into temp from t
            temporary=[] created=[x] named=[]             | select * into unlogged x from t
            temporary=[a] created=[b] named=[c]           | create temp table a (x int); create table b (x int); drop table c
            temporary=[] created=[s.x] named=[p, q.r]     | create table s.x (a int) inherits (p, q.r)
            temporary=[] created=[x] named=[p]            | create table x partition of p for values from (1) to (2)
            temporary=[] created=[x] named=[y]            | create foreign table x partition of y default server z
            temporary=[] created=[x] named=[]             | create materialized view if not exists x as select * from t with no data
            temporary=[] created=[x] named=[]             | create property graph x vertex tables (t)
            temporary=[] created=[] named=[x, s.y, z]     | drop table if exists x, s.y, "z" restrict
            temporary=[] created=[] named=[x] cascade     | drop materialized view x cascade
            temporary=[] created=[] named=[x, y]          | drop foreign table x, y
            temporary=[] created=[] named=[x]             | drop index concurrently if exists x
            temporary=[] created=[] named=[x]             | alter table if exists only x add column y int
            temporary=[] created=[y] named=[x]            | alter table x rename to y
            temporary=[] created=[s.y] named=[s.x]        | alter table s.x rename to y
            temporary=[] created=[] named=[x]             | alter table x rename column a to b
            temporary=[] created=[] named=[x]             | alter table x rename a to b
            temporary=[] created=[s.x] named=[x]          | alter view x set schema s
            temporary=[] created=[] named=[x, y]          | alter table x attach partition y for values in (1)
            temporary=[] created=[] named=[x, s.y]        | alter table x detach partition s.y finalize
            temporary=[] created=[] named=[x, y]          | alter table x no inherit y
            temporary=[] created=[] named=[x, r, q]       | alter table x add a int references r, add foreign key (b) references q on delete cascade
            temporary=[] created=[c] named=[x, a, b]      | alter table x merge partitions (a, b) into c
            temporary=[] created=[b, c] named=[x, a]      | alter table x split partition a into (partition b for values in (1), partition c default)
            temporary=[] created=[] named=[x] cascade     | alter table x drop column y cascade
            temporary=[] created=[] named=[s.x]           | alter policy p on s.x using (exists (select from y))
            temporary=[] created=[] named=[x]             | create unique index concurrently if not exists i on only x using btree (lower(a)) where b
            temporary=[] created=[] named=[x]             | create constraint trigger t after insert or update of a on x from y for each row execute function f()
            temporary=[] created=[] named=[x]             | create or replace rule r as on insert to x where true do instead (select 1; delete from y)
            temporary=[] created=[] named=[x]             | drop trigger if exists t on x
            temporary=[] created=[] named=[s.x]           | comment on column s.x.a is 'b'
            temporary=[] created=[] named=[x]             | comment on constraint c on x is null
            temporary=[] created=[] named=[]              | comment on constraint c on domain d is null
            temporary=[] created=[] named=[x]             | security label for p on table x is 'y'
            temporary=[] created=[] named=[x, y]          | truncate table x, only y restart identity cascade
            temporary=[] created=[] named=[] unbounded    | alter table all in tablespace a set tablespace b
            temporary=[] created=[] named=[] unbounded    | drop schema s restrict
            temporary=[] created=[] named=[] unbounded    | grant select on x to y
            temporary=[] created=[] named=[] unbounded    | do 'begin execute v; end'
            temporary=[] created=[x] named=[] unbounded   | create table x (a int); create role y
            """)
    void relations(String expected, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        String printed = s.ddl().toString();
        assertEquals(expected.replace(" cascade", ""), printed.replace(" cascade", ""));
        assertEquals(expected.contains(" cascade"), s.ddl().cascades());
        assertTrue(s.parsed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            false | create temp table w (x int)
            false | create temp view w as select 1
            false | select * into temp w from t
            false | create function pg_temp.f() returns int language sql as 'drop table t'
            false | drop function pg_temp.f(int, text)
            true  | drop function pg_temp.f(int), f()
            true  | drop function if exists f cascade
            false | drop table pg_temp.w, pg_temp_7.v cascade
            true  | drop table pg_temp.w, v
            true  | create trigger t before insert on x for each row execute function f()
            false | create event trigger e on ddl_command_end execute function f()
            true  | grant a to b
            true  | revoke admin option for a from b cascade
            false | grant select (a, b), update on table x to y with grant option
            false | revoke all on all tables in schema s from public
            false | alter default privileges in schema s grant select on tables to r
            true  | alter group g add user u
            true  | drop type t cascade
            false | drop type t
            true  | alter type t add attribute a int cascade
            false | alter index i set (fillfactor = 70)
            true  | alter index i rename to j
            false | alter sequence s rename to r
            false | drop sequence s
            true  | drop sequence s cascade
            false | comment on table x is 'cascade'
            false | truncate x cascade
            true  | create schema s
            true  | create extension if not exists x cascade
            true  | alter system set row_security = off
            true  | reassign owned by a to b
            true  | create aggregate a (int) (sfunc = f, stype = int)
            false | create type t as enum ('a')
            """)
    void changesCatalog(boolean expected, String sql) {
        assertEquals(expected, SqlStatement.parse(sql).changesCatalog());
        assertTrue(SqlStatement.parse(sql).parsed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1", "insert into t select 1", "set x = 1", "lock table x", "do 'begin null; end'"})
    void noDdlIsNoObject(String sql) {
        assertSame(DdlChange.NONE, SqlStatement.parse(sql).ddl());
        assertTrue(DdlChange.NONE.bounded());
        assertFalse(DdlChange.NONE.cascades());
    }

    @Test
    void whatNeverEndsFailsNothing() {
        for (String sql : new String[] {
            "create",
            "create temp",
            "create table",
            "create view v as",
            "create table t (a int references",
            "alter table",
            "alter table t rename to",
            "alter table t set schema",
            "drop table",
            "drop table a,",
            "comment on column",
            "create function f() begin atomic select 1; en",
            "create schema s create",
            "create recursive view v as",
            "alter table t split partition",
            "create materialized",
            "create table t as",
            "explain create table t as"
        }) {
            SqlStatement s = SqlStatement.parse(sql);
            assertEquals(8, s.fingerprint().length());
        }
    }
}
