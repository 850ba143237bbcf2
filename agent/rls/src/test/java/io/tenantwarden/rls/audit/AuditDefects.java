package io.tenantwarden.rls.audit;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A schema without findings, and what can be wrong with it, one thing at a time. */
final class AuditDefects {

    private static final String ROLES = """
            do $do$
            declare r text;
            begin
              foreach r in array array['aud_owner', 'aud_app', 'aud_super', 'aud_bypass', 'aud_tester'] loop
                if not exists (select from pg_roles where rolname = r) then
                  execute format('create role %I login', r);
                end if;
              end loop;
            end $do$;
            alter role aud_super superuser;
            alter role aud_bypass bypassrls;
            """;

    static final String CONDITION = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')";

    private static final String ORG_CONDITION = CONDITION.replaceFirst("tenant_id", "org_id");

    private static final String SCHEMA = """
            create schema app authorization aud_owner;
            grant usage on schema app to aud_app;
            set role aud_owner;
            create table app.customers (
              tenant_id uuid not null, id bigint not null, email text, primary key (tenant_id, id), unique (tenant_id, email));
            create table app.invoices (
              tenant_id uuid not null, id bigint not null, customer_id bigint, amount int, primary key (tenant_id, id),
              foreign key (tenant_id, customer_id) references app.customers (tenant_id, id));
            create table app.notes (tenant_id text not null, body text, public boolean not null default false);
            create index on app.notes (tenant_id);
            create table app.events (tenant_id uuid not null, day int not null) partition by list (day);
            create index on app.events (tenant_id);
            create table app.events_1 partition of app.events for values in (1);
            create table app.countries (code text primary key);
            alter table app.events_1 enable row level security;
            alter table app.events_1 force row level security;
            alter table app.customers enable row level security;
            alter table app.customers force row level security;
            alter table app.invoices enable row level security;
            alter table app.invoices force row level security;
            alter table app.notes enable row level security;
            alter table app.notes force row level security;
            alter table app.events enable row level security;
            alter table app.events force row level security;
            create policy tenant on app.customers using (COND::uuid)) with check (COND::uuid));
            create policy tenant on app.invoices using (COND::uuid)) with check (COND::uuid));
            create policy tenant on app.notes using (COND)) with check (COND));
            create policy tenant on app.events using (COND::uuid)) with check (COND::uuid));
            create view app.open_invoices as select i.amount, c.email
              from app.invoices i join app.customers c using (tenant_id) where i.amount > 0;
            create function app.amount() returns int language sql stable security definer
              set search_path = pg_catalog, app, pg_temp as 'select count(*)::int from countries';
            create function app.twice(x int) returns int language sql immutable as 'select 2 * x';
            grant select, insert, update, delete on app.customers, app.invoices, app.notes, app.events, app.countries to aud_app;
            grant select on app.open_invoices to aud_app;
            reset role;
            """.replace("COND", CONDITION);

    static final AuditOptions OPTIONS =
            new AuditOptions(List.of("app.tenant_id"), List.of("app.is_platform"), List.of());

    /**
     * @param rule the only one that may find something
     * @param object of the finding
     * @param defect SQL of a superuser
     * @param role that connects
     * @param decision whether the fix is no SQL, but words about what to decide
     */
    record Defect(String rule, String object, String defect, String role, boolean decision) {

        Defect(String rule, String object, String defect, String role) {
            this(rule, object, defect, role, false);
        }

        @Override
        public String toString() {
            return rule + " " + defect.replaceAll("\\s+", " ");
        }
    }

    static final List<Defect> ALL = new ArrayList<>();

    private static void defect(String rule, String object, String sql) {
        ALL.add(new Defect(rule, object, sql, "aud_app"));
    }

    private static void decision(String rule, String object, String sql) {
        ALL.add(new Defect(rule, object, sql, "aud_app", true));
    }

    private static void policy(String rule, String definition) {
        defect(rule, "app.notes", "drop policy tenant on app.notes; create policy tenant on app.notes " + definition);
    }

    private static String using(String condition) {
        return "using (" + condition + ") with check (" + CONDITION + "))";
    }

