package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs DDL, looks what it changed in the server's catalog, and compares that with what the text was said to change. */
class DdlDifferentialTest {

    private static final String SCHEMA = """
            create schema app;
            create table t (id int primary key, tenant_id text, x int);
            create table u (id int primary key, x int);
            create table app.z (id int primary key, x int);
            create view v as select * from t;
            create view vv as select * from v;
            create materialized view m as select * from u;
            create table parent (id int);
            create table child () inherits (parent);
            create table orphan (id int);
            create table p (id int, x int) partition by list (x);
            create table p1 partition of p for values in (1);
            create table p2 (id int, x int);
            create sequence s;
            create index i on t (x);
            create function f() returns int language sql stable as 'select 1';
            create function tf() returns trigger language plpgsql as 'begin return new; end';
            create policy pol on t using (true);
            create trigger tr before insert on t for each row execute function tf();
            create rule ru as on delete to u do instead nothing;
            create type ty as (a int);
            create table tt of ty;
            create domain dom as int;
            create extension hstore;
            create temp table w (id int primary key, x int);
            create temp table w2 (id int) partition by list (id);
            create temp table w3 (id int);
            create temp view wv as select * from w;
            create temp sequence ws;
            """;

    /** Of these nothing changes for others; the temporary relations that they create stand behind the bar. */
    private static final String[] TEMPORARY = {
        "create temp table n (id int) | n",
        "create temporary table if not exists n (id int) on commit drop | n",
        "create local temp table n as select * from t | n",
        "create global temporary table n (id, y) as values (1, 2) | n",
        "create temp table n (like t including all) | n",
        "create temp table n as table t with no data | n",
        "create temp table n partition of w2 default | n",
        "create temp table n of ty | n",
        "create temp table U&\"n!006e\" uescape '!' (\"from\" int default 1, constraint c check (\"from\" > 1)) | nn",
        "create table pg_temp.n (id int) | n",
        "create table pg_temp . \"N\" as select 1 as id | N",
        "create temp view n as select * from t | n",
        "create or replace temp view n (a, b, c) as select * from t | n",
        "create or replace temporary view wv as select * from w | ",
        "create temp recursive view n (a) as select 1 union all select a + 1 from n where a < 9 | n",
        "create or replace temporary recursive view n (a) as values (1) | n",
        "create view pg_temp.n with (security_barrier) as select * from t with check option | n",
        "create temp sequence n | n",
        "create temporary sequence if not exists n as int start 5 owned by none | n",
        "create sequence pg_temp.n | n",
        "select * into temp n from t | n",
        "select 1 as a, * into temporary table n from t where x in (select x from u) | n",
        "select * into local temp n from t | n",
        "select * into pg_temp.n from t union select * from t | n",
        "with q as (select * from t) select * into temp table \"n\" from q | n",
        "create temp table n (id int); create temp view n2 as select * from n; create temp sequence n3 | n n2 n3",
        "create function pg_temp.g() returns int language sql as 'select 1' | ",
        "drop table pg_temp.w cascade | ",
        "drop view pg_temp.wv | ",
        "alter table pg_temp.w add column y int | ",
        "alter table pg_temp.w rename to n | n",
        "comment on table w is 'x' | ",
        "truncate w | ",
        "create index on w (x) | ",
        "create unique index concurrently_not on only w (x) | ",
    };

    /** Of temporary relations, which the text does not say: the names that it gives must be theirs. */
    private static final String[] TEMPORARY_BY_NAME = {
        "drop table w cascade",
        "drop table if exists w, w3 cascade",
        "drop view wv",
        "drop sequence ws",
        "alter table w add column y int, drop column x cascade",
        "alter table if exists only w rename column x to y",
        "alter table w rename to n",
        "alter table w2 attach partition w3 default",
        "alter view wv rename to n",
        "alter sequence ws restart",
        "create policy n on w using (true)",
        "create trigger n before insert on w for each row execute function tf()",
        "create rule n as on insert to w do also (notify a; notify b)",
        "alter table w enable row level security",
        "comment on column w.x is 'x'",
        "comment on view wv is 'x'",
    };

