package io.tenantwarden.rls.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.rls.catalog.CatalogOptions;
import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fixes say where SQL alone would be wrong, would break something, or would have to be run in a certain way. */
class FixesTest {

    private static final String ROLES = """
            do $do$ declare r text; begin
              foreach r in array array['fxt_owner', 'fxt_app', 'fxt_super', 'fxt_other'] loop
                if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
              end loop;
            end $do$;
            alter role fxt_super superuser;
            """;

    private static final String CONDITION = "tenant_id = (select nullif(current_setting('app.tenant_id', true), ''))";

    private static final AuditOptions OPTIONS = new AuditOptions(List.of("app.tenant_id"), List.of(), List.of());

    /** A database of one test: what is wrong with it, as the application's role sees it. */
    private record Tried(PostgresServer server, String database) {

        static Tried with(int major, String sql) throws SQLException {
            PostgresServer server = PostgresServer.get(major);
            String database = server.createDatabase("fixtext");
            Tried tried = new Tried(server, database);
            tried.run(ROLES + "create schema app authorization fxt_owner; grant usage on schema app to fxt_app;" + sql);
            return tried;
        }

        void run(String sql) throws SQLException {
            try (Connection c = server.superuser(database)) {
                Paste.run(c, sql);
            }
        }

        List<String> warnings(String sql) throws SQLException {
            try (Connection c = server.superuser(database)) {
                return Paste.run(c, sql);
            }
        }

        String value(String role, String tenant, String sql) throws SQLException {
            try (Connection c = server.connect(database, role);
                    Statement s = c.createStatement()) {
                s.execute("set app.tenant_id = '" + tenant + "'");
                try (ResultSet rs = s.executeQuery(sql)) {
                    rs.next();
                    return rs.getString(1);
                }
            }
        }

        List<Finding> findings() throws SQLException {
            return findings(OPTIONS, "tenant_id");
        }

        List<Finding> findings(AuditOptions options, String... columns) throws SQLException {
            try (Connection c = server.connect(database, "fxt_app")) {
                return Audit.run(
                        AuditFacts.read(c, new CatalogOptions(List.of(columns), List.of(), List.of())), options);
            }
        }

        Finding only(String rule) throws SQLException {
            List<Finding> findings =
                    findings().stream().filter(f -> f.rule().equals(rule)).toList();
            assertEquals(1, findings.size(), findings::toString);
            return findings.get(0);
        }
    }

    private static List<String> names(List<Finding> findings) {
        return findings.stream().map(f -> f.rule() + " " + f.object()).toList();
    }

    private static String table(String name, String rest) {
        return "create table app." + name
                + " (tenant_id text not null, id bigint not null, body text, primary key (tenant_id, id)"
                + rest + "); alter table app." + name + " owner to fxt_owner; alter table app." + name
                + " enable row level security, force row level security; grant select, insert, update, delete on app."
                + name
                + " to fxt_app; ";
    }

    private static String policy(String name, String condition) {
        return "create policy p on app." + name + " using (" + condition + ") with check (" + condition + "); ";
    }

    // ---------------------------------------------------------------- one statement for each policy

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void fiveFindingsAboutOnePolicyAreOneStatement(int major) throws SQLException {
        Tried t = Tried.with(
                major,
                table("notes", "")
                        + "create policy p on app.notes using (tenant_id = current_setting('app.tenant_id') or"
                        + " current_setting('app.tenant_id') = '');");
        List<Finding> findings = t.findings();
        assertEquals(
                List.of("WD013", "WD020", "WD021", "WD016", "WD022"),
                findings.stream().map(Finding::rule).toList());
        assertEquals(1, findings.stream().map(Finding::fix).distinct().count(), findings::toString);
        assertEquals(
                "-- to be run by fxt_owner or a superuser\nALTER POLICY p ON app.notes USING (tenant_id = (SELECT"
                        + " NULLIF(current_setting('app.tenant_id'::text, true), ''))) WITH CHECK (tenant_id = (SELECT"
                        + " NULLIF(current_setting('app.tenant_id'::text, true), '')));",
                findings.get(0).fix());
        for (Finding f : findings) {
            t.run(f.fix());
        }
        assertEquals(List.of(), t.findings());
    }

    @Test
    void whatIsAcceptedIsNotMended() throws SQLException {
        Tried t = Tried.with(
                18, table("notes", "") + "create policy p on app.notes using (" + CONDITION + " or body is null);");
        AuditOptions accepting =
                new AuditOptions(OPTIONS.gucs(), List.of(), List.of(Ignore.parse("WD013:app.notes=shared rows")));
        List<Finding> findings = t.findings(accepting, "tenant_id");
        assertEquals(List.of("WD016 app.notes"), names(findings));
        assertFalse(findings.get(0).fix().contains("USING"), "what is read stays as it is: " + findings);
    }

