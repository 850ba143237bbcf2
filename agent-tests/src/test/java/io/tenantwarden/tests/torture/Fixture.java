package io.tenantwarden.tests.torture;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The database of a run: three tenants behind forced row-level security, which the bypass opens with
 * {@code app.is_platform}.
 *
 * @param url for the application, without pooler
 * @param adminUrl with a superuser
 */
record Fixture(String name, String url, String adminUrl) {

    /** Each tenant's rows that nobody changes. */
    static final int INVOICES = 20;
    /** Each tenant's rows that one thread changes. */
    static final int ACCOUNTS = 5;

    static final String ROLE = "warden_app";
    static final String OWNER = "warden_owner";
    static final String PASSWORD = "secret";

    private static final String OF_TENANT = "tenant_id = nullif(current_setting('app.tenant_id', true), '')";

    private static final String VISIBLE = OF_TENANT + " or current_setting('app.is_platform', true) = 'on'";

    /** @param open whether no policy filters for the owner, who connects then and runs as {@link #ROLE}: a lost role is every tenant's rows */
    static Fixture create(PostgresServer server, int threads, boolean open) throws SQLException {
        String name = server.createDatabase("torture");
        try (Connection c = server.superuser(name);
                Statement s = c.createStatement()) {
            role(s, "warden_owner");
            role(s, ROLE);
            s.execute("grant create on database " + name + " to warden_owner");
            s.execute("grant all on schema public to warden_owner");
            s.execute("grant usage, create on schema public to " + ROLE);
        }
        try (Connection c = server.connect(name, "warden_owner");
                Statement s = c.createStatement()) {
            s.execute("create table countries (code text primary key)");
            s.execute("insert into countries values ('de'), ('fr')");
            s.execute("create table notes (note text)");
            s.execute("create table deferred_log (tag text, seen_tenant text, seen_platform text)");
            s.execute("create index on deferred_log (tag)");
            s.execute("create table seen_log (tag text, tenants text)");
            s.execute("create index on seen_log (tag)");
            table(
                    s,
                    "invoices",
                    "note text not null default '', country text not null default 'de', amount int not null");
            table(s, "accounts", "slot int not null, ordinal int not null, amount int not null default 0");
            table(s, "work", "tag text, amount int");
            table(s, "outbox", "tag text");
            s.execute("alter table accounts set (fillfactor = 50)");
            s.execute("create index on work (tag)");
            for (String tenant : Scope.TENANTS) {
                fill(s, tenant, threads);
            }
            // the same name in two schemas, of which one is protected
            s.execute("create schema side");
            s.execute("create table parcels (tenant_id_of_nobody text)");
            table(s, "side.parcels", "amount int");
            s.execute("alter table side.parcels no force row level security");
            for (String tenant : Scope.TENANTS) {
                s.execute("insert into side.parcels (tenant_id, amount) select '" + tenant
                        + "', n from generate_series(1, " + ACCOUNTS + ") n");
            }
            s.execute("alter table side.parcels force row level security");
            s.execute("grant usage, create on schema side to " + ROLE);
            s.execute("grant select on side.parcels to " + ROLE);
            s.execute("create view open_invoices as select tenant_id from invoices where amount >= 0");
            s.execute("create function tenants_seen() returns text language sql stable as"
                    + " $$ select string_agg(distinct tenant_id, ',' order by tenant_id) from invoices $$");
            s.execute("create function note_settings() returns trigger language plpgsql as $$ begin"
                    + " insert into deferred_log values (new.tag, current_setting('app.tenant_id', true),"
                    + " current_setting('app.is_platform', true)); return null; end $$");
            s.execute("create constraint trigger noted after insert on outbox deferrable initially deferred"
                    + " for each row execute function note_settings()");
            s.execute("create procedure touch_accounts(which int, inout touched int) language plpgsql as $$ begin"
                    + " update accounts set amount = amount + 1 where slot = which;"
                    + " get diagnostics touched = row_count; end $$");
            s.execute("create procedure commit_inside(which text) language plpgsql as $$ begin"
                    + " insert into seen_log values (which, tenants_seen()); commit;"
                    + " insert into seen_log values (which, tenants_seen()); end $$");
            s.execute("grant select, insert, update, delete on all tables in schema public to " + ROLE);
            if (open) {
                // else it would run with the rights of its owner, for whom no policy filters
                s.execute("alter view open_invoices set (security_invoker = true)");
                for (String table : new String[] {"invoices", "accounts", "work", "outbox", "side.parcels"}) {
                    s.execute("alter table " + table + " no force row level security");
                    // no policy lets a bypass through: it sees everything because it keeps the role of the login
                    s.execute("alter policy tenant on " + table + " using (" + OF_TENANT + ") with check (" + OF_TENANT
                            + ")");
                }
            }
        }
        if (open) {
            try (Connection c = server.superuser(name);
                    Statement s = c.createStatement()) {
                s.execute("grant " + ROLE + " to " + OWNER);
                // programs terminate their own server process, which is the login's
                s.execute("grant pg_signal_backend to " + ROLE);
            }
        }
        return new Fixture(name, server.url(name), server.url(name) + "?user=postgres&password=postgres");
    }

    private static void fill(Statement s, String tenant, int threads) throws SQLException {
        s.execute("alter table invoices no force row level security");
        s.execute("alter table accounts no force row level security");
        s.execute("insert into invoices (tenant_id, amount) select '" + tenant + "', n from generate_series(1, "
                + INVOICES + ") n");
        s.execute("insert into accounts (tenant_id, slot, ordinal) select '" + tenant
                + "', t, n from generate_series(0, " + (threads - 1) + ") t, generate_series(1, " + ACCOUNTS + ") n");
        s.execute("alter table invoices force row level security");
        s.execute("alter table accounts force row level security");
    }

    private static void table(Statement s, String name, String columns) throws SQLException {
        s.execute("create table " + name
                + " (id bigint generated always as identity primary key, tenant_id text not null, " + columns + ")");
        s.execute("alter table " + name + " enable row level security");
        s.execute("alter table " + name + " force row level security");
        s.execute("create policy tenant on " + name + " using (" + VISIBLE + ") with check (" + VISIBLE + ")");
    }

    private static void role(Statement s, String name) throws SQLException {
        s.execute("do $$ begin create role " + name + " login nosuperuser password '" + PASSWORD
                + "'; exception when duplicate_object then null; when unique_violation then null; end $$");
    }
}
