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

/** Which setting a statement changes, to what, and for how long. {@code SettingDifferentialTest} asks servers the same. */
class SettingChangeTest {

    private static String changes(List<SettingChange> changes) {
        return changes.stream()
                .map(c -> c.name() + " " + c.kind() + " "
                        + (c.value().kind() == SettingValue.Kind.LITERAL
                                ? "[" + c.value().text() + "]"
                                : c.value())
                        + " " + c.lifetime()
                        + (c.lifetimeParameter() == 0 ? "" : " " + c.lifetimeParameter()))
                .collect(Collectors.joining("; "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', emptyValue = "", textBlock = """
            app.tenant_id SET [t2] TRANSACTION       | set local U&"app.tenant!005fid" uescape '!' = 't2'
            app.tenant_id SET [t2] SESSION           | set U&"app.tenant!005fid" uescape E'!' to U&'t!0032' uescape $$!$$
            app.tenant_id SET [t2] SESSION           | set session U&"APP".U&"tenant\\005fid" = $$t2$$
            app.tenant_id SET [T2] SESSION           | set "App.Tenant_Id" = "T2"
            app.tenant_id SET [t2] SESSION           | set "app".tenant_id to T2
            app.tenant_id RESET DEFAULT TRANSACTION  | set local app.tenant_id to default
            app.tenant_id RESET DEFAULT SESSION      | reset U&"app.tenant!005fid" uescape '!'
            app.x SET [default] SESSION              | set app.x = "default"
            app.x SET [it's] SESSION                 | set app.x = E'it\\'s'
            app.x SET [] SESSION                     | set app.x = ''
            app.x SET [5] SESSION                    | set app.x = 5
            app.x SET [-5] SESSION                   | set app.x = -5
            app.x SET [7] SESSION                    | set app.x = 007
            app.x SET [1.50] SESSION                 | set app.x to 1.50
            app.x SET [true] SESSION                 | set app.x = TRUE
            app.x SET [on] SESSION                   | set app.x = on
            app.x SET UNKNOWN SESSION                | set app.x = 1e3
            app.x SET UNKNOWN SESSION                | set app.x = 0x1f
            app.x SET UNKNOWN SESSION                | set app.x = a, b
            app.x SET UNKNOWN SESSION                | set app.x = 'a', 'b'
            app.x SET UNKNOWN SESSION                | set app.x from current
            app.x SET UNKNOWN SESSION                | set app.x = null
            app.x SET UNKNOWN SESSION                | set app.x = b'01'
            app.x SET PARAMETER 1 SESSION            | set app.x = $1
            app.x SET PARAMETER 2 TRANSACTION        | select ?; set local app.x = ?
            session.tenant SET [a] SESSION           | set session.tenant = 'a'
            local.tenant SET [a] TRANSACTION         | set local local.tenant = 'a'
            time.zone SET [a] SESSION                | set time.zone = 'a'
            role.x SET [a] SESSION                   | set role.x = 'a'
            transaction.x SET [a] SESSION            | set transaction.x to 'a'
            constraints.x SET [a] SESSION            | set constraints.x to 'a'
            timezone SET [UTC] SESSION               | set time zone 'UTC'
            timezone SET [-8] TRANSACTION            | set local time zone -8
            timezone RESET DEFAULT SESSION           | set time zone local
            timezone RESET DEFAULT SESSION           | set session time zone default
            timezone SET UNKNOWN SESSION             | set time zone interval '-08:00' hour to minute
            timezone RESET DEFAULT SESSION           | reset time zone
            search_path SET [s] SESSION              | set schema 's'
            search_path SET UNKNOWN TRANSACTION      | set local search_path = a, b
            client_encoding SET [utf8] SESSION       | set names 'utf8'
            client_encoding RESET DEFAULT SESSION    | set names
            client_encoding RESET DEFAULT SESSION    | set names default
            xmloption SET [document] SESSION         | set xml option document
            role SET_ROLE [bob] SESSION              | set role bob
            role SET_ROLE [bob] TRANSACTION          | set local role U&"b!006fb" uescape '!'
            role SET_ROLE [Bob] SESSION              | set U&"r!006fle" uescape '!' = 'Bob'
            role SET_ROLE [none] SESSION             | set session role none
            role SET_ROLE DEFAULT SESSION            | reset role
            role SET_ROLE DEFAULT SESSION            | set role to default
            session_authorization SET_SESSION_AUTHORIZATION [bob] TRANSACTION | set local session authorization 'bob'
            session_authorization SET_SESSION_AUTHORIZATION DEFAULT SESSION   | set session session authorization default
            session_authorization SET_SESSION_AUTHORIZATION DEFAULT SESSION   | reset session authorization
            null RESET_ALL DEFAULT SESSION           | reset all
            null DISCARD_ALL DEFAULT SESSION         | discard all
            transaction_isolation SET [serializable] TRANSACTION | set local transaction_isolation = serializable
            ``                                       | set session characteristics as transaction read only
            ``                                       | set local transaction isolation level serializable
            ``                                       | set constraints all immediate
            ``                                       | discard temp
            """)
    void commands(String expected, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertEquals(expected, changes(s.settings()));
        assertTrue(s.parsed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', emptyValue = "", textBlock = """
            app.tenant_id SET_CONFIG [t2] TRANSACTION    ¦ select set_config(U&'app.tenant!005fid' uescape '!', 't2', true)
            app.tenant_id SET_CONFIG [t2] SESSION        ¦ select pg_catalog.set_config(E'app.tenant\\x5fid', $$t2$$, false)
            app.tenant_id SET_CONFIG [t2] TRANSACTION    ¦ select U&"set\\005fconfig" ('APP.tenant_id'::text, 't2'::varchar, 't')
            app.x SET_CONFIG PARAMETER 1 TRANSACTION     ¦ select set_config('app.x', $1, true)
            app.x SET_CONFIG PARAMETER 1 TRANSACTION     ¦ select set_config('app.x', $1::text, true)
            app.x SET_CONFIG PARAMETER 1 TRANSACTION     ¦ select set_config('app.x', cast($1 as pg_catalog.text), 'on'::bool)
            app.x SET_CONFIG PARAMETER 2 PARAMETER 3     ¦ select set_config('app.x', (($2)::character varying)::text, $3)
            app.x SET_CONFIG PARAMETER 1 PARAMETER 2     ¦ select set_config('app.x', ?, ?::boolean)
            app.x SET_CONFIG PARAMETER 2 SESSION         ¦ select a ?? 'b', ?, set_config('app.x', ?, false)
            app.x SET_CONFIG PARAMETER 1 SESSION; app.y SET_CONFIG PARAMETER 2 TRANSACTION ¦ select set_config('app.x', ?, false), set_config('app.y', ?, true)
            app.x SET_CONFIG [it's] TRANSACTION          ¦ select set_config('app.x', 'it''s', true) from t
            app.x SET_CONFIG [5] TRANSACTION             ¦ select set_config('app.x', 5::text, 1::bool)
            app.x SET_CONFIG [true] TRANSACTION          ¦ select set_config('app.x', true::text, true)
            app.x SET_CONFIG DEFAULT SESSION             ¦ select set_config('app.x', null, null)
            app.x SET_CONFIG [a] TRANSACTION             ¦ select set_config(new_value => 'a', is_local := true, setting_name => 'app.x')
            app.x SET_CONFIG [a] TRANSACTION             ¦ select set_config('app.x' collate "C", text 'a', boolean 'yes')
            app.x SET_CONFIG [a] SESSION                 ¦ select set_config('app.x'::name, ('a'), ('f'))
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', lower('a, b'), true)
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', $1::uuid::text, true)
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', 'abc'::varchar(2), true)
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', 'a' || $1, true)
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', (select 'a'), true)
            app.x SET_CONFIG UNKNOWN TRANSACTION         ¦ select set_config('app.x', x, true) from t
            app.x SET_CONFIG UNKNOWN UNKNOWN             ¦ select set_config('app.x', f(1, 2), x = 1)
            app.x SET_CONFIG [a] UNKNOWN                 ¦ select set_config('app.x', 'a', not false)
            null SET_CONFIG [a] TRANSACTION              ¦ select set_config('app.' || 'x', 'a', true)
            null SET_CONFIG [a] TRANSACTION              ¦ select set_config($1, 'a', true)
            null SET_CONFIG UNKNOWN UNKNOWN              ¦ update pg_settings set setting = 'a' where name = 'app.x'
            null SET_CONFIG UNKNOWN UNKNOWN              ¦ execute p
            app.y SET_CONFIG [b] SESSION; app.x SET_CONFIG UNKNOWN TRANSACTION ¦ select set_config('app.x', set_config('app.y', 'b', false), true)
            role SET_CONFIG [bob] TRANSACTION            ¦ with q as (select set_config('role', 'bob', true)) select * from q
            app.x SET_CONFIG [a] TRANSACTION             ¦ select * from set_config('app.x', 'a', true) c (v)
            ``                                           ¦ select app.set_config('app.x', 'a', true)
            ``                                           ¦ select 'set_config(''app.x'', ''a'', true)'
            ``                                           ¦ select set_config from t
            """)
    void functions(String expected, String sql) {
        SqlStatement s = SqlStatement.parse(sql);
        assertEquals(expected, changes(s.settings()));
        assertTrue(s.parsed());
    }

    @Test
    void theTextOfALiteralIsInNoPrint() {
        SettingChange change =
                SqlStatement.parse("set app.x = 'secret'").settings().get(0);
        assertFalse(change.toString().contains("secret"));
        assertTrue(change.value().is("secret"));
        assertFalse(change.value().is("Secret"));
        assertFalse(SettingValue.UNKNOWN.is("secret"));
        assertEquals(
                change, SqlStatement.parse("SET app.x TO E'secret'").settings().get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1", "insert into t values (1)", "begin", "create table t (a int)"})
    void noChangeIsNoObject(String sql) {
        assertTrue(SqlStatement.parse(sql).settings() == List.<SettingChange>of());
        assertTrue(SqlStatement.parse(sql).settingsInText() == List.<SettingChange>of());
    }

    // ---------------------------------------------------------------- programs

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', emptyValue = "", textBlock = """
            app.x SET [a] TRANSACTION        ¦ begin set local app.x = 'a'; end
            app.x SET [a] SESSION            ¦ declare i int := 1; begin <<l>> set "app"."x" to 'a'; end
            app.x SET [a] SESSION            ¦ begin if true then set U&"app!002ex" uescape '!' = $q$a$q$; end if; end
            app.x SET [a] SESSION            ¦ begin for i in 1..2 loop set/* */app . x=a; end loop; exception when others then null; end
            app.x SET_CONFIG [a] SESSION     ¦ begin perform pg_catalog."set_config" (U&'app!002ex' uescape '!', 'a', false); end
            app.x SET_CONFIG UNKNOWN TRANSACTION ¦ declare v text := set_config('app.x', w, true); begin end
            app.x SET_CONFIG [a] TRANSACTION ¦ begin v := (select set_config(E'app\\x2ex', 'a', true)); end
            app.x SET [a] SESSION            ¦ begin execute 'set app.x = ''a'''; end
            app.x SET UNKNOWN TRANSACTION    ¦ begin execute 'set local app.x = ' || quote_literal(v); end
            app.x SET UNKNOWN SESSION        ¦ begin execute format('set app.x to %L', v); end
            app.x SET_CONFIG PARAMETER 1 TRANSACTION ¦ begin execute $e$select set_config('app.x', $1, true)$e$ using v; end
            app.x SET [a] SESSION            ¦ begin q := E'\\x53ET app.x = \\'a\\''; execute q; end
            app.x SET [a] SESSION            ¦ begin execute 'do $i$ begin execute ''set app.x = a''; end $i$'; end
            app.x RESET DEFAULT SESSION      ¦ begin reset app.x; end
            null RESET_ALL DEFAULT SESSION   ¦ begin reset all; end
            role SET_ROLE [bob] TRANSACTION  ¦ begin set local role bob; end
            app.x SET [a] SESSION; app.y SET [b] SESSION ¦ begin case when x then set app.x = a; else set app.y = b; end case; end
            ``                               ¦ begin update t set app.x = 'a'; insert into u values (1) on conflict (id) do update set app.x = 'a'; end
            ``                               ¦ begin /* set app.x = 'a'; */ null; -- set app.x = 'a';
            ``                               ¦ begin raise notice 'set app.x = %', v; raise exception using message = 'reset app.x'; end
            ``                               ¦ begin alter role bob set app.x = 'a'; end
            ``                               ¦ begin perform current_setting('app.x'), app.set_config('app.x', 'a', true); end
            ``                               ¦ begin execute 'select ' || 'set_config(' || quote_literal(n); end
            """)
    void bodiesOfDo(String expected, String body) {
        for (String sql : List.of(
                "do $$ " + body.replace("$q$", "$r$") + " $$",
                "do language plpgsql '" + body.replace("'", "''") + "'",
                "do E'" + body.replace("\\", "\\\\").replace("'", "\\'") + "' language \"plpgsql\"",
                "create or replace function f() returns void as $body$ " + body + " $body$ language plpgsql")) {
            SqlStatement s = SqlStatement.parse(sql);
            assertEquals(expected, changes(s.settingsInText()), sql);
            assertTrue(s.parsed());
        }
    }

    @Test
    void doMaySetAnythingBesides() {
        SqlStatement s = SqlStatement.parse("do 'begin set app.x = 1; end'");
        assertEquals("null SET_CONFIG UNKNOWN UNKNOWN", changes(s.settings()));
        assertTrue(s.settings().get(0).isOnlyPossible());
        assertEquals(
                List.of(),
                SqlStatement.parse("create function f() returns void language sql as 'set app.x = 1'")
                        .settings());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "do language plpython3u 'plpy.execute(\"set app.x = ''a''\")'",
                "do language plpython3u $$plpy.execute('set app.x = %s' % v)  # it's$$",
                "do language plperlu $$ spi_exec_query(q{set app.x = 'a'}); $$",
                "do language pltcl $$ spi_exec \"select set_config('app.x', 'a', true)\" $$",
                "do $$ x = 'it is not closed; execute 'set app.x = 1' $$ language plv8"
            })
    void otherLanguages(String sql) {
        List<SettingChange> changes = SqlStatement.parse(sql).settingsInText();
        assertTrue(changes.stream().anyMatch(c -> "app.x".equals(c.name())), changes.toString());
    }

    @Test
    void whatAProgramReadsAndCalls() {
        ProgramText text = ProgramText.read(
                "declare x text := current_setting(U&'app!002ex' uescape '!', true); begin"
                        + " if \"F\"(1) > app.lower(2) then execute 'select g(current_setting(''App.Y''))'; end if; -- h()\n"
                        + " return lower(x); end",
                "plpgsql",
                false);
        assertEquals(List.of("app.x", "app.y"), List.copyOf(text.settingsRead()));
        assertTrue(
                text.calls().containsAll(List.of("F", "lower", "g")),
                text.calls().toString());
        assertFalse(text.calls().contains("h"));
        assertTrue(text.settings().isEmpty());
    }
}
