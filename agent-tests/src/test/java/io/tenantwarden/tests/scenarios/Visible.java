package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What the database lets this application see. */
final class Visible {

    private Visible() {}

    /** Tenants of the visible invoices. */
    static List<String> tenants(Connection c) throws SQLException {
        return Db.column(c, "select distinct tenant_id from invoices order by 1");
    }

    /** The same, on a connection of its own. */
    static List<String> tenants() throws SQLException {
        try (Connection c = Db.plain().getConnection()) {
            return tenants(c);
        }
    }

    /** The value of a setting in the transaction of this one statement, which reads a protected table. */
    static List<String> setting(Connection c, String name) throws SQLException {
        return Db.column(c, "select distinct current_setting(?, true) from invoices", name);
    }
}
