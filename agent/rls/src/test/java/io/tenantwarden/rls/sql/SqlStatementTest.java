package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementTest {

    /** Relations as a list, written ones with a star, created ones with a plus. */
    private static String relations(String sql) {
        return SqlStatement.parse(sql).relations().stream()
                .map(r -> r + (r.creates() ? "+" : r.write() ? "*" : ""))
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', emptyValue = "", textBlock = """
            SELECT                          | SELECT              | select 1
            SELECT                          | SELECT              | ((select 1) union (select 2))
            WITH                            | INSERT              | with a as (select 1) insert into t select 1
            WITH                            | SELECT              | with a as (delete from t returning 1) select 1
            WITH                            | SELECT              | with a as (select 1) (select 2)
            VALUES                          | VALUES              | values (1)
            TABLE                           | TABLE               | table t
            EXPLAIN                         | DELETE              | explain (analyze, buffers off) delete from t
            EXPLAIN                         | SELECT              | explain (select 1)
            EXPLAIN                         | CREATE_TABLE_AS     | explain analyze create table x as select 1
            DECLARE                         | SELECT              | declare c no scroll cursor with hold for select 1
            PREPARE                         | UPDATE              | prepare p (int) as update t set a = 1
            PREPARE_TRANSACTION             | PREPARE_TRANSACTION | prepare transaction 'x'
            COMMIT                          | COMMIT              | end
            COMMIT                          | COMMIT              | commit and chain
            COMMIT_PREPARED                 | COMMIT_PREPARED     | commit prepared 'x'
            ROLLBACK                        | ROLLBACK            | abort work
            ROLLBACK                        | ROLLBACK            | rollback and chain
            ROLLBACK_TO                     | ROLLBACK_TO         | rollback to savepoint s
            ROLLBACK_TO                     | ROLLBACK_TO         | rollback work to s
            ROLLBACK_PREPARED               | ROLLBACK_PREPARED   | rollback prepared 'x'
            BEGIN                           | BEGIN               | start transaction read only
            SET                             | SET                 | set transaction isolation level serializable
            SET_CONSTRAINTS                 | SET_CONSTRAINTS     | set constraints all immediate
            CREATE_TABLE_AS                 | CREATE_TABLE_AS     | create temp table if not exists x (a, b) on commit drop as (select 1)
            CREATE_TABLE_AS                 | CREATE_TABLE_AS     | create materialized view x as select 1
            CREATE_TABLE_AS                 | CREATE_TABLE_AS     | create table x as execute p(1)
            CREATE                          | CREATE              | create table x (a int generated always as (1) stored)
            CREATE                          | CREATE              | create view v as select 1
            CREATE                          | CREATE              | create rule r as on insert to t do instead (select 1; select 2)
            CREATE                          | CREATE              | create index concurrently i on t (a)
            CREATE_INDEX                    | CREATE_INDEX        | create unique index i on t (a)
            ALTER_TABLE                     | ALTER_TABLE         | alter table t add column c int
            ALTER                           | ALTER               | alter table t detach partition p concurrently
            ALTER                           | ALTER               | alter system set a = 1
            ANALYZE                         | ANALYZE             | analyse
            EMPTY                           | EMPTY               | ``
            EMPTY                           | EMPTY               | ;; /* nothing */ ;
            OTHER                           | OTHER               | selec 1
            OTHER                           | OTHER               | "select" 1
            """)
    void keywordAndVerb(Keyword keyword, Keyword verb, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertEquals(keyword, s.keyword());
        assertEquals(verb, s.verb());
        assertTrue(s.parsed());
        assertFalse(s.multi());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', emptyValue = "", textBlock = """
            a                    | select * from A
            A                    | select * from "A"
            s.a                  | select * from S . A
            Odd"one.x            | select * from "Odd""one".x
            data                 | select * from U&"d\\0061ta"
            data                 | select * from U&"d!0061ta" UESCAPE '!'
            straße               | select * from straße
            d.s                  | select * from c.d.s
            a b c d e            | select * from a, b x, c as y(p, q), only d, e * where x = 1
            a b c                | select * from a natural left join b cross join c
            a b c                | select * from (a join b using (id)) join c on a.x is not distinct from c.x
            a b c                | select * from a join b on case when a.x then 1 else 2 end = 1, c
            a b c                | select * from a join b on a.x = array[1, 2], c
            a b                  | select * from a where exists (select from b where b.x = a.x)
            a b c d              | select (select 1 from a) from b where x in (select y from c) order by (select 1 from d)
            a b                  | select * from a union all table b
            a b                  | (select * from a) except (table only b) order by 1
            a b                  | select * from ((select * from a) union (select * from b)) x
            a                    | select * from a for update of x, y skip locked
            a                    | select a.from, b as select, c as "into" from a where a.join = 1
            a                    | select extract(year from d), trim(both 'x' from e), substring(f from 1 for 2), overlay(g placing h from 1) from a
            a b                  | select trim(both from (select x from a)) from b
            a                    | select * from a where x is distinct from y and z is not distinct from w
            ``                   | select * from generate_series(1, 2), unnest(array[1]) with ordinality as t(a, b)
            ``                   | select * from rows from (f(1), g(2)) as x
            rows                 | select * from rows
            z                    | select * from lateral (select * from z) q, lateral f(q.a)
            a                    | select * from a tablesample bernoulli (10) repeatable (1)
            a                    | select * from json_table(x, '$' columns (y int path '$.y')) j, a
            a b                  | select count(*) filter (where x) over (partition by y order by z rows between 1 preceding and current row) from a, b
            a* b                 | insert into a (x, y) select p, q from b on conflict (x) do update set y = excluded.y where a.z returning *
            a* b                 | insert into a as t (select * from b)
            a* b                 | insert into a table b
            a*                   | insert into a default values
            a*                   | insert into a overriding system value values (1, 2), (3, 4)
            a* b c               | update only a x set y = (select 1 from b), z = 2 from c where true
            a*                   | update only (a) set x = 1
            set                  | select * from set
            t c                  | select * from t set, c
            a* b c d             | delete from only a using b join c using (id), d where true returning a.x
            a* b                 | merge into a using b on a.x = b.x when matched then update set y = 1, z = 2 when not matched then insert (x, y) values (1, 2)
            a* b c               | merge into only a as t using (select * from b, c) s on true when matched then delete returning merge_action()
            a* b* c*             | truncate table a, only b, c * restart identity cascade
            a                    | copy a (x, y) to stdout with (format csv)
            a*                   | copy a from stdin
            a b                  | copy (select * from a, b) to program 'cat'
            a*                   | copy (delete from a returning *) to stdout
            a b                  | lock table a, only b in access exclusive mode nowait
            a                    | table a
            x+ a                 | create table x as select * from a
            s.x+ a               | create materialized view if not exists s.x as with w as (select * from a) select * from w
            x+ a                 | select * into temp table x from a
            temp+ a              | select * into temp from a
            a b                  | explain (verbose) select * from a, b
            a                    | declare c cursor for select * from a
            a*                   | prepare p as delete from a
            a b                  | analyze verbose a (x, y), b
            a b                  | vacuum (full, analyze) a, b (x)
            a                    | refresh materialized view concurrently a with data
            ``                   | create view v as select * from a
            ``                   | fetch 10 from c
            ``                   | revoke select on a from b
            ``                   | select 1 from
            a b*                 | select * from a; delete from only b where false and 1 = any (select 2)
            a                    | select (k2).order, (k2).from x, (f(1)).as, (k[1]).select from a
            a b                  | select k.order, (k).join, (array[k])[1].using from a k, b
            a b                  | select x select, y table, z using, 1 values, 'a' join, (v) only, w::int lateral from a, b
            a b                  | select 1 and, 2 distinct, 3 all, 4 set, 5 update, 6 is, 7 natural from a, b
            a b                  | select x is distinct from y, not x is not distinct from z is from a, b
            a b                  | select k.is distinct from a, b
            a                    | select 1 as from from a
            a b                  | select x::timestamp with time zone using, y::interval day to second from a, b
            a b                  | select distinct on (x) y table from a, b
            t* a invoices        | insert into t with invoices as (select * from a) select * from invoices returning (select count(*) from invoices)
            t* a invoices        | insert into t with invoices as (select * from a) select 1 from invoices on conflict (id) do update set x = (select 1 from invoices), y = z
            t* a b               | insert into t select 1 from a join b on conflict = 1 on conflict do update set x = 1, y = 2
            t* a b c             | insert into t select 1 from a cross join b join c on a.x = c.x on conflict (x) where y do update set (x, z) = (1, 2)
            a* b c               | update a set x = 1 from b set, c where set.y = 1
            a* b                 | update a set set = 1, x = 2 from b
            b                    | select * from current_date, localtimestamp(3), b
            b                    | select * from rows from (f(1) as (a int, b text), g(2)) with ordinality as r, b
            b                    | select * from collation for ('x') c, coalesce(1, 2) d, cast('1' as int) e, b
            b a                  | select json_value(x, '$' returning int default 1 on empty) select, json_array(select y from b) from a
            a b                  | select * from xmltable(xmlnamespaces('u' as x), '/r' passing (select d from a) columns c int path 'c' default 1, n for ordinality) t, b
            a                    | select x, sum(y) over w values from a window w as (partition by x), v as (w)
            a* b c               | merge into a using b join c on b.x = c.x on a.x = b.x when not matched by source then delete returning with (old as o) o.x, y
            a* b c               | update a for portion of valid from '1' to '2' set x = 1, y = 2 from b, c
            a b c                | select * from {oj a left outer join b on a.x = b.x}, c where a.d = {d '2026-01-01'}
            a                    | cluster verbose i on a
            a b                  | repack (concurrently) a using index i; repack b
            a b                  | vacuum (analyze, verbose) only a (x, y), b
            """)
    void namesRelations(String expected, String sql) {
        assertEquals(expected, relations(sql));
        assertTrue(SqlStatement.parse(sql).parsed());
    }

    /** The grammar of PostgreSQL 19, from its manual: no server of that version was at hand to compare with. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            t* a b c             | insert into t select 1 from a on conflict (id) do select where t.x in (select y from b) returning x, (select 1 from c)
            t* a                 | insert into t values (1) on conflict on constraint k do select for no key update returning old.x, (select 1 from a)
            t* a                 | with w as (insert into t values (1) on conflict (id) do select for update returning id) select * from w, a
            a* b c               | update a for portion of valid_at from current_date to current_date + 1 set x = 1 from b, c
            a* b c d             | update only a for portion of valid_at (daterange((select x from b), null)) as z set x = (select 1 from c) from d
            a* b                 | delete from a for portion of valid_at from '2026-01-01' to null as z using b where z.id = b.id
            a* b                 | delete from a for portion of "of" ('[1,2)') using b returning *
            a                    | repack a
            a b                  | repack (verbose, analyze) a using index i; repack verbose b
            ``                   | repack using index
            a                    | copy a to stdout (format json, force_array true)
            s.a                  | copy s.a (x, y) to '/tmp/x' with (format 'json')
            a b                  | copy (select * from a, b) to stdout with (format json)
            """)
    void namesRelationsOfVersion19(String expected, String sql) {
        assertEquals(expected, relations(sql));
        assertTrue(SqlStatement.parse(sql).parsed());
    }

    /** The tables of a property graph are not named, so that all are assumed; as above, without a server. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from graph_table (g match (x is person) columns (x.a as b)) t, b",
                "select 1 where exists (select from graph_table (s.g match (a)-[e is knows]->(b) where a.x = 1 columns (a.x)))",
                "insert into t select x from lateral graph_table (g match (a) columns (a.x))"
            })
    void aGraphMayReadAnything(String sql) {
        assertFalse(SqlStatement.parse(sql).parsed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a             | with x as (select * from a) select * from x
            invoices      | with invoices as (select * from invoices where ok) select * from invoices
            a             | with recursive x(n) as (select 1 union all select n + 1 from x join a using (n)) select * from x
            real          | with recursive p as (select * from q), q as (select * from real) select * from p
            q real        | with p as (select * from q), q as (select * from real) select * from p
            x             | select * from (with x as (select 1) select * from x) y, x
            s.x           | with x as (select 1) select * from s.x
            x* a          | with x as (select * from a) insert into x select * from x
            a* b          | with x as materialized (delete from a returning *), y as not materialized (select * from x) select * from y, b
            a c           | with x(p, q) as (select * from a) search depth first by p, q set r, y as (select * from x) select * from y, c
            a             | with recursive x as (select 1 from a union all select 1 from x) cycle p set q to true default false using r select * from x
            a b           | insert into b with x as (select * from a) select * from x
            a b           | with x as (with x as (select * from a) select * from x) select * from x, b
            u             | with update as (select * from u) select * from update
            u             | with recursive as (select * from u) select * from recursive
            u             | with recursive recursive as (select * from u union all select * from recursive) select * from recursive
            a b           | with x as (select * from a) search breadth first by set, p set set cycle p, q set c to f(1)::text default 'using' using u select * from x, b
            a x           | select * from (with x as (select 1 from a) select 1 from x union select 2 from x) y, (select * from x) z
            a b x         | insert into b with x as (select * from a), y as (select * from x) table y returning (with z as (select * from x) select 1 from z)
            a b*          | with x as (select 1 from a) insert into b select * from x returning (select 1 from x)
            a b* x        | with recursive y as (insert into b with recursive x as (select 1 from a, x) select * from x returning (select 1 from x)) select 1 from y
            d q           | with recursive a as (with recursive b as (select * from c, d, q) select * from b), c as (select 1), d2 as (select * from a) select * from c
            c d           | with a as (with recursive b as (select * from c, d, a2), a2 as (select 1) select * from b), c2 as (select 1) select 1 from a
            """)
    void commonTableExpressionsAreNoTables(String expected, String sql) {
        List<String> named = SqlStatement.parse(sql).relations().stream()
                .map(r -> r + (r.write() && !sql.startsWith("insert") ? "*" : ""))
                .sorted()
                .toList();
        assertEquals(List.of(expected.split(" ")).stream().sorted().toList(), named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            false | select count(*), max(x), coalesce(a, b), now() from t where x in (1) and lower(y) like any (array['a'])
            false | select x::numeric(10,2), cast(y as varchar(10)), z::geo.point(1,2) from t
            false | insert into t (a, b) values (nextval('s'), pg_catalog.now())
            false | with w (a, b) as (select 1, 2) select * from w as v (c, d)
            false | select sum(x) over (partition by y) from t group by grouping sets ((a), (b)) window w as (order by z)
            false | select * from f t (a)
            true  | select my_function(x) from t
            true  | select "lower2"(x) from t
            false | select "lower"(x) from t
            true  | select app.lower(x) from t
            true  | select * from all_invoices()
            true  | select query_to_xml('select * from t', true, false, '')
            true  | execute p
            true  | call p()
            true  | do 'begin end'
            true  | select 'unterminated
            true  | select filter(x), first(y) from t
            true  | select * from columns(1)
            false | select count(*) filter (where x) over (w) from t fetch first (1) rows only
            false | insert into t values (1) on conflict (id) do update set (a, b) = (1, 2)
            false | select x like 'y' escape ('z'), x::character varying(5), cast(y as character varying (5)) from t
            false | select * from xmltable('/r' passing (x) columns a int path 'a') t group by grouping sets ((a))
            false | copy t from stdin with (format csv, force_null (a, b)) where x = 1
            true  | copy t from stdin where f(x)
            """)
    void callsFunctions(boolean expected, String sql) {
        assertEquals(expected, SqlStatement.parse(sql).callsFunctions());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            app.x SET true                       | set local App.X = 'a'
            app.x SET false                      | set session "App".x to a
            app.x RESET false                    | set app.x to default
            app.x RESET false                    | reset app.x
            null RESET_ALL false                 | reset all
            null DISCARD_ALL false               | discard all
            timezone SET false                   | set time zone 'UTC'
            search_path SET false                | set schema 'x'
            search_path SET true                 | set local search_path = a, b
            schema SET false                     | set schema = 'x'
            client_encoding SET false            | set names 'utf8'
            role SET_ROLE false                  | set role bob
            role SET_ROLE true                   | set local role none
            role SET_ROLE false                  | set role = bob
            role SET_ROLE false                  | reset role
            session_authorization SET_SESSION_AUTHORIZATION false | set session authorization bob
            session_authorization SET_SESSION_AUTHORIZATION false | reset session authorization
            app.x SET_CONFIG true                | select set_config('App.X', $1, true)
            app.x SET_CONFIG false               | select pg_catalog.set_config('app.x', $1, false)
            app.x SET_CONFIG false               | select set_config('app.x', $1, $2)
            app.x SET_CONFIG true                | select "set_config"($q$app.x$q$::text, lower('a,b'), true)
            null SET_CONFIG true                 | with a as (select set_config($1, $2, true)) select 1
            null SET_CONFIG true                 | select set_config(concat('app.', 'x'), 'y', true)
            null SET_CONFIG true                 | select set_config('app.' + 'x', 'y', true)
            app.x SET_CONFIG true                | select set_config(setting_name => 'app.x', new_value => 'y', is_local => true)
            app.x SET_CONFIG false               | select set_config(E'app\\x2ex', 'y', false)
            null SET_CONFIG false                | do $$ begin perform 1; end $$
            null SET_CONFIG false                | execute p ('app.x', 'a')
            null SET_CONFIG false                | update pg_settings set setting = 'a' where name = 'app.x'
            ``                                   | set transaction read only
            ``                                   | set session characteristics as transaction read only
            ``                                   | discard plans
            ``                                   | select current_setting('app.x', true)
            """)
    void settings(String expected, String sql) {
        assertEquals(
                expected,
                SqlStatement.parse(sql).settings().stream()
                        .map(c -> c.name() + " " + c.kind() + " " + c.local())
                        .collect(Collectors.joining(", ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            true  | create table t (a int)
            false | create temp table t (a int)
            false | create local temporary view v as select 1
            true  | create or replace view v as select 1
            true  | alter table t enable row level security
            true  | drop policy p on t
            true  | alter role bob set search_path = x
            true  | create function f() returns int language sql return 1
            true  | select * into x from t
            false | select * into temp x from t
            true  | do 'begin execute ''x''; end'
            false | do 'begin perform 1; end'
            false | create index i on t (a)
            false | alter sequence s restart
            false | grant select on t to bob
            true  | import foreign schema x from server y into z
            """)
    void changesCatalog(boolean expected, String sql) {
        assertEquals(expected, SqlStatement.parse(sql).changesCatalog());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            BEFORE     | true  | select 1; select 2
            NEVER      | true  | set x = 1; select 2
            ENDS_SCOPE | true  | select 1; commit; select 2
            ALONE      | true  | commit; call p()
            NEVER      | false | set x = 1; show x;
            """)
    void severalStatementsAreTheirUnion(Injection injection, boolean readsRows, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertTrue(s.multi());
        assertEquals(injection, s.injection());
        assertEquals(readsRows, s.readsRows());
        assertEquals(injection == Injection.ENDS_SCOPE || injection == Injection.ALONE, s.endsScope());
    }

    @Test
    void severalStatementsNameTheRelationsOfAll() {
        assertEquals(
                "a b* c", relations("with x as (select * from a) select * from x; delete from b; ; select 1 from c"));
        assertEquals("a x", relations("with x as (select * from a) select * from x; select * from x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "U&\"d!0061ta\" uescape '!'",
                "u&\"d!0061ta\"UESCAPE'!'",
                "U&\"d!+000061ta\" /* x */ UeScApE -- y\n '!'",
                "U&\"d!0061ta\" uescape E'!'",
                "U&\"d!0061ta\" uescape e'\\x21'",
                "U&\"d!0061ta\" uescape E'\\041'",
                "U&\"d!0061ta\" uescape $$!$$",
                "U&\"d!0061ta\" uescape $q$!$q$",
                "U&\"d!0061ta\" uescape ''\n'!'",
                "U&\"d!0061ta\" uescape '!' -- it's\n  \t ''",
                "U&\"dZ0061ta\" uescape 'Z'",
                "U&\"\\0064ata\"",
                "\"data\"",
                "DATA"
            })
    void everySpellingOfAName(String name) {
        assertEquals("data", relations("select * from " + name));
        assertEquals("data b", relations("select * from " + name + ", b"));
        assertEquals("data.x* b", relations("delete from " + name + " . x using b"));
        assertEquals(
                "data",
                SqlStatement.parse("declare " + name + " cursor for select 1")
                        .cursors()
                        .name());
        assertEquals(
                "data", SqlStatement.parse("fetch all from " + name).cursors().name());
        assertEquals("b", relations("with " + name + " as (select 1) select * from data, b"));
        assertEquals(
                "app.data",
                SqlStatement.parse("set app." + name + " = 1").settings().get(0).name());
        assertEquals(
                "[data]",
                SqlStatement.parse("drop table " + name)
                        .ddl()
                        .named()
                        .toString()
                        .replaceAll(".*name=(\\w+).*", "[$1]"));
        assertTrue(SqlStatement.parse("select * from " + name).parsed());
    }

    @Test
    void surrogatesAndOtherPlanesInNames() {
        assertEquals("a\ud83d\ude00", relations("select * from U&\"a\\d83d\\de00\""));
        assertEquals("a\ud83d\ude00", relations("select * from U&\"a!+01f600\" uescape '!'"));
        assertEquals("n".repeat(63), relations("select * from U&\"" + "\\006e".repeat(70) + "\""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', emptyValue = "", textBlock = """
            a b  | create view v as select * from a, b
            a    | create or replace view s.v (x, "as") with (security_barrier = true) as with b as (select * from a) select * from b with cascaded check option
            a    | create temp view v as table a
            a    | create temporary recursive view "v" (x) as select 1 union all select x + 1 from v, a
            ``   | create recursive view v (x) as values (1)
            a b  | create materialized view if not exists v (x) using heap with (fillfactor = 70) tablespace t as (select * from a) union select * from b with no data
            a    | create view v as select x as as from a
            a b  | create schema s create table t (x int) create view v as with c as (select * from a) select * from c, b grant select on v to r
            a    | create or replace view v as select (select max(x) from a)
            """)
    void createsViews(String expected, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertTrue(s.createsView());
        assertTrue(s.parsed());
        assertFalse(s.multi());
        assertEquals(
                expected, s.viewRelations().stream().map(Relation::toString).collect(Collectors.joining(" ")));
        assertEquals(s.keyword() == Keyword.CREATE_TABLE_AS, !s.relations().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table view as select * from a",
                "create index view on a (x)",
                "select 'create view v as select 1'",
                "drop view v",
                "create function f() returns int language sql as 'create view v as select 1'",
                "comment on view v is 'create view as'"
            })
    void createsNoView(String sql) {
        assertFalse(SqlStatement.parse(sql).createsView());
        assertTrue(SqlStatement.parse(sql).viewRelations().isEmpty());
    }

    /** A view runs what its query says when it is used, not when it is created. */
    @Test
    void aNewViewChangesNoSetting() {
        SqlStatement view = SqlStatement.parse("create view v as select set_config('a.b', 'c', true), f() from t");
        assertTrue(view.settings().isEmpty());
        assertFalse(view.callsFunctions());
        SqlStatement materialized =
                SqlStatement.parse("create materialized view v as select set_config('a.b', 'c', true), f() from t");
        assertEquals("a.b", materialized.settings().get(0).name());
        assertTrue(materialized.callsFunctions());
    }

    @Test
    void functionBodyWithSemicolonsIsOneStatement() {
        SqlStatement s = SqlStatement.parse(
                "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3");
        assertTrue(s.multi());
        assertEquals(Keyword.CREATE, s.keyword());
        for (String sql : List.of(
                "create procedure p() begin atomic insert into t values (1); end",
                "create function f() returns int begin atomic select 1 as end; select t.end from t; end",
                "create function f() returns int begin atomic select case when true then case when false then 1 end end; end",
                "create function f() returns int begin atomic end")) {
            assertFalse(SqlStatement.parse(sql).multi(), sql);
            assertTrue(SqlStatement.parse(sql).parsed(), sql);
        }
    }

    @Test
    void cursors() {
        assertTrue(SqlStatement.parse("declare c cursor for select 1").cursors().opens());
        assertTrue(SqlStatement.parse("close c").cursors().closes());
        assertFalse(SqlStatement.parse("close c").cursors().closesAll());
        assertTrue(SqlStatement.parse("close all").cursors().closesAll());
        assertTrue(SqlStatement.parse("discard all").cursors().closesAll());
    }

    @Test
    void cursorsThatOutliveTheirTransaction() {
        assertTrue(SqlStatement.parse("declare c cursor WITH /* x */ Hold for select 1")
                .cursors()
                .holds());
        for (String sql : List.of(
                "declare c cursor without hold for select 1",
                "declare hold cursor for select 1",
                "declare c cursor for select * from households",
                "declare c cursor for with hold as (select 1) select 'with hold' from hold")) {
            assertFalse(SqlStatement.parse(sql).cursors().holds(), sql);
        }
    }

    @Test
    void namesOfCursors() {
        assertEquals(
                "c",
                SqlStatement.parse("declare C no scroll cursor for select 1")
                        .cursors()
                        .name());
        assertEquals(
                "C x",
                SqlStatement.parse("declare \"C x\" cursor for select 1")
                        .cursors()
                        .name());
        for (String sql : List.of(
                "fetch c",
                "FETCH ALL IN c",
                "fetch forward 10 from C",
                "fetch relative -3 from \"c\";",
                "move next in c")) {
            SqlStatement statement = SqlStatement.parse(sql);
            assertTrue(statement.cursors().fetches(), sql);
            assertEquals("c", statement.cursors().name(), sql);
        }
        assertEquals(null, SqlStatement.parse("select 1").cursors().name());
        assertTrue(SqlStatement.parse("select 1; fetch c").cursors().fetches());
    }

    @Test
    void backslashesInStrings() {
        String sql = "select '\\'', set_config('app.x', 'b', false), '\\'' from t";
        SqlStatement standard = SqlStatement.parse(sql);
        assertTrue(standard.ambiguous());
        assertTrue(standard.settings().isEmpty(), "all of it is a string");
        SqlStatement escaped = SqlStatement.parse(sql, true);
        assertTrue(escaped.ambiguous() && escaped.escapes());
        assertEquals("app.x", escaped.settings().get(0).name());
        for (String plain :
                List.of("select 'a\\b'", "select E'\\''", "select $$\\'$$", "select \"\\\" from t where a = ''")) {
            assertFalse(SqlStatement.parse(plain).ambiguous(), plain);
        }
        assertTrue(SqlStatement.parse("select N'\\' from t where a = ''").ambiguous());
    }

    @Test
    void constraintsThatAreCheckedNow() {
        assertTrue(SqlStatement.parse("set constraints all immediate").firesTriggers());
        assertTrue(SqlStatement.parse("set constraints a, b IMMEDIATE;").firesTriggers());
        assertFalse(SqlStatement.parse("set constraints immediate_fk deferred").firesTriggers());
        assertFalse(SqlStatement.parse("select 'set constraints all immediate'").firesTriggers());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a b | select 'it''s', * from a, b
            a b | select E'it\\'s from x', * from a, b
            a b | select E'x' 'y', * from a, b
            a b | select U&'\\0061''x', * from a, b
            a b | select B'01', X'ff', N'x', * from a, b
            a b | select $$ from x $$, $t$ $$ from y $t $t$, * from a, b
            a b | select $ä$ from x $ä$, * from a, b
            a b | select a$b$c, * from a, b
            a b | select /* from x /* from y */ from z */ * from a, b
            a b | select 1from a, b
            a b | select $1from a, b
            a b | select 1.5e10, .5, 1., 0xff, 1_000, 1e, * from a, b
            a b | select a-- x, y
            a b | select x[1:2], x[array_length(y, 1)], * from a, b
            a b | select x ?& array['from c'], x ? 'y', x @> '{}', x -> '{a}' <-> y from a, b
            """)
    void lexes(String expected, String sql) {
        assertEquals(expected, relations(sql.replace("-- x, y", "-- x, y\nfrom a, b")));
    }

    @Test
    void stringsContinueBehindALineBreakByTheRulesOfTheirFirstPart() {
        assertEquals("a", relations("select E'x'  -- from c\n 'y\\' from b' from a"));
        assertEquals("a", relations("select 'x'\n'y' from a"));
    }

    @Test
    void commentsBeforeTheStatementAreSkipped() {
        assertEquals(
                Keyword.SELECT,
                SqlStatement.parse("/* a /* nested */ */ -- insert\n ( select 1)")
                        .keyword());
    }

    @Test
    void longNamesAreCutAsTheServerDoes() {
        String name = "n".repeat(70);
        assertEquals("n".repeat(63), relations("select * from " + name));
        assertEquals("ä".repeat(31), relations("select * from \"" + "ä".repeat(40) + "\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'x",
                "select E'x\\'",
                "select \"x",
                "select U&\"x",
                "select $a$ x $b$",
                "select /* x /* */",
                "select (1",
                "select 1)",
                "select [1)",
                "select a[1",
                "select \0",
                "select '\0'",
                "select (1; select 2)",
                "create function f() begin atomic select 1;"
            })
    void whatPostgresCannotReadIsOpaque(String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertFalse(s.parsed());
        assertTrue(s.callsFunctions());
        assertTrue(s.readsRows());
        assertEquals(8, s.fingerprint().length());
        assertTrue(s.scrubbed().length() <= 500);
    }

    @Test
    void typicalStatementsOfMappersHaveNoSurprise() {
        SqlStatement s = SqlStatement.parse("select i1_0.id,i1_0.amount,c1_0.name from invoice i1_0"
                + " left join customer c1_0 on c1_0.id=i1_0.customer_id where i1_0.tenant_id=$1 and i1_0.status in ($2,$3)"
                + " order by i1_0.due desc offset $4 rows fetch first $5 rows only");
        assertEquals(
                List.of("invoice", "customer"),
                s.relations().stream().map(Relation::toString).toList());
        assertFalse(s.callsFunctions());
        assertFalse(s.writes());
        assertEquals("SELECT", s.operation());
        assertEquals(
                "INSERT",
                SqlStatement.parse("with x as (select 1) insert into t select 1")
                        .operation());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            select 1; update t set a = ';' ; ; delete from t  | select 1#update t set a = ';' #delete from t
            select 1                                          | select 1
            select 1;                                         | select 1;
            create function f() returns int begin atomic select 1; select 2; end; select 3 | create function f() returns int begin atomic select 1; select 2; end#select 3
            create rule r as on insert to t do (select 1; select 2); select 3 | create rule r as on insert to t do (select 1; select 2)#select 3
            select $$;$$; select 2 -- ;                       | select $$;$$#select 2 -- ;
            """)
    void partsOfAText(String sql, String parts) {
        assertEquals(List.of(parts.split("#")), SqlStatement.parse(sql).parts());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            true  | select * from t for update
            true  | select * from t for no key update of t skip locked
            true  | select * from (select id from t For /* x */ Update) x
            false | select * from t for share
            false | select * from t for key share
            false | select 'for update' from t
            false | select a as "for update" from t
            """)
    void rowsLockedForUpdate(boolean expected, String sql) {
        assertEquals(expected, SqlStatement.parse(sql).locksRowsForUpdate());
    }
}
