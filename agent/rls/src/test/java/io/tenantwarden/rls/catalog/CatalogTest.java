package io.tenantwarden.rls.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.audit.Audit;
import io.tenantwarden.rls.audit.AuditOptions;
import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.sql.SqlStatement;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads real catalogs, as a role that may do nothing but look. */
class CatalogTest {

    private static final String ROLES = """
            do $do$
            declare r text;
            begin
              foreach r in array array['cat_owner', 'cat_app', 'cat_member', 'cat_noinherit', 'cat_bypass', 'Cat "Odd"'] loop
                if not exists (select from pg_roles where rolname = r) then
                  execute format('create role %I login', r);
                end if;
              end loop;
            end $do$;
            alter role cat_bypass bypassrls;
            alter role cat_noinherit noinherit;
            grant cat_owner to cat_member;
            grant cat_member to "Cat ""Odd""\";
            grant cat_owner to cat_noinherit;
            """;

    private static final String SCHEMA = """
            create schema app authorization cat_owner;
            create schema auth authorization cat_owner;
            create schema "Odd.Schema" authorization cat_owner;
            set role cat_owner;
            create function app.inner_tenant() returns text language plpgsql stable
              as $$ begin return nullif(current_setting('app.Deep', true), ''); end $$;
            create function app.tenant() returns text language sql stable as 'select app.inner_tenant()';
            create table app.invoices (id bigint primary key, tenant_id text, amount int);
            alter table app.invoices enable row level security;
            alter table app.invoices force row level security;
            create policy tenant on app.invoices
              using (tenant_id = nullif(current_setting('App.Tenant_Id', true), '')) with check (true);
            create policy audit on app.invoices as restrictive for select to cat_app, cat_bypass using (tenant_id = app.tenant());
            create table app.customers (id bigint primary key, tenant_id uuid);
            alter table app.customers enable row level security;
            create table app.settings (id int, organisation_id int);
            create table app.countries (id int);
            create table app.users (id int, tenant_id text);
            create table auth.users (id int);
            create table "Odd.Schema"."T""x" (id int, tenant_id text);
            create table app.events (id int, tenant_id text, day int) partition by list (day);
            create table app.events_1 partition of app.events for values in (1);
            create table app.root (id int);
            create table app.leaf (tenant_id text) inherits (app.root);
            create view app.v1 as select i.amount from app.invoices i join app.countries c on c.id = i.amount;
            create view app.v2 as select v1.amount, u.id from app.v1, auth.users u;
            create materialized view app.m as select v2.amount from app.v2 join app.customers c on c.id = v2.id with no data;
            create view app.plain as select * from app.countries;
            create table app.log (id int);
            create rule copied as on insert to app.countries do also insert into app.users values (new.id, 'x');
            create sequence app.numbers;
            """;

    private static final CatalogOptions OPTIONS =
            new CatalogOptions(List.of("tenant_id", "organisation_id"), List.of("app.log*"), List.of("*.settings"));

    private static final Duration ENOUGH = Duration.ofSeconds(20);

    private static final Map<Integer, String> DATABASES = new ConcurrentHashMap<>();

    private static final List<String> PATH = List.of("pg_catalog", "app", "public");