    private static final String[] PERMANENT = {
        "create table n (id int, x int references u, foreign key (x) references app.z on delete cascade)",
        "create table if not exists app.n (id int) inherits (parent, app.z)",
        "create table n partition of p for values in (2)",
        "create table n partition of p (x default 1) for values in (2) partition by list (id)",
        "create table n as select * from t",
        "create unlogged table n (like t including all)",
        "select * into n from t",
        "select * into unlogged app.n from t",
        "create view n as select * from t",
        "create or replace view v as select * from t where x > 0",
        "create recursive view n (a) as select 1 union all select a + 1 from n where a < 9",
        "create materialized view if not exists app.n as select * from t",
        "drop table app.z",
        "drop table if exists orphan, p2, nothing",
        "drop table t cascade",
        "drop view vv",
        "drop view v cascade",
        "drop materialized view m",
        "alter table t enable row level security",
        "alter table only t force row level security, no force row level security",
        "alter table t add column y int, add constraint c foreign key (x) references app.z",
        "alter table t rename to n",
        "alter table u set schema app",
        "alter table t rename column x to y",
        "alter table t rename constraint t_pkey to n",
        "alter table p attach partition p2 for values in (2)",
        "alter table p detach partition p1",
        "alter table orphan inherit parent",
        "alter table child no inherit parent",
        "alter table app.z alter column x type bigint; alter table t disable trigger tr",
        "alter table t owner to \"ddl role\"",
        "alter index i rename to n",
        "alter index u rename to n",
        "alter view vv rename to n",
        "alter view if exists vv set schema app",
        "alter materialized view m rename to n",
        "alter table t drop column x cascade",
        "create policy n on t for select using (exists (select from u))",
        "alter policy pol on t rename to n",
        "drop policy if exists pol on t",
        "create trigger n after update of x on t for each row execute function tf()",
        "create or replace rule n as on update to t do also (delete from u; delete from app.z)",
        "drop trigger tr on t",
        "alter trigger tr on t rename to n",
        "drop rule ru on u cascade",
    };

    /** These change more than their names say. */
    private static final String[] UNBOUNDED = {
        "create function n() returns int language sql as 'select 1'",
        "create or replace function f() returns int language sql stable begin atomic select case when true then 1 end; end",
        "create procedure n() language plpgsql as $$ begin end $$",
        "drop function f()",
        "drop function f, tf cascade",
        "alter function f() security definer",
        "create schema n create table inside (id int) create view inside2 as select * from t",
        "drop schema app cascade",
        "alter schema app rename to n",
        "do $$ begin execute 'drop table app.z'; end $$",
        "drop type ty cascade",
        "alter type ty add attribute b int cascade",
        "drop extension hstore",
        "create role \"ddl other\"",
        "grant \"ddl role\" to \"ddl member\"",
        "revoke \"ddl member 2\" from \"ddl role\"",
        "drop owned by \"ddl role\" cascade",
        "create aggregate n(int) (sfunc = int4pl, stype = int)",
    };

    /** These change nothing that a snapshot has, and are known not to. */
    private static final String[] HARMLESS = {
        "create index n on only t (x)",
        "drop index i",
        "create sequence n",
        "alter sequence s rename to n",
        "drop sequence s",
        "create domain n as int",
        "create type n as enum ('a')",
        "comment on table t is 'x'",
        "comment on column app.z.x is 'x'",
        "comment on policy pol on t is 'x'",
        "comment on constraint t_pkey on t is 'x'",
        "comment on function f() is 'x'",
        "grant select on t to \"ddl role\"",
        "revoke all on all tables in schema app from \"ddl role\"",
        "analyze t",
        "truncate t *, only u restart identity",
    };

    private Connection connection;
    private Statement s;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void changesWhatTheTextSays(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        List<String> wrong = new ArrayList<>();
        try (Connection c = server.superuser(server.createDatabase("ddl"))) {
            connection = c;
            s = c.createStatement();
            for (String role : List.of("ddl role", "ddl member", "ddl member 2")) {
                s.execute(
                        "do $$ begin create role \"" + role + "\"; exception when duplicate_object then null; end $$");
            }
            s.execute("grant \"ddl member 2\" to \"ddl role\"");
            s.execute(SCHEMA);
            c.setAutoCommit(false);
            for (String line : TEMPORARY) {
                String[] parts = line.split("\\|", -1);
                check(parts[0].strip(), true, false, parts[1].strip(), wrong);
            }
            for (String sql : TEMPORARY_BY_NAME) {
                check(sql, true, null, null, wrong);
            }
            for (String sql : PERMANENT) {
                check(sql, true, true, null, wrong);
            }
            for (String sql : UNBOUNDED) {
                check(sql, false, true, null, wrong);
            }
            for (String sql : HARMLESS) {
                check(sql, null, false, null, wrong);
            }
        }
        assertEquals(List.of(), wrong);
    }

