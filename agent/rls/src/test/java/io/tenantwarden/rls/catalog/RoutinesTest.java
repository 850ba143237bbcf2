package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose rights functions have, which of them choose the tenant themselves, and those that are newer than the snapshot. */
class RoutinesTest {

    private static final List<String> PATH = List.of("pg_catalog", "public");

    private static final String SCHEMA = """
            do $do$
            declare r text;
            begin
              foreach r in array array['rout_owner', 'rout_app', 'rout_bypass', 'rout_member', 'rout_other'] loop
                if not exists (select from pg_roles where rolname = r) then
                  execute format('create role %I login', r);
                end if;
              end loop;
            end $do$;
            alter role rout_bypass bypassrls;
            grant rout_owner to rout_member;
            grant all on schema public to public;
            set role rout_owner;
            create table forced (id int, tenant_id text);
            alter table forced enable row level security;
            alter table forced force row level security;
            create policy p on forced using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
            create table unforced (id int, tenant_id text);
            alter table unforced enable row level security;
            create policy p on unforced using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
            create table plain (id int, tenant_id text);
            grant all on forced, unforced, plain to public;
            reset role;
            create function of_all() returns bigint language sql security definer
              as 'select count(*) from forced, unforced, plain';
            create function of_all_as(owner text) returns bigint language sql as 'select of_all()';
            create function inner_read() returns bigint language sql as 'select count(*) from forced';
            create function outer_definer() returns bigint language sql security definer as 'select inner_read()';
            alter function outer_definer() owner to rout_bypass;
            create function scoped(t text) returns bigint language plpgsql as $$
              begin perform set_config('app.tenant_id', t, true); return (select count(*) from forced); end $$;
            create function set_tenant(t text) returns void language plpgsql as $$
              begin perform set_config('App.Tenant_Id', t, true); end $$;
            create function scoped_by_helper(t text) returns bigint language plpgsql as $$
              begin perform set_tenant(t); return (select count(*) from forced); end $$;
            create function scoped_by_setting() returns bigint language sql set app.tenant_id = 'a'
              as 'select count(*) from forced';
            create function other_setting(t text) returns bigint language plpgsql as $$
              begin perform set_config('app.language', t, true); return (select count(*) from forced); end $$;
            create function clears() returns bigint language plpgsql as $$
              begin perform set_config('app.tenant_id', '', true); return (select count(*) from forced); end $$;
            """;

    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    private static String database(int major) {
        return DATABASES.computeIfAbsent(major, m -> {
            try {
                PostgresServer server = PostgresServer.get(m);
                String name = server.createDatabase("routines");
                try (Connection c = server.superuser(name);
                        Statement s = c.createStatement()) {
                    s.execute(SCHEMA);
                }
                return name;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Resolution behind(Catalog catalog, String sql) {
        return catalog.behind(SqlStatement.parse(sql), PATH, null);
    }

    private static Catalog catalog(int major) throws SQLException {
        // as a role that may do nothing but look
        try (Connection c = PostgresServer.get(major).connect(database(major), "rout_app")) {
            return Catalog.read(c, CatalogOptions.DEFAULT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void anOwnerWhomPoliciesDoNotFilterIsAnExit(int major) throws Exception {
        for (String[] each : new String[][] {
            {"rout_bypass", "public.forced,public.plain,public.unforced", ""},
            {"postgres", "public.forced,public.plain,public.unforced", ""},
            {"rout_owner", "public.unforced", "public.forced,public.plain"},
            {"rout_member", "public.unforced", "public.forced,public.plain"},
            {"rout_other", "", "public.forced,public.plain,public.unforced"}
        }) {
            try (Connection c = PostgresServer.get(major).superuser(database(major));
                    Statement s = c.createStatement()) {
                s.execute("alter function of_all() owner to " + each[0]);
            }
            Catalog catalog = catalog(major);
            for (String sql : List.of("select of_all()", "select of_all_as('x')")) {
                Resolution lies = behind(catalog, sql);
                assertEquals(each[2], String.join(",", lies.tables()), each[0] + ": " + sql);
                assertEquals(each[1].isEmpty() ? 0 : 1, lies.exits().size(), each[0]);
                for (FunctionExit exit : lies.exits()) {
                    assertEquals("public.of_all()", exit.function());
                    assertEquals(each[0], exit.owner());
                    assertEquals(each[1], String.join(",", exit.tables()));
                }
                Resolution strict = lies.withExits(catalog);
                assertEquals(List.of("public.forced", "public.plain", "public.unforced"), strict.tables());
                assertFalse(strict.functions().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theRightsOfADefinerHoldForWhatItCalls(int major) throws Exception {
        Catalog catalog = catalog(major);
        Resolution lies = behind(catalog, "select outer_definer()");
        assertEquals(List.of(), lies.tables());
        assertEquals("public.outer_definer()", lies.exits().get(0).function());
        Resolution both = behind(catalog, "select outer_definer(), inner_read()");
        assertEquals(List.of("public.forced"), both.tables(), "called by itself it has the caller's");
        assertEquals(List.of("function public.inner_read()"), both.functions());
        assertEquals(1, both.exits().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aBodyThatChoosesTheTenantDoesNotCount(int major) throws Exception {
        Catalog catalog = catalog(major);
        for (String sql : List.of("select scoped('a')", "select scoped_by_helper('a')", "select scoped_by_setting()")) {
            assertEquals(List.of(), behind(catalog, sql).tables(), sql);
        }
        for (String sql : List.of("select scoped('a')", "select scoped_by_helper('a')", "select clears()")) {
            assertEquals(List.of("app.tenant_id"), behind(catalog, sql).changedSettings(), sql);
        }
        for (String sql : List.of("select other_setting('a')", "select clears()", "select inner_read()")) {
            assertEquals(List.of("public.forced"), behind(catalog, sql).tables(), sql);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatTheSnapshotDoesNotHaveIsAskedFor(int major) throws Exception {
        try (Connection c = PostgresServer.get(major).superuser(database(major));
                Statement s = c.createStatement()) {
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            c.setAutoCommit(false);
            s.execute("create function newest() returns bigint language sql as 'select inner_read()'");
            s.execute("create function newer() returns bigint language sql as 'select newest()'");
            s.execute(
                    "create or replace function inner_read() returns bigint language sql as 'select count(*) from unforced'");
            SqlStatement sql = SqlStatement.parse("select newer(), pg_stat_get_numscans(1259), no_such_function()");
            Resolution before = catalog.behind(sql, PATH, null);
            assertFalse(before.touches());
            assertEquals(List.of("newer", "no_such_function"), before.unknownFunctions());
            NamedFunctions newer = NamedFunctions.read(c, catalog, Set.copyOf(before.unknownFunctions()));
            assertTrue(newer.foundAny());
            assertFalse(newer.foundAll());
            Resolution after = catalog.behind(sql, PATH, newer);
            assertEquals(List.of("public.unforced"), after.tables(), "what they call counts as it is now");
            assertEquals(List.of(), after.unknownFunctions());
            assertEquals(Set.of("newer", "no_such_function"), NamedFunctions.calledBy(sql, catalog));
            c.rollback();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aStatementThatNamesTheTableItselfDoesNotReachItThroughAFunction(int major) throws Exception {
        Catalog catalog = catalog(major);
        SqlStatement sql = SqlStatement.parse("select inner_read() from forced");
        Resolution all = catalog.resolve(sql, PATH).with(catalog.behind(sql, PATH, null));
        assertEquals(List.of("public.forced"), all.tables());
        assertEquals(List.of(), all.functions());
        SqlStatement more = SqlStatement.parse("select inner_read() from unforced");
        all = catalog.resolve(more, PATH).with(catalog.behind(more, PATH, null));
        assertEquals(List.of("public.forced", "public.unforced"), all.tables());
        assertEquals(List.of("function public.inner_read()"), all.functions());
    }
}
