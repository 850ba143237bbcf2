package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Asks PostgreSQL which relations a statement names: a function with the statement as its SQL-standard body depends on
 * exactly these, before any planning. Then compares with what the parser found.
 */
class RelationDifferentialTest {

    private static final String SCHEMA = """
            create schema app;
            create schema "Odd Schema";
            create table a (id int primary key, x int, y text, z date, tags text[]);
            create table b (id int primary key, x int, y text, z date);
            create table app.c (id int primary key, x int, y text, z date);
            create table app.d (id int primary key, x int, y text, z date);
            create table "Odd Schema"."Odd ""Table" (id int, x int, y text, z date);
            create table "Select" (id int, x int, y text, z date);
            create table values_ (id int, x int, y text, z date);
            create view app.v as select * from a join app.c using (id, x, y, z);
            create table p (id int, x int, y text, z date) partition by list (x);
            create table p1 partition of p for values in (1);
            create function app.many(int) returns table (x int, y text) language sql as 'select x, y from a where x = $1';
            create function app.one(int) returns int language sql as 'select $1';
            """;

    private static final String[] CORPUS = {
        "select * from a",
        "select * from A, \"Select\", app.c",
        "select * from \"Odd Schema\".\"Odd \"\"Table\" t where t.x = 1",
        "select * from U&\"\\0061\" where x = 1",
        "select * from only a, b * where a.id = b.id",
        "select 'it''s from b', E'\\'from b', $$from b$$, $q$ from b $q$, U&'from b' from a",
        "select 1 /* from b /* from b */ from b */ from a -- from b",
        "select a.x as from_, b.y as select from a natural join b",
        "select a.x as \"from\", b.id \"join\" from a left join b using (id) right join app.c using (id)",
        "select * from (a join b on a.id = b.id) join app.c c on c.id = a.id, app.d",
        "select * from a join b on case when a.x = 1 then true else false end, app.c",
        "select * from a join b on a.x = any (array[1, 2]), app.c",
        "select * from a join b on a.x is distinct from b.x, app.c where a.y is not distinct from b.y",
        "select extract(year from a.z), trim(both 'x' from a.y), substring(a.y from 1 for 2), overlay(a.y placing 'x' from 1) from a",
        "select position('x' in a.y), trim(from a.y), substring(a.y similar 'x' escape '#') from a",
        "select trim(both from (select y from b limit 1)) from a",
        "select (select max(x) from b where b.id = a.id) from a where exists (select from app.c where c.id = a.id)",
        "select * from a where x in (select x from b) and y not in (select y from app.c)",
        "select * from a where x = any (select x from b) and (x, y) = (select x, y from app.c limit 1)",
        "select * from a where (x, y) in (values (1, 'a'), ((select id from b limit 1), 'b'))",
        "select array(select x from a), row(1, (select max(x) from b)), coalesce((select 1 from app.c limit 1), 2)",
        "select count(*) filter (where x > (select min(x) from b)) over (partition by y order by z rows between 1 preceding and current row) from a",
        "select x, sum(x) over w from a window w as (partition by y order by (select max(x) from b))",
        "select y, count(*) from a group by grouping sets ((y), ()) having count(*) > (select count(*) from b) order by (select 1 from app.c limit 1)",
        "select distinct on (x) * from a order by x, y limit (select count(*) from b) offset (select 0 from app.c limit 1)",
        "select * from a fetch first 5 rows only",
        "select * from a order by x offset 5 rows fetch next 2 rows with ties",
        "select * from a union all select id, x, y, z, null from b",
        "(select x from a) union (select x from b) except (select x from app.c) order by 1",
        "select * from ((select x from a) intersect all (select x from b)) q, app.c",
        "select x from a union all (select x from b order by x limit 1)",
        "table a",
        "select id from a union all (select id from (table \"Select\" limit 0) q)",
        "values (1, (select max(x) from a)), (2, (select max(x) from b))",
        "select * from (values (1, 2), (3, (select x from a limit 1))) v (id, x) join b using (id)",
        "select * from a, lateral (select * from b where b.id = a.id) q, lateral app.many(a.x) m",
        "select * from app.many(1), generate_series(1, 2) g (n), unnest(array[1, 2]) with ordinality u (v, o)",
        "select * from rows from (app.many(1), generate_series(1, 2)) with ordinality r, a",
        "select * from a tablesample bernoulli (10) repeatable (1), b tablesample system (5)",
        "select * from json_to_record('{}') as x (a int, b text), a",
        "select * from xmltable('/r' passing '<r/>' columns a text path 'a') x, a",
        "select (app.many(1)).x from b",
        "select a from a where a is not null",
        "select b.a from (select x as a from a) b",
        "select a.*, b.* from a as b (id, x), b as a (id)",
        "select * from a for update",
        "select * from a x, b y for update of x skip locked for share of y nowait",
        "select * from app.v",
        "select * from p where x = 1",
        "select * from pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace, information_schema.tables",
        "select * from values_ values",
        "select * from a set, b where set.x = 1",
        "select * from a as temp, b as rows, app.c \"only\"",
        "select * from a cross join b inner join app.c on true full outer join app.d on b.id = d.id",
        "select x::numeric(10, 2), cast(y as varchar(5)), z::timestamp(3) with time zone, interval '1' day from a",
        "select x from a where y like 'x' escape '!' and y ilike any (array['a', 'b']) and y similar to 'x'",
        "select x from a where x between (select min(x) from b) and (select max(x) from app.c)",
        "select x from a where x between symmetric 1 and 2 and tags[1:2] = array['a'] and tags[(select 1 from b limit 1)] = 'x'",
        "select case x when 1 then (select 1 from b limit 1) else (select 2 from app.c limit 1) end from a",
        "select x - -1, x -1, 1.5e1, .5, 'a' 'b', x <> all (array[1, 2]) from a".replace("'a' 'b'", "'a'\n'b'"),
        "select current_date, localtime, current_user, now() at time zone 'utc' from a",
        "select y collate \"C\" from a where y collate pg_catalog.\"C\" > 'a'",
        "select x operator(pg_catalog.+) 1 from a",
        "with q as (select * from a) select * from q",
        "with a as (select * from a where x = 1) select * from a",
        "with q as (select * from a), r as (select * from q, b) select * from r, q",
        "with q (n) as materialized (select x from a), r as not materialized (select 1) select * from q, r, app.c",
        "with recursive q (n) as (select x from a union all select n + 1 from q join b on b.x = q.n) select * from q",
        "with recursive q as (select * from r), r as (select * from a) select * from q",
        "with q as (select * from a) select * from (with q as (select * from b) select * from q) s, q",
        "with b as (select * from a) select * from app.c where x in (select x from b)",
        "with b as (select 1) select * from public.b",
        "with unused as (select * from a) select * from b",
        "select * from (with q as (select x from a) select * from q) s, b where b.x in (with q as (select x from app.c) select x from q)",
        "with recursive q (id, x) as (select id, x from a union all select b.id, b.x from b join q on b.x = q.id)"
                + " search depth first by id, x set ord select * from q, app.c",
        "with recursive q (id, x) as (select id, x from a union all select b.id, b.x from b join q on b.x = q.id)"
                + " cycle id, x set looped using path, r as (select * from app.c) select * from q, r",
        "with i as (insert into a (id) values (1) returning *), u as (update b set x = 1 returning *), d as (delete from app.c returning *)"
                + " select 1 from i, u, d, app.d e",
        "with x as (select * from a) insert into b (id) select id from x",
        "insert into a values (1, 2, 'a', now())",
        "insert into a as t (id, x) values (1, (select max(x) from b)) on conflict (id) do update set x = excluded.x + t.x where t.y is distinct from 'a' returning (select max(x) from app.c)",
        "insert into a (id) select id from b on conflict do nothing",
        "insert into a (id) (select id from b)",
        "insert into a (id) with q as (select id from b) select id from q",
        "insert into a default values",
        "insert into app.c (id, x) overriding user value select id, x from app.d returning *",
        "insert into \"Odd Schema\".\"Odd \"\"Table\" table \"Select\"",
        "with a as (select 1 as id) insert into a (id) select id from a",
        "update a set x = 1",
        "update only a as t set (x, y) = (select x, y from b where b.id = t.id), z = now() from app.c, app.d d where c.id = t.id and d.id = c.id returning t.*, c.x",
        "update a * set x = (select max(x) from b), tags[1] = 'x' where id in (select id from app.c)",
        "update a set x = default, y = 'from b' from (select * from b) q where q.id = a.id",
        "with q as (select * from b) update a set x = q.x from q where q.id = a.id",
        "delete from a",
        "delete from only a t using b join app.c c using (id), app.d where t.id = b.id returning t.*",
        "delete from a using only b where a.x = b.x and exists (select from app.c)",
        "with q as (delete from a returning *) delete from b using q where q.id = b.id",
        "delete from p where x = 1",
    };

