package io.tenantwarden.cli;

import io.tenantwarden.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** A database of films for rent that somebody else designed, with two tenants put into it. */
final class RentalShop {

    static final String TENANT = "11111111-1111-1111-1111-111111111111";
    private static final String OTHER = "22222222-2222-2222-2222-222222222222";

    /** Table to the condition that tells which of its rows belong to the first tenant. */
    private static final Map<String, String> TENANT_TABLES = Map.of(
            "store", "store_id = 1",
            "customer", "store_id = 1",
            "copy", "store_id = 1",
            "rental", "customer_id < 3",
            "payment", "rental_id < 3",
            "\"Back Office\".\"Staff \"\"Notes\"\"\"", "\"select\" = 'holidays'");

    final PostgresServer server;
    final String database;

    private RentalShop(PostgresServer server, String database) {
        this.server = server;
        this.database = database;
    }

    static RentalShop create(int major) throws SQLException {
        PostgresServer server = PostgresServer.get(major);
        String database = server.createDatabase("rental");
        try (Connection c = server.superuser(database)) {
            Scripts.run(c, Scripts.resource("rental-shop.sql"));
            for (Map.Entry<String, String> table : TENANT_TABLES.entrySet()) {
                Scripts.run(c, "ALTER TABLE " + table.getKey() + " ADD COLUMN tenant_id uuid");
                Scripts.run(
                        c,
                        "UPDATE " + table.getKey() + " SET tenant_id = CASE WHEN " + table.getValue() + " THEN '"
                                + TENANT + "' ELSE '" + OTHER + "' END::uuid");
            }
            Scripts.run(c, "ANALYZE");
        }
        return new RentalShop(server, database);
    }

    Connection superuser() throws SQLException {
        return server.superuser(database);
    }

    /** The role that ddl makes when nothing else is asked for. */
    String role() {
        return database + "_app";
    }

    String url() {
        return server.url(database);
    }

    /** Runs a command on this database as this role. */
    Captured run(String user, String... arguments) {
        String[] all = new String[arguments.length + 4];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = url();
        all[arguments.length + 2] = "--user";
        all[arguments.length + 3] = user;
        return Captured.run(Map.of("WARDEN_PASSWORD", "secret"), false, all);
    }
}
