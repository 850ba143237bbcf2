package io.tenantwarden.rls.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlTextTest {

    private static String scrub(String sql) {
        return SqlStatement.parse(sql).scrubbed();
    }

    private static String print(String sql) {
        return SqlStatement.parse(sql).fingerprint();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            select * from t where a = $1          | select * from t where a = $1
            SELECT a FROM "T" WHERE b = ?         | SELECT   a /* secret */ FROM "T" WHERE b = 'secret'
            select ?, ?, ?, ?, ?, ?               | select 'it''s secret', E'a\\'secret', U&'secret', $x$secret$x$, X'5ec', 4711
            select ?, ?, ?, -?, ?                 | select 1.5e3, .5, 0xff, -7, 1_000
            select ?, ?                           | select $$secret$$, $a$ $$secret $a$
            set app.tenant_id = ?                 | set app.tenant_id = secret
            set local app.tenant_id to ?, ?       | set local app.tenant_id to secret, "secret"
            set app.x to default                  | set app.x to default
            alter role bob set app.t = ?          | alter role bob set app.t = secret
            update t set a = b where c = ?        | update t set a = b where c = 5
            do ? language plpgsql                 | do $$ secret $$ language plpgsql
            create function f() begin atomic ...  | create function f() begin atomic select secret; end
            select ? ...                          | select 'a\\' , secret, 'b'
            select ? ...                          | select 'secret
            select a ? ...                        | select a "secret
            """)
    void scrubs(String expected, String sql) {
        String scrubbed = scrub(sql);
        assertEquals(expected, scrubbed);
        assertFalse(scrubbed.contains("secret"));
    }

    @Test
    void scrubbedTextIsOneLineOfAtMost500Characters() {
        String long1 = scrub("select " + "columnname, ".repeat(1000) + "x from t");
        assertEquals(500, long1.length());
        assertTrue(long1.endsWith("..."));
        String long2 = scrub("select \"" + "\ud83d\ude00".repeat(1000) + "\"");
        assertTrue(long2.length() <= 500);
        assertFalse(Character.isHighSurrogate(long2.charAt(long2.length() - 4)));
        assertEquals("select \"a b\" from t", scrub("select\r\n\t\"a\nb\"\n\nfrom t"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            select * from t where a = 1                 | SELECT *  FROM T /* x */ WHERE a='x' ;
            select * from t where a = $1                | select * from t where a = -1.5
            select * from t where a = $1                | select * from t where a = true
            select 1 where a in ($1)                    | select 1 where a in ($1, $2, 3, 'x')
            select 1 where a in ($1::uuid)              | select 1 where a in ($1::uuid,$2::uuid)
            select 1 where (a, b) in ((1, 2))           | select 1 where (a, b) in ((1, 2), (3, 4))
            select 1 where a = any (array[1])           | select 1 where a = any (array[1, 2])
            insert into t values ($1, $2)               | insert into t values (1, 'x'), (2, null), (-3, $1)
            insert into t values ($1, f($2)) returning a | insert into t values ($1, f($2)), ($1, f($2)) returning a
            set app.x = 'a'                             | set app.x = b
            """)
    void fingerprintsFallTogether(String a, String b) {
        assertEquals(print(a), print(b));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            select * from t              | select * from u
            select a, b from t           | select a from t
            select a - 1 from t          | select a from t
            select f(1, 2)               | select f(1)
            select "A" from t            | select a from t
            select 1 where a is null     | select 1 where a is not null
            select 1 where a in (1)      | select 1 where a in (select 1)
            insert into t values (1)     | insert into t values (1, 2)
            select (a) b                 | select (a b)
            """)
    void fingerprintsDiffer(String a, String b) {
        assertNotEquals(print(a), print(b));
    }

    /** Written down because baselines of applications keep them. */
    @Test
    void fingerprintIsStable() {
        assertEquals("34adc097", print("select * from invoices where id = $1"));
        assertEquals("2eee0283", print("insert into t (a, b) values ($1, $2)"));
    }
}