    private static final String[] SINCE_17 = {
        "merge into a t using b s on t.id = s.id when matched and s.x > (select max(x) from app.c) then update set x = s.x, y = s.y"
                + " when not matched then insert (id, x) values (s.id, s.x)",
        "merge into only a using (select b.id from b, app.c c where b.id = c.id) s (id) on a.id = s.id when matched then delete when not matched then do nothing",
        "with q as (select * from b) merge into a using q on a.id = q.id when matched then update set x = case when q.x = 1 then 2 else 3 end, y = 'z'",
        "merge into a using b on a.id = b.id when not matched by source then delete returning merge_action(), a.id",
    };

    /** What must occur in statements that the server accepts, so that a slip in the generator does not hide a form. */
    private static final List<String> FORMS = List.of(
            "*",
            "AS label",
            "CROSS JOIN",
            "CTE",
            "CTE named as a table",
            "CYCLE",
            "DEFAULT VALUES",
            "DELETE USING",
            "DISTINCT ON",
            "FETCH FIRST",
            "GROUP BY ROLLUP",
            "INSERT AS",
            "JOIN USING",
            "LATERAL",
            "MATERIALIZED",
            "NATURAL JOIN",
            "NOT MATERIALIZED",
            "ON CONFLICT",
            "ONLY",
            "ONLY ()",
            "OVERRIDING",
            "RETURNING",
            "ROWS FROM",
            "SEARCH",
            "TABLE in FROM",
            "TABLESAMPLE",
            "VALUES",
            "VALUES in FROM",
            "WINDOW",
            "WITH RECURSIVE",
            "WITH in a sub-select",
            "XMLTABLE",
            "alias that is a word",
            "alias word",
            "bare label",
            "casts",
            "column aliases",
            "column definitions",
            "data-modifying CTE",
            "field selection",
            "function in FROM",
            "locking clause",
            "named argument",
            "nested ON",
            "parenthesised query",
            "parenthesised set operation",
            "set operation",
            "table *",
            "unknown function",
            "value function in FROM");