    // ---------------------------------------------------------------- questions about the configuration

    /** Policies as ddl writes them, looked at without its options. */
    @Test
    void aBypassThatIsNotConfiguredIsOneQuestion() throws SQLException {
        StringBuilder sql = new StringBuilder();
        for (String name : new String[] {"a", "b", "c", "d"}) {
            String open = "(select nullif(current_setting('app.is_platform', true), '')) = 'on'";
            sql.append(table(name, ""))
                    .append(policy(name, CONDITION))
                    .append("create policy platform_bypass on app.")
                    .append(name)
                    .append(" using (")
                    .append(open)
                    .append(") with check (")
                    .append(open)
                    .append(");");
        }
        Tried t = Tried.with(18, sql.toString());
        Finding only = t.only("WD042");
        assertEquals(1, t.findings().size(), () -> only.toString());
        assertTrue(only.message().contains("opens 4 tables"), only.message());
        assertTrue(only.fix().contains("--guc-bypass app.is_platform=on"), only.fix());
        assertFalse(Paste.hasSql(only.fix()), only.fix());
        AuditOptions configured = new AuditOptions(OPTIONS.gucs(), List.of("app.is_platform"), List.of());
        assertEquals(List.of(), t.findings(configured, "tenant_id"));
    }

    /** Every policy reads another setting than the one that somebody configured, or that is the default. */
    @Test
    void anotherSettingEverywhereIsAQuestion() throws SQLException {
        String other = CONDITION.replace("app.tenant_id", "app.current_tenant");
        Tried t = Tried.with(
                18,
                table("a", "")
                        + policy("a", other)
                        + table("b", "")
                        + policy("b", other)
                        + table("open", "")
                        + policy("open", "true"));
        List<Finding> findings = t.findings();
        assertEquals(List.of("WD012 app.open", "WD017 app.a", "WD017 app.b"), names(findings));
        for (Finding f : findings) {
            assertFalse(Paste.hasSql(f.fix()), f.fix());
            assertTrue(f.fix().contains("--guc app.current_tenant"), f.fix());
        }
        AuditOptions right = new AuditOptions(List.of("app.current_tenant"), List.of(), List.of());
        findings = t.findings(right, "tenant_id");
        assertEquals(List.of("WD012 app.open"), names(findings));
        t.run(findings.get(0).fix());
        assertEquals(List.of(), t.findings(right, "tenant_id"));
    }