    private static String database(int major) {
        return DATABASES.computeIfAbsent(major, m -> {
            try {
                PostgresServer server = PostgresServer.get(m);
                String name = server.createDatabase("catalog");
                try (Connection c = server.superuser(name);
                        Statement s = c.createStatement()) {
                    s.execute(ROLES);
                    s.execute(SCHEMA);
                }
                return name;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Connection connect(int major, String role) throws SQLException {
        return PostgresServer.get(major).connect(database(major), role);
    }

    private static Catalog catalog(int major) throws SQLException {
        try (Connection c = connect(major, "cat_app")) {
            return Catalog.read(c, OPTIONS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void tables(int major) throws SQLException {
        Catalog catalog = catalog(major);
        assertEquals(database(major), catalog.database());
        assertEquals(major, catalog.serverVersion() / 10000);
        assertFalse(catalog.isEmpty());
        assertEquals(
                List.of(
                        "Odd.Schema.T\"x",
                        "app.customers",
                        "app.events",
                        "app.events_1",
                        "app.invoices",
                        "app.leaf",
                        "app.log",
                        "app.users"),
                catalog.protectedTables().stream()
                        .map(CatalogTable::qualifiedName)
                        .toList());
        assertEquals(8, catalog.protectedCount());
        assertEquals(2, catalog.rlsCount());
        assertEquals(1, catalog.forceCount());

        CatalogTable invoices = catalog.table("app", "invoices");
        assertEquals(CatalogTable.Kind.TABLE, invoices.kind());
        assertEquals("cat_owner", invoices.owner());
        assertTrue(invoices.rls() && invoices.forced());
        assertEquals("tenant_id", invoices.tenantColumn());
        assertEquals(CatalogTable.Protection.RLS, invoices.protection());
        assertEquals("uuid", catalog.table("app", "customers").tenantColumnType());
        assertEquals(
                CatalogTable.Protection.EXCLUDED,
                catalog.table("app", "settings").protection());
        assertEquals("organisation_id", catalog.table("app", "settings").tenantColumn());
        assertEquals(
                CatalogTable.Protection.INCLUDED, catalog.table("app", "log").protection());
        assertEquals(
                CatalogTable.Protection.NONE, catalog.table("app", "countries").protection());
        assertEquals("app.events", catalog.table("app", "events_1").parent());
        assertEquals(List.of("app.events_1"), catalog.table("app", "events").children());
        assertEquals(
                "\"Odd.Schema\".\"T\"\"x\"", catalog.table("Odd.Schema", "T\"x").quotedName());
        assertNull(catalog.table("pg_catalog", "pg_class"));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void policies(int major) throws SQLException {
        Catalog catalog = catalog(major);
        List<Policy> policies = catalog.table("app", "invoices").policies();
        assertEquals(
                List.of("audit", "tenant"), policies.stream().map(Policy::name).toList());
        Policy audit = policies.get(0);
        assertEquals("SELECT", audit.command());
        assertFalse(audit.permissive());
        assertEquals(Set.of("cat_app", "cat_bypass"), Set.copyOf(audit.roles()));
        assertNull(audit.check());
        assertEquals(Set.of("app.deep"), audit.gucs(), "through two functions");
        Policy tenant = policies.get(1);
        assertEquals("ALL", tenant.command());
        assertTrue(tenant.permissive());
        assertEquals(List.of("public"), tenant.roles());
        assertTrue(tenant.using().contains("current_setting"));
        assertEquals("true", tenant.check());
        assertEquals(1, catalog.policiesMentioning("APP.tenant_id"));
        assertEquals(0, catalog.policiesMentioning("app.other"));
        assertEquals(Set.of("app.deep", "app.tenant_id"), catalog.gucsInPolicies());
    }

    /** Holds an ACCESS EXCLUSIVE lock, as a migration does, until it is closed. */
    private static Connection locking(int major, String database, String table) throws SQLException {
        Connection c = PostgresServer.get(major).superuser(database);
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
            s.execute("lock table " + table + " in access exclusive mode");
        }
        return c;
    }

    private static String lockTimeout(Connection c) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("select current_setting('lock_timeout')")) {
            rs.next();
            return rs.getString(1);
        }
    }

    private static final String LOCKABLE = """
            create table t1 (tenant_id text);
            create table t2 (tenant_id text);
            create table t3 (tenant_id text);
            create table members (tenant_id text);
            create function member() returns text language sql stable
              return (select m.tenant_id || current_setting('app.member') from members m limit 1);
            create function outer_member() returns text language plpgsql stable as 'begin return member(); end';
            create policy p on t1 using (tenant_id = current_setting('app.t'));
            create policy p on t2 using (tenant_id = current_setting('app.t'));
            create policy p on t3 using (tenant_id = (select m.tenant_id from members m limit 1));
            create policy q on t3 using (tenant_id = outer_member());
            alter table t1 enable row level security;
            alter table t2 enable row level security;
            alter table t3 enable row level security;
            """;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void doesNotWaitForTablesThatAnotherSessionHasLocked(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("locked");
        String using = "(tenant_id = current_setting('app.t'::text))";
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute(LOCKABLE);
            s.execute("set lock_timeout = '77s'"); // in autocommit the query's own value ends with it
            Catalog before = Catalog.read(c, OPTIONS);
            assertEquals(List.of(), before.unreadPolicies());
            assertEquals("77s", lockTimeout(c));

            for (boolean autocommit : new boolean[] {true, false}) {
                c.setAutoCommit(autocommit);
                try (Connection other = locking(major, database, "t1")) {
                    Catalog locked = assertTimeoutPreemptively(ENOUGH, () -> Catalog.read(c, OPTIONS));
                    assertEquals(List.of(), locked.unreadPolicies(), "t2 has the same policy");
                    assertEquals(
                            using, locked.table("public.t1").policies().get(0).using());
                    other.rollback(); // closing alone gives the locks back a moment later
                }
                if (!autocommit) {
                    c.rollback(); // else the migration would wait for what was read
                }
                try (Connection other = locking(major, database, "t1, t2, members")) {
                    if (!autocommit) {
                        s.execute("set local lock_timeout = '88s'");
                    }
                    Catalog locked = assertTimeoutPreemptively(ENOUGH, () -> Catalog.read(c, OPTIONS));
                    assertEquals(List.of("public.t1", "public.t2", "public.t3"), locked.unreadPolicies());
                    assertEquals(before.protectedCount(), locked.protectedCount());
                    assertEquals(3, locked.rlsCount());
                    Policy p = locked.table("public.t1").policies().get(0);
                    assertEquals("p", p.name());
                    assertNull(p.using());
                    assertEquals(
                            "(tenant_id = public.outer_member())",
                            locked.table("public.t3").policies().get(1).using());
                    assertEquals(0, locked.policiesMentioning("app.member"));
                    other.rollback();
                }
                Catalog after = Catalog.read(c, OPTIONS);
                assertEquals(before.tables(), after.tables());
                assertEquals(2, after.policiesMentioning("app.t"));
                assertEquals(1, after.policiesMentioning("app.member"), "through a parsed body");
                assertEquals(List.of(), after.unreadPolicies());
                assertEquals(autocommit ? "77s" : "88s", lockTimeout(c));
                if (!autocommit) {
                    s.execute("lock table t1, t2, members in access exclusive mode");
                    assertEquals(before.tables(), Catalog.read(c, OPTIONS).tables(), "the session's own locks");
                    c.rollback();
                    assertEquals("77s", lockTimeout(c));
                }
            }
        }
    }

    /** The operator is looked up when the policy is printed, and nothing shows before that it will be. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void waitsNotLongForALockThatCouldNotBeForeseen(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("locked");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute(LOCKABLE);
            Catalog.read(c, OPTIONS);
            lockTimeout(c);
            try (Connection other = server.superuser(database);
                    Statement o = other.createStatement()) {
                o.execute("alter policy p on t1 using (tenant_id like 'x')");
            }
            try (Connection other = locking(major, database, "pg_catalog.pg_operator")) {
                SQLException e = assertTimeoutPreemptively(
                        ENOUGH, () -> assertThrows(SQLException.class, () -> Catalog.read(c, OPTIONS)));
                assertEquals("55P03", e.getSQLState(), e.getMessage());
            }
            assertEquals("0", lockTimeout(c));
            assertEquals(List.of(), Catalog.read(c, OPTIONS).unreadPolicies());
        }
    }

    private static String resolve(Catalog catalog, String sql, List<String> path) {
        Resolution r = catalog.resolve(SqlStatement.parse(sql), path);
        return String.join(" ", r.tables())
                + (r.writes() ? " written" : "")
                + (r.assumed() ? " assumed" : "")
                + (r.unknown().isEmpty() ? "" : " unknown " + r.unknown());
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void resolves(int major) throws SQLException {
        Catalog c = catalog(major);
        assertEquals("app.invoices", resolve(c, "select * from Invoices", PATH));
        assertEquals("app.invoices", resolve(c, "select * from app.v1", PATH), "view");
        assertEquals("app.invoices", resolve(c, "select * from v2, countries", PATH));
        assertEquals("app.customers app.invoices", resolve(c, "refresh materialized view m", PATH), "view over views");
        assertEquals(
                "app.invoices app.users written",
                resolve(c, "update v1 set amount = 1", PATH),
                "which table below a view is changed is not asked: the rule of the other one counts");
        assertEquals("app.users written", resolve(c, "insert into countries values (1)", PATH), "rule");
        assertEquals("", resolve(c, "select * from countries", PATH), "the rule is for INSERT");
        assertEquals("app.leaf", resolve(c, "select * from root", PATH), "children of an unprotected parent");
        assertEquals("app.events", resolve(c, "select * from events", PATH));
        assertEquals("app.users", resolve(c, "select * from users", PATH));
        assertEquals("", resolve(c, "select * from users", List.of("pg_catalog", "auth", "app")), "search path");
        assertEquals("", resolve(c, "select * from auth.users", null));
        assertEquals("app.users assumed", resolve(c, "select * from users", null));
        assertEquals("app.invoices", resolve(c, "select * from invoices", null));
        assertEquals("", resolve(c, "select * from plain, auth.users, settings", PATH));
        assertEquals(" unknown [fresh, public.invoices]", resolve(c, "select * from fresh, public.invoices", PATH));
        assertEquals(" unknown [invoices]", resolve(c, "select * from invoices", List.of("pg_catalog", "public")));
        assertEquals("app.invoices unknown [fresh]", resolve(c, "select * from fresh, invoices", PATH));
        assertEquals("", resolve(c, "select * from numbers, app.numbers", PATH), "sequence");
        assertEquals("app.invoices", resolve(c, "create table fresh as select * from invoices", PATH));
        assertEquals("app.customers app.users written", resolve(c, "delete from users using customers", PATH));
        assertEquals("Odd.Schema.T\"x", resolve(c, "table \"Odd.Schema\".\"T\"\"x\"", PATH));
        Resolution all = c.resolve(SqlStatement.parse("select 'broken"), PATH);
        assertEquals(c.protectedCount(), all.tables().size());
        assertTrue(all.assumed());
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void systemRelationsAreNeverProtected(int major) throws SQLException {
        Catalog c = catalog(major);
        for (String sql : List.of(
                "select 1",
                "select * from pg_class, pg_catalog.pg_roles, information_schema.tables, pg_toast.pg_toast_1",
                "select * from countries")) {
            Resolution r = c.resolve(SqlStatement.parse(sql), PATH);
            assertEquals(List.of(), r.unknown());
            if (!sql.contains("countries")) {
                assertSame(Resolution.NOTHING, r);
            }
        }
        // a temporary view may read protected tables; the snapshot is everybody's and has none
        assertEquals(
                " unknown [pg_temp.invoices, pg_temp_3.x]",
                resolve(c, "select * from pg_temp.invoices, pg_temp_3.x", PATH));
        assertSame(
                c.resolve(SqlStatement.parse("select * from invoices"), PATH),
                c.resolve(SqlStatement.parse("select 2 from app.invoices"), PATH),
                "prepared, not made anew");
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void enforcement(int major) throws SQLException {
        Catalog c = catalog(major);
        Resolution forced = c.resolve(SqlStatement.parse("select * from invoices"), PATH);
        Resolution notForced = c.resolve(SqlStatement.parse("select * from customers"), PATH);
        Resolution noRls = c.resolve(SqlStatement.parse("select * from users"), PATH);
        assertTrue(forced.rlsEnforced(Set.of("cat_owner")));
        assertFalse(notForced.rlsEnforced(Set.of("cat_owner", "x")));
        assertTrue(notForced.rlsEnforced(Set.of("cat_app")));
        assertFalse(noRls.rlsEnforced(Set.of("cat_app")));
        try (Connection bypass = connect(major, "cat_bypass");
                Connection app = connect(major, "cat_app")) {
            assertFalse(forced.rlsEnforced(RoleFacts.read(bypass)));
            assertTrue(forced.rlsEnforced(RoleFacts.read(app)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void readsInATransactionAndLeavesItAsItWas(int major) throws SQLException {
        try (Connection c = connect(major, "cat_app");
                Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            s.execute("set local app.x = 'kept'");
            assertEquals(8, Catalog.read(c, OPTIONS).protectedCount());
            RoleFacts.read(c);
            try (ResultSet rs = s.executeQuery("select current_setting('app.x'), txid_current_if_assigned() is null")) {
                rs.next();
                assertEquals("kept", rs.getString(1));
                assertTrue(rs.getBoolean(2));
            }
            c.rollback();
        }
    }

    /** Objects of the same names in a schema before pg_catalog must not answer in its place. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void searchPathCannotDeceive(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("deceiving");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("""
                    create schema evil;
                    create table public.secret (tenant_id text);
                    alter table public.secret enable row level security;
                    create policy p on public.secret using (tenant_id = current_setting('app.x', true));
                    create table evil.pg_class as select * from pg_catalog.pg_class where false;
                    create table evil.pg_policy as select oid, polname from pg_catalog.pg_policy where false;
                    create table evil.pg_roles as select rolname from pg_catalog.pg_roles where false;
                    create function evil.no(oid, oid) returns boolean language sql as 'select false';
                    create function evil.no(name, name) returns boolean language sql as 'select false';
                    create function evil.no("char", "char") returns boolean language sql as 'select false';
                    create operator evil.= (leftarg = oid, rightarg = oid, function = evil.no);
                    create operator evil.= (leftarg = name, rightarg = name, function = evil.no);
                    create operator evil.= (leftarg = "char", rightarg = "char", function = evil.no);
                    create function evil.current_database() returns name language sql as 'select ''evil''::name';
                    create function evil.current_schemas(boolean) returns name[] language sql as 'select array[]::name[]';
                    create function evil.pg_has_role(oid, text) returns boolean language sql as 'select false';
                    set search_path = evil, pg_catalog, public;
                    """);
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            assertEquals(database, catalog.database());
            assertEquals(1, catalog.rlsCount());
            assertEquals(Set.of("app.x"), catalog.gucsInPolicies());
            RoleFacts role = RoleFacts.read(c);
            assertEquals(List.of("evil", "pg_catalog", "public"), role.searchPath());
            assertTrue(role.roles().contains("postgres"));
            assertEquals(database, role.database());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void emptyDatabase(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = server.connect(server.createDatabase("empty"), "postgres")) {
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            assertTrue(catalog.isEmpty());
            assertEquals(List.of(), check(c, catalog));
            assertSame(Resolution.NOTHING, catalog.resolve(SqlStatement.parse("select 'broken"), null));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void roles(int major) throws SQLException {
        try (Connection c = connect(major, "Cat \"Odd\"");
                Statement s = c.createStatement()) {
            RoleFacts role = RoleFacts.read(c);
            assertEquals("Cat \"Odd\"", role.currentUser());
            assertEquals("Cat \"Odd\"", role.sessionUser());
            assertFalse(role.bypassesRls());
            assertEquals(Set.of("Cat \"Odd\"", "cat_member", "cat_owner"), role.roles());
            assertEquals(List.of("pg_catalog", "Cat \"Odd\"", "public"), role.searchPath());
            assertEquals(database(major), role.database());
            assertEquals(major, role.serverVersion() / 10000);
            try (ResultSet rs = s.executeQuery("select pg_backend_pid()")) {
                rs.next();
                assertEquals(rs.getInt(1), role.backendPid());
            }
            s.execute("set role cat_member; set search_path = app, missing, auth");
            role = RoleFacts.read(c);
            assertEquals("cat_member", role.currentUser());
            assertEquals("Cat \"Odd\"", role.sessionUser());
            assertEquals(List.of("pg_catalog", "app", "missing", "auth"), role.searchPath(), "it may be created");
        }
    }

    private static List<String> rules(int major, String role) throws SQLException {
        try (Connection c = connect(major, role)) {
            return check(c, Catalog.read(c, OPTIONS)).stream()
                    .map(f -> f.rule() + " " + f.level() + " " + f.object())
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void findings(int major) throws SQLException {
        List<String> tables = List.of(
                "WD004 WARN Odd.Schema.T\"x",
                "WD004 WARN app.events",
                "WD004 WARN app.leaf",
                "WD004 WARN app.users",
                "WD005 WARN app.customers");
        assertEquals(tables, rules(major, "cat_app"));
        assertEquals(tables, rules(major, "cat_noinherit"), "without its privileges a membership bypasses nothing");
        assertEquals(with("WD002 ERROR cat_bypass", tables), rules(major, "cat_bypass"));
        assertEquals(with("WD003 ERROR cat_owner", tables), rules(major, "cat_owner"));
        assertEquals(with("WD003 ERROR cat_member", tables), rules(major, "cat_member"));
        assertEquals(with("WD001 ERROR postgres", tables), rules(major, "postgres"));
    }

    private static List<String> with(String first, List<String> rest) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(first), rest.stream())
                .toList();
    }

    /** Whoever reads a fix pastes it: afterwards the finding is gone. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void fixesCanBePasted(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        database(major);
        String database = server.createDatabase("fixes");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("create schema \"Odd\" authorization cat_owner; set role cat_owner");
            for (int i = 0; i < 7; i++) {
                s.execute("create table \"Odd\".\"t " + i + "\" (\"tenant_id\" " + (i % 2 == 0 ? "uuid" : "varchar(9)")
                        + "); alter table \"Odd\".\"t " + i + "\" enable row level security");
            }
            s.execute("create table \"Odd\".open (tenant_id bigint)");
            List<Finding> findings = check(c, Catalog.read(c, CatalogOptions.DEFAULT));
            assertEquals(9, findings.size());
            Finding owner = findings.get(0);
            assertEquals("WD003", owner.rule());
            assertTrue(owner.message().contains("7 protected tables"), owner.message());
            assertTrue(owner.message().endsWith("Odd.t 4 and 2 more"), owner.message());
            for (int twice = 0; twice < 2; twice++) {
                for (Finding f : findings) {
                    s.execute(f.fix());
                }
            }
            assertEquals(List.of(), check(c, Catalog.read(c, CatalogOptions.DEFAULT)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void everyTextBeginsWithTheComment(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        try (Connection c = connect(major, "cat_app");
                Connection watcher = server.superuser(database(major));
                Statement s = watcher.createStatement()) {
            Catalog.read(c, OPTIONS);
            RoleFacts role = RoleFacts.read(c);
            try (ResultSet rs = s.executeQuery("select query from pg_stat_activity where pid = " + role.backendPid())) {
                rs.next();
                assertTrue(rs.getString(1).startsWith("/* tenant-warden */"), rs.getString(1));
            }
        }
        for (java.lang.reflect.Field f : CatalogQueries.class.getDeclaredFields()) {
            if (f.getType() == String.class && java.lang.reflect.Modifier.isStatic(f.getModifiers())) {
                f.setAccessible(true);
                try {
                    assertTrue(((String) f.get(null)).startsWith("/* tenant-warden */"), f.getName());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Expressions are printed once for each kind: never with the names of another table. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void alikePoliciesKeepTheirOwnNames(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("alike");
        try (Connection c = server.superuser(database);
                Statement s = c.createStatement()) {
            s.execute("create table other (tenant_id text, k int)");
            for (String t : List.of("aaa", "bbb")) {
                String column = t.equals("aaa") ? "tenant_id" : "customer";
                s.execute("create table " + t + " (" + column + " text, k int); create policy p1 on " + t + " using ("
                        + column + " = current_setting('app.x', true)); create policy p2 on " + t
                        + " using (exists (select from other o where o.k = " + t + ".k)); create policy p3 on " + t
                        + " using (" + t + " is not null); create policy p4 on " + t + " using (k = 1) with check (k = "
                        + (t.equals("aaa") ? 1 : 2) + ")");
            }
            s.execute("create table ccc (tenant_id text, k int); create policy p1 on ccc using (tenant_id ="
                    + " current_setting('app.x', true))");
            s.execute(
                    "create type mood as enum ('a'); create table moody (tenant_id mood); set search_path = public, pg_temp");
            Catalog catalog = Catalog.read(c, CatalogOptions.DEFAULT);
            assertEquals("public.mood", catalog.table("public", "moody").tenantColumnType());
            try (ResultSet rs = s.executeQuery("show search_path")) {
                rs.next();
                assertEquals("public, pg_temp", rs.getString(1), "as it was");
            }
            // names come with their schema, so that the text means the same to whoever pastes it
            s.execute("set search_path = ''");
            for (CatalogTable t : catalog.tables()) {
                for (Policy p : t.policies()) {
                    try (ResultSet rs = s.executeQuery("select qual, with_check from pg_policies where tablename = '"
                            + t.name() + "' and policyname = '" + p.name() + "'")) {
                        rs.next();
                        assertEquals(rs.getString(1), p.using(), t.name() + " " + p.name());
                        assertEquals(rs.getString(2), p.check(), t.name() + " " + p.name());
                    }
                }
            }
            assertEquals(4, catalog.table("public", "bbb").policies().size());
            assertEquals(3, catalog.policiesMentioning("app.x"));
        }
    }

    private static List<Finding> check(Connection c, Catalog catalog) throws SQLException {
        return Audit.ofCatalog(RoleFacts.read(c), catalog, AuditOptions.DEFAULT, List.of("tenant_id"))
                .findings();
    }
}
