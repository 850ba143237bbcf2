package io.tenantwarden.tests.jvm;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * A database of its own with two tenants' rows behind row-level security: owned by {@code warden_owner}, read by the
 * unprivileged {@code warden_app}. Policies are in the null-safe form, RLS is forced.
 */
public record TestDatabase(int major, String url, String name) {

    /** How many invoices each of the tenants {@code a} and {@code b} has. */
    public static final int ROWS = 20;

    /** Creates one on the server of this major version. */
    public static TestDatabase create(int major) {
        PostgresServer server = PostgresServer.get(major);
        try {
            String name = server.createDatabase("scenario");
            try (Connection c = server.superuser(name);
                    Statement s = c.createStatement()) {
                role(s, "warden_owner", "");
                role(s, "warden_app", "");
                role(s, "warden_bypass", "BYPASSRLS");
                role(s, "warden_member", "NOINHERIT");
                s.execute("GRANT warden_bypass TO warden_member");
                s.execute("GRANT CREATE ON DATABASE " + name + " TO warden_owner");
                s.execute("GRANT ALL ON SCHEMA public TO warden_owner");
                s.execute("GRANT USAGE, CREATE ON SCHEMA public TO warden_app");
                s.execute("GRANT USAGE ON SCHEMA public TO warden_bypass");
            }
            try (Connection c = server.connect(name, "warden_owner");
                    Statement s = c.createStatement()) {
                for (String table : new String[] {"invoices", "customers"}) {
                    s.execute("CREATE TABLE " + table + " (id bigint generated always as identity primary key,"
                            + " tenant_id text not null, note text, amount int not null default 0)");
                    s.execute("INSERT INTO " + table + " (tenant_id, note, amount) SELECT t, t || '-' || n, n"
                            + " FROM unnest(array['a','b']) t, generate_series(1, " + ROWS + ") n");
                    s.execute("ALTER TABLE " + table + " ENABLE ROW LEVEL SECURITY");
                    s.execute("ALTER TABLE " + table + " FORCE ROW LEVEL SECURITY");
                    s.execute("CREATE POLICY tenant ON " + table
                            + " USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''))"
                            + " WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), ''))");
                    s.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON " + table + " TO warden_app, warden_bypass");
                }
                s.execute("CREATE TABLE countries (code text primary key)");
                s.execute("INSERT INTO countries VALUES ('de'), ('fr')");
                s.execute("CREATE VIEW open_invoices AS SELECT id, note FROM invoices WHERE amount > 0");
                s.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON countries TO warden_app");
                s.execute("GRANT SELECT ON open_invoices TO warden_app");
            }
            return new TestDatabase(major, server.url(name), name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void role(Statement s, String name, String attributes) throws SQLException {
        s.execute("DO $$ BEGIN CREATE ROLE " + name + " LOGIN NOSUPERUSER PASSWORD 'secret' " + attributes
                + "; EXCEPTION WHEN duplicate_object THEN NULL; WHEN unique_violation THEN NULL; END $$");
    }

    /** What {@link Db} reads in the forked JVM. */
    public Map<String, String> properties() {
        return Map.of("db.url", url);
    }
}