    private static final List<String> FORMS_SINCE_17 =
            List.of("MERGE", "JSON_TABLE", "JSON_VALUE", "JSON_ARRAY of a query");

    private static final List<String> FORMS_SINCE_18 = List.of("RETURNING WITH");

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void namesWhatPostgresFinds(int major) throws SQLException {
        List<String> corpus = new ArrayList<>(List.of(CORPUS));
        if (major >= 17) {
            corpus.addAll(List.of(SINCE_17));
        }
        assertEquals(List.of(), compare(major, corpus), "refused by the server");
    }

    /**
     * Random statements, the same at every run; {@code -Dstatements=100000} makes so many of them, and
     * {@code -Dstatements.seed} others.
     */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void namesWhatPostgresFindsInRandomStatements(int major) throws SQLException {
        int count = Integer.getInteger("statements", 600);
        try (RandomStatements statements = new RandomStatements(major)) {
            statements.run(Long.getLong("statements.seed", 4711), count);
            System.out.println("PostgreSQL " + major + ": " + statements.accepted() + " statements compared, "
                    + statements.refused() + " refused by the server: " + statements.refusals());
            assertEquals(List.of(), statements.wrong());
            assertTrue(statements.accepted() > count / 2, statements.refusals().toString());
            List<String> forms = new ArrayList<>(FORMS);
            if (major >= 17) {
                forms.addAll(FORMS_SINCE_17);
            }
            if (major >= 18) {
                forms.addAll(FORMS_SINCE_18);
            }
            forms.removeAll(statements.features().keySet());
            assertEquals(List.of(), forms, "forms that no accepted statement had");
        }
    }

    /** Gives the statements that the server refuses. */
    private static List<String> compare(int major, List<String> corpus) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("differential");
        List<String> refused = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute(SCHEMA);
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            List<String> path = RoleFacts.read(c).searchPath();
            for (String sql : corpus) {
                TreeSet<String> expected = oracle(s, sql);
                if (expected == null) {
                    refused.add(sql);
                    continue;
                }
                TreeSet<String> found = new TreeSet<>();
                SqlStatement statement = SqlStatement.parse(sql);
                for (Relation r : statement.relations()) {
                    String name = qualify(r, catalog, path);
                    if (!name.startsWith("pg_catalog.")) {
                        // the server records no dependency on what it cannot drop
                        found.add(name);
                    }
                }
                if (!expected.equals(found) || !statement.parsed()) {
                    wrong.add(sql + "\n  PostgreSQL " + expected + "\n  found      " + found);
                }
            }
        }
        assertEquals(List.of(), wrong);
        return refused;
    }

    private static String qualify(Relation r, Catalog catalog, List<String> path) {
        if (r.schema() != null) {
            return r.toString();
        }
        for (String schema : path) {
            if (catalog.table(schema, r.name()) != null) {
                return schema + "." + r.name();
            }
        }
        return "pg_catalog." + r.name();
    }

    /** Null when the statement is not SQL to this server. */
    private static TreeSet<String> oracle(Statement s, String sql) throws SQLException {
        try {
            s.execute("create or replace function public.probe() returns void language sql begin atomic " + sql
                    + "\n; end");
        } catch (SQLException e) {
            return null;
        }
        TreeSet<String> relations = new TreeSet<>();
        try (ResultSet rs = s.executeQuery("""
                select distinct n.nspname || '.' || c.relname
                  from pg_depend d
                  join pg_class c on c.oid = d.refobjid
                  join pg_namespace n on n.oid = c.relnamespace
                 where d.classid = 'pg_proc'::regclass and d.objid = 'public.probe()'::regprocedure
                   and d.refclassid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v')
                """)) {
            while (rs.next()) {
                relations.add(rs.getString(1));
            }
        }
        return relations;
    }
}
