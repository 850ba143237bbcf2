package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Counts the steps of reading: twice the text is twice the work, whatever the text. */
class SqlStepsTest {

    private static final int SIZE = 20_000;

    /** How many steps a character may cost. */
    private static final int STEPS = 10;

    private static Arguments text(String name, IntFunction<String> text) {
        return Arguments.of(name, text);
    }

    private static String each(int n, IntFunction<String> part) {
        return IntStream.range(0, n).mapToObj(part).collect(Collectors.joining());
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                text("tables in FROM", n -> "select * from x" + each(n, i -> ", t" + i)),
                text("the same tables again and again", n -> "select * from x" + each(n, i -> ", t" + i % 15)),
                text("rows of VALUES", n -> "insert into t values (1)" + each(n, i -> ", (" + i + ")")),
                text(
                        "forward references",
                        n -> "with recursive a as (select 1)"
                                + each(n, i -> ", a" + i + " as (select * from a" + (i + 1) + ", b" + i + ")")
                                + " select 1"),
                text(
                        "WITH RECURSIVE beside each other",
                        n -> "select 1"
                                + each(n, i -> ", (with recursive a as (select * from b" + i + ") select * from a)")),
                text("WITH RECURSIVE in each other", n -> {
                    int depth = Math.min(n / 4, 4_000);
                    return "select "
                            + each(
                                    depth,
                                    i -> "(with recursive a" + i + " as (select * from b" + i + ", a" + (i + 1)
                                            + ") select ")
                            + "1" + ")".repeat(depth) + each(n, i -> ", (select a from a" + i + ")");
                }),
                text("references to one name", n -> "with a as (select 1) select 1 from x" + each(n, i -> ", a")),
                text(
                        "one name in many scopes",
                        n -> "select 1" + each(n, i -> ", (with a as (select 1) select x from a), (select y from a)")),
                text(
                        "INSERT with many expressions",
                        n -> "insert into t with" + each(n, i -> " c" + i + " as (select 1 from d" + i + "),")
                                + " e as (select 1) select 1 returning (select 1 from c1)"),
                text("parentheses", n -> "select " + each(n, i -> "((1)),") + "1"),
                text("set_config", n -> "select " + each(n, i -> "set_config('a.b', $" + i + "::text, true), ") + "1"),
                text(
                        "set_config in set_config",
                        n -> "select " + each(Math.min(n / 4, 4_000), i -> "set_config('a', ") + "1"
                                + each(Math.min(n / 4, 4_000), i -> ", true)") + each(n, i -> ", f()")),
                text(
                        "set_config in parentheses",
                        n -> "select " + each(Math.min(n / 8, 2_000), i -> "set_config(((((")),
                text("a long argument", n -> "select set_config('a.b', '" + "x".repeat(n) + "', true)"),
                text("names with escapes", n -> "select * from x" + each(n, i -> ", U&\"t" + i + "\" uescape '!'")),
                text("names that are no names with escapes", n -> "select " + each(n, i -> "U&\"t\" uescape ")),
                text("comments before every token", n -> each(n, i -> "/* x */ select -- y\n")),
                text("strings on many lines", n -> "select " + each(n, i -> "'a' -- it's\n")),
                text("dollar quotes that do not end", n -> "select " + each(n, i -> "$a" + i + " ")),
                text("statements", n -> each(n, i -> "select 1 from t" + i + ";")),
                text("SET", n -> each(n, i -> "set local a.b" + i + " = 'x';")),
                text("DO", n -> "do $$ begin " + each(n, i -> "perform f(" + i + "); ") + "end $$"),
                text(
                        "DO with many strings",
                        n -> "do $$ begin " + each(n, i -> "execute 'set a.b" + i + " = 1'; ") + "end $$"),
                text(
                        "DO with strings in strings",
                        n -> "do $a$ $b$ $c$ $d$ $e$ $f$ $g$ " + "x ".repeat(n) + "$g$ $f$ $e$ $d$ $c$ $b$ $a$"),
                text("DO with set", n -> "do $$ " + "set ".repeat(n) + "$$"),
                text(
                        "a function's text",
                        n -> "create function f() returns void language plpgsql as '"
                                + each(n, i -> "set a.b to ''x''; ") + "'"),
                text(
                        "ATOMIC",
                        n -> "create function f() begin atomic " + each(n, i -> "select case when 1 then 2 end; ")
                                + "end"),
                text("a view", n -> "create recursive view v (a) as select 1 from v" + each(n, i -> ", t" + i)),
                text("DROP", n -> "drop table x" + each(n, i -> ", t" + i) + " cascade"),
                text(
                        "columns of a table",
                        n -> "create table t (x int" + each(n, i -> ", c" + i + " int references r" + i) + ")"),
                text("joins", n -> "select * from x" + each(n, i -> " join t" + i) + each(n, i -> " on true")),
                text("brackets", n -> "select a" + "[1]".repeat(n)),
                text("a chain", n -> "select " + "a.".repeat(n) + "b"),
                text("TRUNCATE", n -> "truncate x" + each(n, i -> ", only t" + i)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void linear(String name, IntFunction<String> text) {
        long once = steps(text.apply(SIZE));
        long twice = steps(text.apply(2 * SIZE));
        // names with more digits, and searching in a sorted list, are a bit more
        assertTrue(twice < 2.3 * once + 1_000, once + " and then " + twice);
    }

    private static long steps(String sql) {
        SqlParser parser = new SqlParser(sql, false);
        parser.run();
        SqlShape shape = new SqlShape(sql);
        shape.hash();
        SqlLexer lexer = new SqlLexer(sql);
        SqlText.scrub(lexer, true);
        long steps = parser.steps() + shape.steps() + lexer.steps;
        assertTrue(steps < (long) STEPS * sql.length(), steps + " steps for " + sql.length() + " characters");
        return steps;
    }

    @Test
    void countsAtAll() {
        String sql = "select * from a, b where x = 'it''s' -- c";
        SqlParser parser = new SqlParser(sql, false);
        parser.run();
        assertTrue(parser.steps() >= sql.length(), parser.steps() + " steps");
    }

    @Test
    void whatIsTooLongIsAssumed() {
        String sql = "update t set x = 'a'; select 1 from u where x = '" + "x".repeat(SqlStatement.MAX_LENGTH) + "'";
        SqlStatement s = SqlStatement.parse(sql);
        assertFalse(s.parsed());
        assertEquals(Keyword.UPDATE, s.keyword());
        assertTrue(
                s.multi() && s.readsRows() && s.writes() && s.callsFunctions() && s.endsScope() && s.changesCatalog());
        assertTrue(s.settings().get(0).mayChange("app.tenant_id"));
        assertFalse(s.ddl().bounded());
        assertEquals(8, s.fingerprint().length());
        assertTrue(s.scrubbed().length() <= 500);
        assertTrue(SqlStatement.parse(sql.substring(0, SqlStatement.MAX_LENGTH - 1) + "'")
                .parsed());
    }
}
