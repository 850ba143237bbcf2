package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.sql.Identifiers;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server says of single names, as a role that may do nothing but look. */
class NamedRelationsTest {

    private static final String SCHEMA = """
            do $do$
            begin
              if not exists (select from pg_roles where rolname = 'named_app') then
                create role named_app login;
              end if;
            end $do$;
            create schema app;
            create schema closed;
            create schema "Odd.Schema";
            grant usage, create on schema app to named_app;
            create table app.invoices (id bigint primary key, tenant_id text, amount int);
            alter table app.invoices enable row level security;
            create table app.customers (id bigint primary key, tenant_id uuid);
            create table app.countries (id int);
            create table public.countries (id int);
            create table public.users (id int, tenant_id text);
            create table closed.secrets (id int, tenant_id text);
            create table "Odd.Schema"."T""x" (id int, tenant_id text);
            create table app.root (id int);
            create table app.leaf (tenant_id text) inherits (app.root);
            create table app.parts (id int, day int) partition by list (day);
            create table app.parts_1 partition of app.parts for values in (1);
            alter table app.parts_1 enable row level security;
            create view app.v1 as select i.amount from app.invoices i join app.countries c on c.id = i.amount;
            create view app.v2 as select v1.amount, u.id from app.v1, public.users u;
            create materialized view app.m as select v2.amount from app.v2 join app.customers c on c.id = 1 with no data;
            create rule copied as on insert to app.countries do also insert into public.users values (new.id, 'x');
            grant all on all tables in schema app to named_app;
            """;

    private static final CatalogOptions OPTIONS = CatalogOptions.DEFAULT;

    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    private static Connection connect(int major, String role) throws SQLException {
        String database = DATABASES.computeIfAbsent(major, m -> {
            try {
                PostgresServer server = PostgresServer.get(m);
                String name = server.createDatabase("named");
                try (Connection c = server.superuser(name);
                        Statement s = c.createStatement()) {
                    s.execute(SCHEMA);
                }
                return name;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        Connection c = PostgresServer.get(major).connect(database, role);
        execute(c, "set search_path to app, public");
        return c;
    }

    private static void execute(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement()) {
            s.execute(sql);
        }
    }

    private static Resolution ask(Connection c, String sql) throws SQLException {
        SqlStatement statement = SqlStatement.parse(sql);
        return Catalog.readNamed(c, OPTIONS, statement.relations()).resolve(statement, null);
    }

    private static void assertTouches(Connection c, String sql, String... tables) throws SQLException {
        Resolution resolution = ask(c, sql);
        assertEquals(List.of(tables), resolution.tables(), sql);
        assertEquals(List.of(), resolution.unknown(), sql);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void tablesAndWhatLiesBelow(int major) throws SQLException {
        try (Connection c = connect(major, "named_app")) {
            assertTouches(c, "select * from invoices", "app.invoices");
            assertTouches(c, "select * from v2", "app.invoices", "public.users");
            assertTouches(c, "select * from m", "app.customers", "app.invoices", "public.users");
            assertTouches(c, "select * from root", "app.leaf");
            assertTouches(c, "select * from parts", "app.parts_1");
            assertTouches(c, "select * from parts_1", "app.parts_1");
            assertEquals(
                    "app.parts",
                    ask(c, "select * from parts_1").touched().get(0).parent());
            assertTouches(c, "select * from countries");
            assertTouches(c, "insert into countries values (1)", "public.users");
            assertTouches(c, "select * from pg_class, information_schema.tables");
            assertTouches(c, "select * from \"Odd.Schema\".\"T\"\"x\"", "Odd.Schema.T\"x");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void temporaryRelationsOfTheSession(int major) throws SQLException {
        try (Connection c = connect(major, "named_app");
                Connection other = connect(major, "named_app")) {
            execute(c, "create temp table mine (tenant_id text)");
            execute(c, "create temp view through as select * from invoices");
            execute(c, "create temp view countries as select * from customers");
            assertTouches(c, "select * from mine");
            assertTouches(c, "select * from pg_temp.mine");
            assertTouches(c, "select * from through", "app.invoices");
            assertTouches(c, "select * from pg_temp.through", "app.invoices");
            assertTouches(c, "select * from countries", "app.customers");
            assertTouches(c, "select * from app.countries");
            assertEquals(List.of("mine"), ask(other, "select * from mine").unknown());
            assertEquals(
                    List.of("pg_temp.through"),
                    ask(other, "select * from pg_temp.through").unknown());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatHoldsAtThisMoment(int major) throws SQLException {
        try (Connection c = connect(major, "named_app");
                Connection owner = connect(major, "postgres")) {
            assertEquals(List.of("fresh"), ask(c, "select * from fresh").unknown());
            execute(owner, "create table public.fresh (id int, tenant_id text)");
            assertTouches(c, "select * from fresh", "public.fresh");

            owner.setAutoCommit(false);
            execute(owner, "alter table app.countries enable row level security");
            assertTouches(owner, "select * from countries", "app.countries");
            assertTouches(c, "select * from countries");
            owner.rollback();

            execute(c, "select set_config('search_path', 'public', false)");
            assertTouches(c, "select * from fresh", "public.fresh");
            assertEquals(List.of("invoices"), ask(c, "select * from invoices").unknown());
            assertTouches(c, "select * from app.invoices", "app.invoices");
        } finally {
            try (Connection owner = connect(major, "postgres")) {
                execute(owner, "drop table if exists public.fresh");
            }
        }
    }

    /** A name that may not be used fails in the application's statement, not in ours before it. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void schemasWithoutARight(int major) throws SQLException {
        try (Connection c = connect(major, "named_app")) {
            c.setAutoCommit(false);
            assertTouches(c, "select * from closed.secrets", "closed.secrets");
            execute(c, "select 1");
        }
    }

    /** For every relation of the snapshot both say the same. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void asTheWholeCatalogSays(int major) throws SQLException {
        try (Connection c = connect(major, "named_app")) {
            Catalog all = Catalog.read(c, OPTIONS);
            List<String> path = List.of("pg_catalog", "app", "public");
            List<String> compared = new ArrayList<>();
            for (CatalogTable table : all.tables()) {
                for (String sql : List.of(
                        "select * from " + table.quotedName(),
                        "delete from " + table.quotedName(),
                        "select * from " + Identifiers.quote(table.name()))) {
                    SqlStatement statement = SqlStatement.parse(sql);
                    Resolution named = ask(c, sql);
                    Resolution whole = all.resolve(statement, path);
                    assertEquals(whole.tables(), named.tables(), sql);
                    assertEquals(whole.unknown(), named.unknown(), sql);
                    assertEquals(whole.writes(), named.writes(), sql);
                    compared.add(sql);
                }
            }
            assertTrue(compared.size() >= 36, compared::toString);
        }
    }
}
