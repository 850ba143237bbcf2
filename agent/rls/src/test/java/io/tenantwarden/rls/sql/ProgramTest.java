package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is read in bodies, from the text alone; the server has its say in FunctionDifferentialTest. */
class ProgramTest {

    private static Program plpgsql(String body) {
        return Program.read("declare r record; begin " + body + " end", "plpgsql", false);
    }

    private static Set<String> tables(Program program) {
        return program.relations().stream().map(Relation::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> calls(Program program) {
        return program.calls().stream()
                .map(call -> call + "/" + call.arguments())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyStatementThatHoldsAQueryIsRead() {
        for (String body : List.of(
                "perform 1 from x;",
                "select a into r from x;",
                "select a, b into strict r, r.c from x where true;",
                "r := (select 1 from x);",
                "r = count(*) from x;",
                "r.f[1] := (select 1 from x);",
                "if exists (select from x) then null; end if;",
                "if false then null; elsif exists (select from x) then null; else null; end if;",
                "if false then null; else perform 1 from x; end if;",
                "case (select 1 from x) when 1 then null; end case;",
                "case when exists (select from x) then null; else null; end case;",
                "case 1 when 1 then perform 1 from x; end case;",
                "while exists (select from x) loop null; end loop;",
                "<<outermost>> loop exit outermost when exists (select from x); end loop outermost;",
                "loop continue when exists (select from x); end loop;",
                "for r in select case when a then 1 else 2 end as loops from x loop null; end loop;",
                "for r in (select from x) loop null; end loop;",
                "for i in 1..(select count(*) from x) loop null; end loop;",
                "for i in reverse 10..1 by (select 1 from x) loop null; end loop;",
                "foreach r in array array(select 1 from x) loop null; end loop;",
                "foreach r slice 1 in array array[(select 1 from x)] loop null; end loop;",
                "return (select 1 from x);",
                "return query select * from x;",
                "return query with y as (select 1) select * from y, x;",
                "return next (select 1 from x);",
                "raise notice 'from y %', (select 1 from x);",
                "assert (select true from x), 'from y';",
                "open r for select * from x;",
                "open r no scroll for select * from x;",
                "execute 'select * from x';",
                "execute 'select * from x where a = $1' into r using 1;",
                "execute $q$ select * from x $q$;",
                "execute 'select 1 where $1' using exists (select from x);",
                "for r in execute 'select * from x' using 1 loop null; end loop;",
                "return query execute 'select * from x';",
                "begin perform 1 from x; exception when others then null; end;",
                "begin null; exception when division_by_zero or sqlstate '22012' then perform 1 from x; end;",
                "declare y int := (select 1 from x); begin null; end;",
                "declare y cursor for select * from x; begin null; end;",
                "declare y cursor (a numeric(3, 2)) is select * from x; begin null; end;",
                "declare y constant numeric(3, 2) not null default (select 1 from x); begin null; end;",
                "update x set a = 1;",
                "delete from x;",
                "insert into x values (1) returning a into r;",
                "merge into x using (values (1)) v on true when matched then delete;",
                "lock table x;",
                "truncate x;",
                "do 'begin perform 1 from x; end';",
                "close := (select 1 from x);",
                "-- from y\n perform /* from y */ 1 from x;")) {
            Program program = plpgsql(body);
            assertEquals(Set.of("x"), tables(program), body);
            assertFalse(program.dynamic(), body);
        }
    }

    @Test
    void whatIsNoTableIsNotTakenForOne() {
        for (String body : List.of(
                "null;",
                "r := r + 1;",
                "select 1 into r;",
                "get diagnostics r = row_count;",
                "fetch next from r into r;",
                "move forward 3 from r;",
                "close r;",
                "commit; rollback;",
                "raise exception 'select from x' using errcode = '22012';",
                "return;",
                "for i in 1..10 loop r := i; end loop;",
                "for r in y(1, 2) loop null; end loop;",
                "r := extract(year from now());",
                "r := substring('x' from 1 for 2);",
                "r := 'select * from x';",
                "set local search_path = x;")) {
            assertEquals(Set.of(), tables(plpgsql(body)), body);
        }
    }

    @Test
    void sqlThatIsPutTogetherIsSaidToBe() {
        for (String body : List.of(
                "execute 'select * from x where a = ' || quote_literal(r);",
                "execute format('select * from x where %I = 1', r);",
                "r := 'select * from x'; execute r;",
                "r := 'select * from x'; for r in execute r loop null; end loop;",
                "open r for execute 'select * from x ' || r;",
                "return query execute format('select * from x where %s', r) using 1;")) {
            Program program = plpgsql(body);
            assertTrue(program.dynamic(), body);
            assertEquals(Set.of("x"), tables(program), "what is written out counts: " + body);
        }
        assertTrue(plpgsql("execute format('select * from %I', r);").dynamic());
        assertEquals(Set.of(), tables(plpgsql("execute format('select * from %I', r);")));
        Program python = Program.read("plpy.execute(\"select * from x\") # 'not from y'", "plpython3u", false);
        assertTrue(python.dynamic());
        assertEquals(Set.of("x"), tables(python));
        assertTrue(Program.read("select (", "sql", false).dynamic(), "what cannot be read may be anything");
    }

    @Test
    void callsAreReadWithTheNumberOfTheirArguments() {
        Program program =
                plpgsql("perform a.f(1, (select g(h(), 2, array[1, 2]))), count(*); call p(1); r := q(x => 1, y => 2);"
                        + " perform agg(*), lower('x'), (1, 2)::t;");
        assertEquals(Set.of("a.f/2", "g/3", "h/0", "p/1", "q/2", "agg/-1"), calls(program));
        Program sql = Program.read("select f(1) from g(1, 2); insert into t select h(3)", "sql", false);
        assertEquals(Set.of("f/1", "g/2", "h/1"), calls(sql));
        assertEquals(Set.of("t"), tables(sql));
    }

    private static int events(String sql) {
        SqlStatement statement = SqlStatement.parse(sql);
        return statement.relations().stream().mapToInt(statement::events).reduce(0, (a, b) -> a | b);
    }

    @Test
    void whichTriggersAWriteFiresIsKnown() {
        assertEquals(TriggerEvents.INSERT, events("insert into t values (1)"));
        assertEquals(
                TriggerEvents.INSERT | TriggerEvents.UPDATE,
                events("insert into t values (1) on conflict (a) do update set a = 1"));
        assertEquals(TriggerEvents.UPDATE, events("with x as (select 1) update t set a = 1"));
        assertEquals(TriggerEvents.DELETE, events("delete from t using u where true"));
        assertEquals(TriggerEvents.TRUNCATE, events("truncate t, u"));
        assertEquals(TriggerEvents.INSERT, events("copy t from stdin"));
        assertEquals(0, events("select * from t for update"));
        assertEquals(0, events("create table t as select 1"));
    }

    @Test
    void settingsThatAreGivenAValueAreKnown() {
        assertEquals(
                Set.of("app.tenant_id"),
                plpgsql("perform set_config('app.tenant_id', r, true); perform 1 from x;")
                        .settings());
        assertEquals(
                Set.of("app.tenant_id"),
                plpgsql("set local app.tenant_id = 'a';").settings());
        assertEquals(
                Set.of(),
                plpgsql("perform set_config('app.tenant_id', '', true); reset app.tenant_id;")
                        .settings());
    }

    @Test
    void hostileTextEndsInTime() {
        for (String part :
                List.of("begin ", "case when ", "execute '", "(", "do $$", "declare x int := ", "<<", "for ")) {
            Program.read(part.repeat(20_000), "plpgsql", false);
        }
        StringBuilder nested = new StringBuilder("null;");
        for (int i = 0; i < 200; i++) {
            nested.insert(0, "do $a" + i + "$ begin ")
                    .append(" end $a")
                    .append(i)
                    .append("$;");
        }
        assertTrue(plpgsql(nested.toString()).dynamic(), "deeper than is looked at");
    }
}