    /**
     * @param bounded what is to be said of it; null when that does not matter
     * @param changesCatalog the same
     * @param temporary the temporary relations that it creates; null when that is not compared
     */
    private void check(String sql, Boolean bounded, Boolean changesCatalog, String temporary, List<String> wrong)
            throws SQLException {
        SqlStatement parsed = SqlStatement.parse(sql);
        DdlChange ddl = parsed.ddl();
        Map<String, String> before = relations(false);
        Map<String, String> beforeTemporary = relations(true);
        String others = others();
        try {
            s.execute(sql);
        } catch (SQLException e) {
            connection.rollback();
            wrong.add(sql + ": " + e.getMessage());
            return;
        }
        TreeSet<String> changed = difference(before, relations(false));
        TreeSet<String> created = new TreeSet<>(relations(true).keySet());
        created.removeAll(beforeTemporary.keySet());
        boolean othersChanged = !others.equals(others());
        connection.rollback();

        List<String> problems = new ArrayList<>();
        if (!changed.isEmpty() || othersChanged) {
            if (!parsed.changesCatalog()) {
                problems.add("changes " + changed + (othersChanged ? " and functions or roles" : "") + " unsaid");
            }
            if (othersChanged && ddl.bounded()) {
                problems.add("changes functions or roles, and is called bounded");
            }
            if (ddl.bounded() && !ddl.cascades()) {
                TreeSet<String> unnamed = new TreeSet<>(changed);
                unnamed.removeAll(names(ddl.named()));
                unnamed.removeAll(names(ddl.created()));
                unnamed.removeIf(name -> name.equals("public.child") || name.equals("public.vv"));
                if (!unnamed.isEmpty()) {
                    problems.add("changes " + unnamed + ", which it does not name: " + ddl);
                }
            }
        }
        if (bounded != null && bounded != ddl.bounded()) {
            problems.add("bounded: " + ddl.bounded());
        }
        if (changesCatalog != null && changesCatalog != parsed.changesCatalog()) {
            problems.add("changesCatalog: " + parsed.changesCatalog());
        }
        if (changesCatalog == null && (!changed.isEmpty() || ddl.named().isEmpty())) {
            problems.add("named: " + ddl);
        }
        if (changesCatalog == null
                && ddl.named().stream().anyMatch(r -> !r.name().startsWith("w"))) {
            problems.add("names more than temporary relations: " + ddl);
        }
        if (temporary != null) {
            TreeSet<String> said =
                    ddl.temporary().stream().map(Relation::name).collect(Collectors.toCollection(TreeSet::new));
            said.removeAll(beforeTemporary.keySet());
            TreeSet<String> expected = new TreeSet<>(List.of(temporary.split(" ")));
            expected.remove("");
            if (!said.equals(expected) || !created.equals(expected)) {
                problems.add("temporary: " + ddl.temporary() + ", on the server " + created);
            }
        }
        if (!problems.isEmpty()) {
            wrong.add(sql + ": " + problems);
        }
    }

    private static TreeSet<String> names(List<Relation> relations) {
        return relations.stream()
                .map(r -> (r.schema() == null ? "public" : r.schema()) + "." + r.name())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> difference(Map<String, String> before, Map<String, String> after) {
        TreeSet<String> changed = new TreeSet<>();
        before.forEach((name, text) -> {
            if (!text.equals(after.get(name))) {
                changed.add(name);
            }
        });
        after.forEach((name, text) -> {
            if (!before.containsKey(name)) {
                changed.add(name);
            }
        });
        return changed;
    }

    /** By name, what a snapshot of the catalog could say of each relation. */
    private Map<String, String> relations(boolean temporary) throws SQLException {
        Map<String, String> relations = new TreeMap<>();
        String kinds = temporary ? "'r', 'p', 'v', 'm', 'S'" : "'r', 'p', 'v', 'm'";
        try (ResultSet rs = s.executeQuery(
                """
                select %s, concat_ws(' ', c.oid, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
                    (select string_agg(concat(a.attname, a.atttypid, a.attisdropped), ',' order by a.attnum)
                       from pg_attribute a where a.attrelid = c.oid and a.attnum > 0),
                    (select string_agg(concat(p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid)), ',' order by p.oid)
                       from pg_policy p where p.polrelid = c.oid),
                    (select string_agg(concat(g.tgname, g.tgenabled), ',' order by g.oid) from pg_trigger g where g.tgrelid = c.oid),
                    (select string_agg(r.rulename || md5(r.ev_action::text), ',' order by r.oid) from pg_rewrite r where r.ev_class = c.oid),
                    (select string_agg(i.inhparent::text, ',') from pg_inherits i where i.inhrelid = c.oid),
                    (select string_agg(i.inhrelid::text, ',' order by i.inhrelid) from pg_inherits i where i.inhparent = c.oid))
                  from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in (%s) and n.nspname !~ '^(pg_catalog|pg_toast|information_schema)'
                   and (c.relnamespace = pg_my_temp_schema()) = %s
                """.formatted(temporary ? "c.relname" : "n.nspname || '.' || c.relname", kinds, temporary))) {
            while (rs.next()) {
                relations.put(rs.getString(1), rs.getString(2));
            }
        }
        return relations;
    }

    /** What a snapshot could say of functions, schemas and roles. */
    private String others() throws SQLException {
        try (ResultSet rs = s.executeQuery("""
                select concat_ws(' ',
                    (select md5(string_agg(concat(p.oid, p.proname, p.prosrc, p.prosecdef, pg_get_function_sqlbody(p.oid)), ',' order by p.oid))
                       from pg_proc p where p.pronamespace <> pg_my_temp_schema()),
                    (select string_agg(concat(oid, nspname), ',' order by oid) from pg_namespace where nspname !~ '^pg_t'),
                    (select string_agg(concat(oid, rolname), ',' order by oid) from pg_roles),
                    (select string_agg(concat(roleid, member), ',' order by roleid, member) from pg_auth_members))
                """)) {
            rs.next();
            return rs.getString(1);
        }
    }
}