    @Test
    void oneTenantColumnOfManyTablesIsToldFromThePolicies() throws SQLException {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            sql.append(table("t" + i, "").replace("tenant_id", "tenant_id_"))
                    .append(policy("t" + i, CONDITION.replaceFirst("tenant_id", "tenant_id_")));
        }
        for (int i = 0; i < 32; i++) {
            sql.append("create table app.act_").append(i).append(" (tenant_id_ text);");
        }
        Tried t = Tried.with(18, sql.toString());
        Finding only = t.only("WD041");
        assertEquals(1, t.findings().size());
        assertEquals("tenant_id_", only.object());
        assertTrue(only.message().contains("policies of 6 tables (app.t0, app.t1"), only.message());
        assertTrue(only.message().contains("32 other tables have it"), only.message());
        assertTrue(only.fix().contains("warden.tenant.columns=tenant_id_ "), only.fix());
        List<String> found = names(t.findings(OPTIONS, "tenant_id_"));
        assertEquals(32, found.stream().filter(f -> f.startsWith("WD004")).count(), found::toString);
    }

    @Test
    void aMistypedTenantColumnIsTold() throws SQLException {
        Tried t = Tried.with(
                18,
                table("a", "")
                        + policy("a", "app.mine(tenant_id)")
                                .replace(
                                        "create policy",
                                        "create function app.mine(t text) returns boolean language sql stable as $$ select true $$; create policy")
                        + "create table app.open (tenant_id text);");
        List<Finding> findings = t.findings(OPTIONS, "tenat_id");
        assertEquals(List.of("WD041 tenat_id", "WD044 app.a"), names(findings));
        assertTrue(findings.get(0).message().contains("tenant_id (in 2 tables)"), findings::toString);
        assertTrue(findings.get(0).fix().contains("--tenant-columns \"tenant_id\""), findings::toString);
    }

    /** The tenants' own table is compared by its key, which is no tenant column of others; a detail by its parent. */
    @Test
    void tablesTiedToTheTenantWithoutItsColumnAreJudged() throws SQLException {
        Tried t = Tried.with(
                18,
                table("notes", "") + policy("notes", CONDITION)
                        + "create table app.tenants (id text primary key, name text); create table app.other (id text);"
                        + " create table app.lines (note bigint, id text);"
                        + " alter table app.tenants enable row level security, force row level security;"
                        + " alter table app.lines enable row level security, force row level security;"
                        + " grant select on app.tenants, app.lines to fxt_app;"
                        + policy("tenants", CONDITION.replaceFirst("tenant_id", "id"))
                        + policy("lines", "exists (select from app.notes n where n.id = lines.note)"));
        assertEquals(List.of(), t.findings());
        t.run("drop policy p on app.lines;"
                + policy("lines", "exists (select from app.notes n where n.id = lines.note) or id = 'x'"));
        Finding only = t.only("WD044");
        assertTrue(only.message().contains("(id = 'x'::text)"), only.message());
    }

    // ---------------------------------------------------------------- what somebody has to decide

    /** With the rights of who calls it, the policy would ask itself: stack depth limit exceeded. */
    @Test
    void aMembershipHelperStaysAsItIs() throws SQLException {
        String helper =
                "create function app.mine() returns setof text language sql stable security definer set search_path ="
                        + " pg_catalog, pg_temp as $$ select tenant_id from app.members where body = nullif(current_setting('app.tenant_id',"
                        + " true), '') $$; ";
        String policy = policy("members", "tenant_id in (select app.mine())");
        String rows = "insert into app.members values ('a', 1, 'a'), ('b', 2, 'b'); ";
        Tried t = Tried.with(
                18, table("members", "") + helper + "alter function app.mine() owner to fxt_super; " + policy + rows);
        Finding definer = t.only("WD030");
        assertFalse(Paste.hasSql(definer.fix()), definer.fix());
        assertTrue(definer.fix().contains("policies of app.members lead to it"), definer.fix());
        assertEquals("1", t.value("fxt_app", "a", "select count(*) from app.members"));

        Tried owned = Tried.with(
                18,
                table("members", "") + helper
                        + "alter function app.mine() owner to fxt_owner; alter table app.members no force row"
                        + " level security; " + policy + rows);
        Finding force = owned.only("WD007");
        assertFalse(Paste.hasSql(force.fix()), force.fix());
        assertTrue(force.fix().contains("function app.mine()"), force.fix());
        assertEquals("1", owned.value("fxt_app", "a", "select count(*) from app.members"));
    }

    @Test
    void aSharedTableIsNotClosed() throws SQLException {
        Tried t = Tried.with(
                18,
                table("notes", "") + policy("notes", CONDITION)
                        + "create table app.settings (k text); alter table app.settings enable row level security, force row level"
                        + " security; create policy everybody on app.settings for select using (true); grant select on app.settings"
                        + " to fxt_app;");
        List<Finding> findings = t.findings();
        assertEquals(List.of("WD012 app.settings"), names(findings));
        assertFalse(Paste.hasSql(findings.get(0).fix()), findings::toString);
        assertTrue(findings.get(0).fix().contains("--ignore \"WD012:app.settings=why\""), findings::toString);
    }

    @Test
    void aTenantThatCannotBeComparedGetsNoPolicy() throws SQLException {
        Tried t = Tried.with(
                18,
                "create table app.docs (tenant_id jsonb not null); create table app.many (tenant_id text[] not null);"
                        + " grant select on app.docs, app.many to fxt_app;");
        List<Finding> findings = t.findings();
        assertEquals(List.of("WD004 app.docs", "WD004 app.many", "WD026 app.docs", "WD026 app.many"), names(findings));
        findings.forEach(f -> assertFalse(Paste.hasSql(f.fix()), f.fix()));
        assertTrue(findings.get(0).fix().contains("jsonb"), findings::toString);
    }

    @Test
    void whatHangsOnAKeyIsSaid() throws SQLException {
        Tried t = Tried.with(
                18,
                "create extension btree_gist; " + table("a", ", constraint seen unique (id)")
                        + table("b", ", constraint alone exclude using gist (id with =)")
                        + table("c", ", constraint shared unique (id)") + policy("a", CONDITION)
                        + policy("b", CONDITION)
                        + policy("c", CONDITION)
                        + "alter table app.a replica identity using index seen; create table app.free (c bigint references app.c"
                        + " (id)); create table app.gen (x text, tenant_id text generated always as (x) virtual);");
        List<Finding> findings =
                t.findings().stream().filter(f -> f.rule().equals("WD027")).toList();
        assertEquals(List.of("WD027 app.a", "WD027 app.b", "WD027 app.c"), names(findings));
        findings.forEach(f -> assertFalse(Paste.hasSql(f.fix()), f.fix()));
        assertTrue(findings.get(0).fix().contains("REPLICA IDENTITY"), findings::toString);
        assertTrue(findings.get(1).fix().contains("exclusion constraint"), findings::toString);
        assertTrue(findings.get(2).fix().contains("app.free has no tenant column"), findings::toString);
        Finding index = t.only("WD026");
        assertEquals("app.gen", index.object());
        assertFalse(Paste.hasSql(index.fix()), index.fix());
    }

    @Test
    void aFunctionInAnIndexStaysImmutable() throws SQLException {
        Tried t = Tried.with(
                18,
                table("notes", "") + policy("notes", CONDITION)
                        + "create function app.mine(x text) returns text language sql immutable as $$ select x ||"
                        + " current_setting('app.tenant_id', true) $$; create index on app.notes (tenant_id, app.mine(body));");
        Finding f = t.only("WD023");
        assertFalse(Paste.hasSql(f.fix()), f.fix());
        assertTrue(f.fix().contains("an index"), f.fix());
    }

    @Test
    void aFunctionThatWritesStaysVolatile() throws SQLException {
        Tried t = Tried.with(
                18,
                table("notes", "")
                        + "create table app.log (x text); grant insert on app.log to fxt_app; create function app.mine()"
                        + " returns text language plpgsql as $$ begin insert into app.log values ('seen'); return"
                        + " nullif(current_setting('app.tenant_id', true), ''); end $$;"
                        + policy("notes", "tenant_id = (select app.mine())"));
        Finding f = t.only("WD024");
        assertFalse(Paste.hasSql(f.fix()), f.fix());
    }

    // ---------------------------------------------------------------- how it is run

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void sixForeignKeysShareOneConstraintAndKeepTheirNames(int major) throws SQLException {
        StringBuilder sql = new StringBuilder(table("parents", ", constraint code unique (id)")
                + policy("parents", CONDITION) + "insert into app.parents values ('a', 1), ('b', 2);");
        for (int i = 0; i < 6; i++) {
            sql.append(table(
                            "c" + i, ", parent bigint, constraint fk foreign key (parent) references app.parents (id)"))
                    .append(policy("c" + i, CONDITION))
                    .append("insert into app.c")
                    .append(i)
                    .append(" (tenant_id, id, parent) values ('a', 1, 1);");
        }
        Tried t = Tried.with(major, sql.toString());
        List<Finding> findings = t.findings();
        assertEquals(7, findings.size(), findings::toString);
        for (int twice = 0; twice < 2; twice++) {
            for (Finding f : findings) {
                t.run(f.fix());
            }
        }
        assertEquals(List.of(), t.findings());
        assertEquals(
                "code UNIQUE (tenant_id, id)",
                t.value(
                        "postgres",
                        "a",
                        "select string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ') from pg_constraint where contype ="
                                + " 'u' and connamespace = 'app'::regnamespace"));
        assertEquals(
                "6",
                t.value("postgres", "a", "select count(*) from pg_constraint where conname = 'fk' and convalidated"));
    }

    /** The old key stays, nothing is lost, and what else is pasted goes on, as long as a row refers to one of another tenant. */
    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aKeyThatDoesNotHoldIsNotExchanged(int major) throws SQLException {
        Tried t = Tried.with(
                major,
                table("parents", ", constraint parents_id unique (id)") + policy("parents", CONDITION)
                        + table("c", ", parent bigint, constraint fk foreign key (parent) references app.parents (id)")
                        + policy("c", CONDITION)
                        + "create table app.p (tenant_id text not null, id bigint, parent bigint, constraint fk foreign key (parent)"
                        + " references app.parents (id), primary key (tenant_id, id)) partition by list (id);"
                        + " create table app.p1 partition of app.p default; alter table app.p owner to fxt_owner;"
                        + " alter table app.p1 owner to fxt_owner; alter table app.p enable row level security, force row"
                        + " level security;"
                        + policy("p", CONDITION)
                        + "insert into app.parents values ('a', 1); insert into app.c (tenant_id, id, parent) values ('b', 1, 1);"
                        + " insert into app.p values ('b', 1, 1);");
        List<Finding> findings = t.findings();
        assertEquals(List.of("WD027 app.parents", "WD028 app.c", "WD028 app.p"), names(findings));
        for (int twice = 0; twice < 2; twice++) {
            for (Finding f : findings) {
                assertTrue(String.join("\n", t.warnings(f.fix())).contains("refer to rows of another tenant"), f.fix());
            }
            assertEquals(
                    "app.c fk FOREIGN KEY (parent) REFERENCES app.parents(id), app.p fk FOREIGN KEY (parent) REFERENCES"
                            + " app.parents(id), app.parents parents_id UNIQUE (id)",
                    t.value(
                            "postgres",
                            "a",
                            "select string_agg(conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid), ', '"
                                    + " order by conrelid::regclass::text, conname) from pg_constraint where contype in ('u', 'f')"
                                    + " and conparentid = 0 and connamespace = 'app'::regnamespace"));
        }
        assertEquals(findings, t.findings());
        t.run("update app.c set tenant_id = 'a'; update app.p set tenant_id = 'a'");
        for (Finding f : findings) {
            assertEquals(List.of(), t.warnings(f.fix()));
        }
        assertEquals(List.of(), t.findings());
    }

    /** Shared rows, perhaps: whose they are is not ours to say, and the rest of what is pasted goes on. */
    @Test
    void aColumnWithNullsStaysNullable() throws SQLException {
        Tried t = Tried.with(
                18,
                "create table app.docs (tenant_id text, id bigint); create index on app.docs (tenant_id); alter table app.docs owner"
                        + " to fxt_owner; alter table app.docs enable row level security, force row level security; grant select"
                        + " on app.docs to fxt_app;" + policy("docs", CONDITION)
                        + "insert into app.docs values (null, 1), ('a', 2);");
        Finding f = t.only("WD025");
        assertEquals(
                List.of(
                        "rows of app.docs have no tenant: give them one (as a role that no policy filters), then run this again"),
                t.warnings(f.fix()));
        assertEquals(List.of(f), t.findings());
        t.run("delete from app.docs where tenant_id is null");
        assertEquals(List.of(), t.warnings(f.fix()));
        assertEquals(List.of(), t.findings());
    }

    @Test
    void anIndexOfALargeTableIsBuiltBesideWrites() throws SQLException {
        Tried t = Tried.with(
                18,
                "create table app.\"Big One\" (tenant_id text not null, id bigint); create table app.other (x int); create index"
                        + " \"Big One_tenant_id_idx\" on app.other (x);"
                        + "alter table app.\"Big One\" owner to fxt_owner; alter"
                        + " table app.\"Big One\" enable row level security, force row level security;"
                        + "grant select, insert, update, delete on app.\"Big One\" to fxt_app;"
                        + policy("\"Big One\"", CONDITION)
                        + "update pg_class set relpages = 20000 where relname = 'Big One';");
        Finding f = t.only("WD026");
        assertTrue(
                f.fix()
                        .contains(
                                "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"Big One_tenant_id_idx1\" ON app.\"Big One\""),
                f.fix());
        assertTrue(f.fix().contains("-- outside of a transaction"), f.fix());
        t.run(f.fix());
        t.run(f.fix());
        assertEquals(List.of(), t.findings());
    }

    @Test
    void everyTableOfAnOwnerIsForced() throws SQLException {
        StringBuilder sql = new StringBuilder("grant fxt_owner to fxt_app;");
        for (int i = 0; i < 12; i++) {
            sql.append(table("t" + i, ""))
                    .append(policy("t" + i, CONDITION))
                    .append("alter table app.t")
                    .append(i)
                    .append(" no force row level security;");
        }
        Tried t = Tried.with(18, sql.toString());
        try {
            Finding f = t.only("WD003");
            t.run(f.fix());
            assertEquals(List.of(), t.findings());
        } finally {
            t.run("revoke fxt_owner from fxt_app");
        }
    }

    /** A membership has to be taken away by who granted it (PostgreSQL 16 and later). */
    @Test
    void aMembershipThatAnotherRoleGrantedIsTakenAway() throws SQLException {
        Tried t = Tried.with(
                18,
                table("a", "") + policy("a", CONDITION)
                        + "create role fxt_admin createrole; create role fxt_pass bypassrls; grant fxt_pass to fxt_admin with admin"
                        + " option; set role fxt_admin; grant fxt_pass to fxt_app; reset role;");
        try {
            Finding f = t.only("WD008");
            assertTrue(f.fix().contains("REVOKE fxt_pass FROM fxt_app GRANTED BY fxt_admin;"), f.fix());
            t.run(f.fix());
            assertEquals(List.of(), t.findings());
        } finally {
            t.run("drop role fxt_pass; drop role fxt_admin");
        }
    }
}
