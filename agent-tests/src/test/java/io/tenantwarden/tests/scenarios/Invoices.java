package io.tenantwarden.tests.scenarios;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;

/** Ordinary code that knows nothing of tenants. */
final class Invoices {

    private Invoices() {}

    /** Whose rows the current thread sees; empty when none. */
    static String tenants() {
        try (Connection c = Db.plain().getConnection()) {
            return String.join(",", Db.column(c, "select distinct tenant_id from invoices order by 1"));
        } catch (SQLException e) {
            return e.getMessage();
        }
    }
}
