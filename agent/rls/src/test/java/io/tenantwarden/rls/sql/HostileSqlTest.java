package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing that an application can send makes the parser fail or overflow. The texts are so long that work which is not
 * linear would not end.
 */
class HostileSqlTest {

    private static final int MILLION = 1_000_000;

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("parentheses", "(".repeat(10 * MILLION), false),
                Arguments.of("closing parentheses", ")".repeat(MILLION), false),
                Arguments.of("deep but legal", "select " + "(".repeat(9_000) + "1" + ")".repeat(9_000), true),
                Arguments.of(
                        "deeper than PostgreSQL reads", "select " + "(".repeat(20_000) + ")".repeat(20_000), false),
                Arguments.of("brackets", "select a" + "[".repeat(MILLION), false),
                Arguments.of("comments", "/*".repeat(MILLION), false),
                Arguments.of("closed comments", "/**/".repeat(MILLION) + "select 1", true),
                Arguments.of("dollar tags", "$a".repeat(MILLION), true),
                Arguments.of("open dollar tags", "select $a$ " + "$b$".repeat(MILLION), false),
                Arguments.of("strings with line breaks", "select " + "'a'\n".repeat(MILLION), true),
                Arguments.of("strings with blanks between", "select " + "'a'          ".repeat(MILLION), true),
                Arguments.of("quoted names", "select " + "\"a\"".repeat(MILLION), true),
                Arguments.of("unicode names", "U&\"\\".repeat(MILLION), true),
                Arguments.of("name chain", "select " + "a.".repeat(MILLION), true),
                Arguments.of("statements", "select 1 from t;".repeat(MILLION / 4), true),
                Arguments.of("same table", "select * from t" + ",t".repeat(MILLION), true),
                Arguments.of(
                        "expressions",
                        "with " + "a as (select 1 from b),".repeat(MILLION / 10) + "c as (select 1) select 1",
                        true),
                Arguments.of(
                        "set_config in set_config", "select " + "set_config(".repeat(9_000) + ")".repeat(9_000), true),
                Arguments.of("atomic", "create function f() " + "begin atomic ".repeat(MILLION), false));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("texts")
    void linear(String name, String sql, boolean parsed) {
        SqlStatement s = SqlStatement.parse(sql);
        assertEquals(parsed, s.parsed());
        assertEquals(8, s.fingerprint().length());
        assertTrue(s.scrubbed().length() <= 500);
    }

    @Test
    void manyTablesAndExpressions() {
        StringBuilder tables = new StringBuilder("select * from x");
        StringBuilder expressions = new StringBuilder("with recursive x as (select 1)");
        for (int i = 0; i < 100_000; i++) {
            tables.append(", t").append(i);
            expressions
                    .append(", t")
                    .append(i)
                    .append(" as (select 1 from t")
                    .append(i + 1)
                    .append(", r")
                    .append(i);
            expressions.append(")");
        }
        assertEquals(100_001, SqlStatement.parse(tables.toString()).relations().size());
        // each r, and the one forward reference that nothing answers
        assertEquals(
                100_001,
                SqlStatement.parse(expressions + " select 1").relations().size());
    }

    @Test
    void insertOfTenMegabytes() {
        StringBuilder sql = new StringBuilder("insert into t (a, b) values (1, 'x')");
        while (sql.length() < 10 * MILLION) {
            sql.append(", (4711, 'it''s a text')");
        }
        SqlStatement s = SqlStatement.parse(sql.toString());
        assertTrue(s.parsed());
        assertEquals(1, s.relations().size());
        assertEquals(SqlStatement.parse("insert into t (a, b) values ($1, $2)").fingerprint(), s.fingerprint());
        assertEquals(500, s.scrubbed().length());
    }

    /** Pieces of SQL in random order, and cut anywhere: whatever comes out, it must come out. */
    @Test
    void randomTextNeverFails() {
        String[] pieces = {
            "select ",
            "from ",
            "a",
            ".",
            ",",
            "(",
            ")",
            "[",
            "]",
            "'",
            "''",
            "\"",
            "$$",
            "$t$",
            "E'",
            "U&\"",
            "U&'",
            "\\",
            "/*",
            "*/",
            "--",
            "\n",
            ";",
            "with ",
            "recursive ",
            "as ",
            "insert into ",
            "update ",
            "set ",
            "delete ",
            "merge ",
            "using ",
            "values ",
            "union ",
            "table ",
            "copy ",
            "create ",
            "materialized ",
            "view ",
            "explain ",
            "declare ",
            "for ",
            "prepare ",
            "do ",
            "set_config(",
            "extract(",
            "rows ",
            "search ",
            "returning ",
            "on conflict ",
            "create recursive view a as ",
            "create schema a create ",
            "create temp table a ",
            "alter table a rename to ",
            "drop table ",
            "cascade ",
            "comment on ",
            "column ",
            "references ",
            "partition ",
            "inherits ",
            "language sql ",
            "as 'set a.b = 1' ",
            "set a.b = ",
            "transaction ",
            "constraints ",
            "lock ",
            "truncate ",
            "cluster ",
            "=>",
            "cast(",
            "text ",
            "true",
            "{",
            "portion of a from ",
            "graph_table(",
            "rows from(",
            "collation for ",
            "current_date ",
            "natural ",
            "cross ",
            "by ",
            "cycle ",
            "begin ",
            "atomic ",
            "end ",
            "uescape ",
            "reset ",
            "role ",
            "session ",
            "authorization ",
            "vacuum ",
            "only ",
            "is ",
            "distinct ",
            "::",
            "$1",
            "1",
            "1.",
            "\0",
            "\ud83d",
            "\u00a0",
            "pg_settings ",
            "into ",
            "temp ",
            "1e",
            "0x",
            "?",
            "=",
            "on ",
            "join "
        };
        Random random = new Random(20260101);
        int parsed = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder sql = new StringBuilder();
            for (int k = random.nextInt(30); k >= 0; k--) {
                sql.append(pieces[random.nextInt(pieces.length)]);
            }
            SqlStatement s = SqlStatement.parse(sql.toString());
            assertNotNull(s.keyword());
            assertNotNull(s.verb());
            assertEquals(8, s.fingerprint().length());
            assertNotNull(s.scrubbed());
            assertNotNull(s.ddl().named());
            parsed += s.parsed() ? 1 : 0;
        }
        assertTrue(parsed > 1_000);
    }

    @Test
    void prefixesOfARealStatementNeverFail() {
        String sql =
                "with recursive x(a, \"B\") as materialized (select E'\\'', $t$ $t$ from U&\"d\\0061t\" uescape '!')"
                        + " insert into t select set_config('a', 'b', true), extract(year from x) from x /* c */ on conflict do nothing";
        for (int i = 0; i <= sql.length(); i++) {
            SqlStatement s = SqlStatement.parse(sql.substring(0, i));
            assertNotNull(s.relations());
            assertFalse(s.fingerprint().isEmpty());
            assertNotNull(s.scrubbed());
        }
    }
}
