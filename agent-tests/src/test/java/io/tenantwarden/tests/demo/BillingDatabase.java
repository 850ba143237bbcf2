package io.tenantwarden.tests.demo;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One database of the application on PostgreSQL 18: empty when created, filled by the application's migrations. */
final class BillingDatabase implements AutoCloseable {

    static final String OWNER = "billing_owner";
    static final String APPLICATION = "billing_app";

    private final PostgresServer server;
    private final String name;

    private BillingDatabase(PostgresServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /** A new empty database that belongs to the migrating role; both roles are unprivileged and made when missing. */
    static BillingDatabase create() {
        PostgresServer server = PostgresServer.get(18);
        try {
            String name = server.createDatabase("billing");
            try (Connection c = server.superuser("postgres");
                    Statement s = c.createStatement()) {
                for (String role : List.of(OWNER, APPLICATION)) {
                    s.execute("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + role + "') THEN"
                            + " CREATE ROLE " + role + " LOGIN PASSWORD 'secret' NOSUPERUSER NOBYPASSRLS;"
                            + " END IF; END $$");
                }
                s.execute("ALTER DATABASE " + name + " OWNER TO " + OWNER);
            }
            return new BillingDatabase(server, name);
        } catch (SQLException e) {
            throw new DemoFailure("the database could not be created: " + e.getMessage(), e);
        }
    }

    String url() {
        return server.url(name);
    }

    Rows rows() {
        try (Connection c = server.superuser(name);
                Statement s = c.createStatement()) {
            List<Rows.Customer> customers = new ArrayList<>();
            try (ResultSet rs =
                    s.executeQuery("SELECT id, tenant_id, name, email, payment_reference FROM customers ORDER BY id")) {
                while (rs.next()) {
                    customers.add(new Rows.Customer(
                            rs.getLong(1), rs.getString(2), rs.getString(3), rs.getString(4), rs.getString(5)));
                }
            }
            List<Rows.Invoice> invoices = new ArrayList<>();
            try (ResultSet rs = s.executeQuery("SELECT tenant_id, customer_id, number, amount_cents, status,"
                    + " status = 'OPEN' AND due_on < current_date FROM invoices ORDER BY number")) {
                while (rs.next()) {
                    invoices.add(new Rows.Invoice(
                            rs.getString(1),
                            rs.getLong(2),
                            rs.getString(3),
                            rs.getLong(4),
                            rs.getString(5),
                            rs.getBoolean(6)));
                }
            }
            return new Rows(customers, invoices);
        } catch (SQLException e) {
            throw new DemoFailure("the tables could not be read: " + e.getMessage(), e);
        }
    }

    /** The version of the last migration that succeeded. */
    String schemaVersion() {
        try (Connection c = server.superuser(name);
                Statement s = c.createStatement();
                ResultSet rs = s.executeQuery("SELECT version FROM flyway_schema_history WHERE success"
                        + " ORDER BY installed_rank DESC LIMIT 1")) {
            return rs.next() ? rs.getString(1) : "none";
        } catch (SQLException e) {
            throw new DemoFailure("the history of the migrations could not be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (Connection c = server.superuser("postgres");
                Statement s = c.createStatement()) {
            s.execute("DROP DATABASE " + name + " WITH (FORCE)");
        } catch (SQLException e) {
            throw new DemoFailure("the database " + name + " could not be dropped: " + e.getMessage(), e);
        }
    }
}