    static {
        ALL.add(new Defect("WD002", "aud_app", "alter role aud_app bypassrls", "aud_app"));
        ALL.add(new Defect("WD003", "aud_owner", "alter table app.notes no force row level security", "aud_owner"));
        ALL.add(new Defect(
                "WD003",
                "aud_app",
                "alter table app.notes no force row level security; grant aud_owner to aud_app",
                "aud_app"));
        defect(
                "WD004",
                "app.notes",
                "drop policy tenant on app.notes; alter table app.notes disable row level security");
        defect("WD005", "app.notes", "drop policy tenant on app.notes");
        decision(
                "WD005",
                "app.countries",
                "alter table app.countries enable row level security, force row level security");
        defect("WD006", "app.notes", "alter table app.notes disable row level security");
        defect("WD007", "app.notes", "alter table app.notes no force row level security");
        defect("WD008", "aud_app", "grant aud_bypass to aud_app");
        defect("WD008", "aud_app", "grant aud_super to aud_app");
        defect("WD009", "aud_app", "grant pg_read_all_data, pg_execute_server_program to aud_app");
        defect("WD010", "aud_app", "alter role aud_app createrole replication");
        policy("WD011", "for select using (" + CONDITION + "))");
        policy("WD011", "to aud_tester " + using(CONDITION + ")"));
        policy("WD011", "as restrictive " + using(CONDITION + ")"));
        policy("WD012", using("true"));
        policy("WD012", using("tenant_id = tenant_id"));
        policy("WD012", using("body is null or body is not null or 1 = 2"));
        policy("WD012", "using (not false) with check (true)");
        defect("WD012", "app.notes", "create policy floor on app.notes as restrictive for select using (true)");
        policy("WD013", using(CONDITION + ") or public"));
        policy("WD013", using(CONDITION + ") or tenant_id is null"));
        policy("WD013", using(CONDITION + ") or (select nullif(current_setting('app.tenant_id', true), '')) is null"));
        policy("WD013", using("public or (" + CONDITION + ") and body is not null)"));
        policy("WD014", using("body is not null"));
        policy("WD014", using("tenant_id is not null"));
        policy("WD014", using("tenant_id like (select nullif(current_setting('app.tenant_id', true), ''))"));
        policy("WD014", using("(select nullif(current_setting('app.tenant_id', true), '')) is not null"));
        policy("WD015", "using (" + CONDITION + ")) with check (true)");
        policy("WD015", "using (" + CONDITION + ")) with check (body <> '')");
        defect(
                "WD015",
                "app.notes",
                "drop policy tenant on app.notes; create policy r on app.notes for select using (" + CONDITION
                        + ")); create policy w on app.notes for insert with check (true); create policy u on app.notes for"
                        + " update using (" + CONDITION + ")) with check (" + CONDITION
                        + ")); create policy d on app.notes"
                        + " for delete using (" + CONDITION + "))");
        policy("WD016", "using (" + CONDITION + "))");
        policy(
                "WD017",
                "using (tenant_id = (select nullif(current_setting('app.other', true), ''))) with check (tenant_id ="
                        + " (select nullif(current_setting('app.other', true), '')))");
        policy(
                "WD017",
                "using (tenant_id = (select nullif(current_setting('app.other', true), ''))) with check (" + CONDITION
                        + "))");
        policy("WD018", "using (tenant_id = 'acme') with check (tenant_id = 'acme')");
        policy("WD018", "using (tenant_id = current_user) with check (tenant_id = current_user)");
        defect("WD019", "app.notes", "create policy a_second on app.notes for select using (" + CONDITION + "))");
        policy("WD020", using("tenant_id = (select nullif(current_setting('app.tenant_id'), ''))"));
        policy("WD020", using("tenant_id = (select nullif(current_setting('app.tenant_id', false), ''))"));
        policy("WD021", using("tenant_id = (select current_setting('app.tenant_id', true))"));
        defect(
                "WD021",
                "app.invoices",
                "drop policy tenant on app.invoices; create policy tenant on app.invoices using (tenant_id = (select"
                        + " current_setting('app.tenant_id', true))::uuid) with check (tenant_id = (select"
                        + " current_setting('app.tenant_id', true)::uuid))");
        policy("WD022", using("tenant_id = nullif(current_setting('app.tenant_id', true), '')"));
        defect(
                "WD022",
                "app.invoices",
                "drop policy tenant on app.invoices; create policy tenant on app.invoices using (tenant_id ="
                        + " nullif(current_setting('app.tenant_id', true), '')::uuid and amount > 0) with check (tenant_id ="
                        + " nullif(current_setting('app.tenant_id', true), '')::uuid)");
        policy("WD022", using("tenant_id = app.tenant()"));
        defect(
                "WD023",
                "app.frozen()",
                "create function app.frozen() returns text language plpgsql immutable as $$ begin return"
                        + " current_setting('app.tenant_id', true); end $$");
        defect(
                "WD024",
                "app.volatile_tenant()",
                "drop policy tenant on app.notes; create policy tenant on app.notes "
                        + using("tenant_id = (select app.volatile_tenant())"));
        defect("WD025", "app.notes", "alter table app.notes alter tenant_id drop not null");
        defect("WD026", "app.notes", "drop index app.notes_tenant_id_idx");
        defect("WD026", "app.events", "drop index app.events_tenant_id_idx");
        defect("WD027", "app.notes", "alter table app.notes add constraint odd unique (body) deferrable");
        defect(
                "WD027",
                "app.notes",
                "create unique index \"odd USING (\" on app.notes using btree (lower(body)) where public");
        defect(
                "WD028",
                "app.invoices",
                "alter table app.customers drop constraint customers_pkey cascade; alter table app.customers add primary key"
                        + " (id); create index on app.customers (tenant_id); alter table app.invoices add foreign key"
                        + " (customer_id) references app.customers (id) on delete cascade on update restrict deferrable");
        defect("WD029", "app.open_invoices", "alter view app.open_invoices owner to aud_super");
        defect(
                "WD029",
                "app.inner_view",
                "create view app.inner_view as select * from app.notes; alter view app.inner_view owner to aud_bypass;"
                        + " create view app.outer_view as select * from app.inner_view; alter view app.outer_view owner to"
                        + " aud_owner; grant select on app.inner_view to aud_owner; grant select on app.outer_view to aud_app;"
                        + " grant usage on schema app to aud_bypass; grant select on app.notes to aud_bypass, aud_owner");
        decision("WD030", "app.amount()", "alter function app.amount() owner to aud_super");
        defect(
                "WD031",
                "app.amount()",
                "revoke create on schema public from public; alter function app.amount() reset search_path");
        decision(
                "WD031",
                "app.amount()",
                "grant create on schema public to aud_app; alter function app.amount() reset search_path");
        defect("WD031", "app.amount()", "alter function app.amount() set search_path = pg_catalog, app");
        defect("WD031", "app.amount()", "alter function app.amount() set search_path = \"$user\", app, pg_temp");
        defect("WD032", "app.twice(x integer)", "alter function app.twice(int) leakproof");
        decision(
                "WD033",
                "app.totals",
                "create materialized view app.totals as select * from app.open_invoices; grant select on app.totals to public");
        defect(
                "WD033",
                "app.all_notes",
                "create materialized view app.all_notes as select * from app.notes; grant select on app.all_notes to public");
        defect(
                "WD034",
                "app.remote",
                "create foreign data wrapper nothing; create server elsewhere foreign data wrapper nothing; create foreign"
                        + " table app.remote (tenant_id text) server elsewhere; grant select, update on app.remote to aud_app");
        defect(
                "WD035",
                "app.events_1",
                "alter table app.events_1 disable row level security; grant select on app.events_1 to aud_app");
        defect(
                "WD035",
                "app.child",
                "create table app.child () inherits (app.notes); grant insert on app.child to public");
        defect(
                "WD036",
                "app.notes",
                "grant truncate, references on app.notes to aud_app; grant trigger on app.notes to public");
        defect("WD037", "DATABASE", "set local row_security = on; alter role aud_app set row_security = off");
        defect("WD038", "role aud_app", "alter role aud_app set app.tenant_id = 'acme'");
        defect("WD038", "database DATABASE", "alter database DATABASE set app.is_platform = 'on'");
        defect(
                "WD038",
                "role aud_app in database DATABASE",
                "alter role aud_app in database DATABASE set app.tenant_id = 'x'");
        decision("WD039", "changes", "create publication changes for table app.notes, app.countries");
        decision("WD039", "changes", "create publication changes for all tables");
        defect(
                "WD040",
                "aud_owner in app",
                "alter default privileges for role aud_owner in schema app grant select, insert on tables to aud_app;"
                        + " alter default privileges for role aud_owner in schema app grant select on tables to public");
        decision(
                "WD041",
                "org_id",
                "create table app.orders (org_id text not null); alter table app.orders enable row level security, force row"
                        + " level security; create policy p on app.orders using ("
                        + ORG_CONDITION + ")) with check (" + ORG_CONDITION
                        + ")); create table app.order_lines (org_id text); grant select on app.orders to aud_app");
        decision(
                "WD042",
                "app.support",
                "drop policy tenant on app.notes; create policy tenant on app.notes using (" + CONDITION
                        + ") or (select current_setting('app.support', true)) = 'on') with check (" + CONDITION + "))");
        ALL.add(new Defect("WD043", "aud_tester", "select 1", "aud_tester", true));
        decision(
                "WD044",
                "app.files",
                "create table app.files (owner text); alter table app.files enable row level security, force row level security;"
                        + " create policy p on app.files using (owner = current_user) with check (owner = current_user); grant"
                        + " select, insert, update, delete on app.files to aud_app");
        decision(
                "WD012",
                "app.countries",
                "alter table app.countries enable row level security, force row level security; create policy p on app.countries"
                        + " using (true) with check (false)");
    }

    private AuditDefects() {}

    /** A new database with the schema. */
    static String create(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String name = server.createDatabase("rules");
        try (Connection c = server.superuser(name);
                Statement s = c.createStatement()) {
            s.execute(ROLES);
            s.execute(SCHEMA);
            s.execute("create function app.tenant() returns text language sql stable as"
                    + " $$ select nullif(current_setting('app.tenant_id', true), '') $$;"
                    + " create function app.volatile_tenant() returns text language sql volatile as"
                    + " $$ select nullif(current_setting('app.tenant_id', true), '') $$");
        }
        return name;
    }
}
