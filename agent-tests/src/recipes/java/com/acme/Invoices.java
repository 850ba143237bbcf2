package com.acme;

import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** The application's own table. */
public final class Invoices {

    private Invoices() {}

    /** Whose invoices the caller sees; {@code refused} when it may not ask. */
    public static String visible(DataSource pool) {
        try (Connection c = pool.getConnection()) {
            List<String> tenants = Db.column(c, "select distinct tenant_id from invoices order by 1");
            return String.join("+", tenants);
        } catch (SQLException e) {
            return e.getMessage().startsWith("[warden] refused") ? "refused" : e.toString();
        }
    }

    /** One line of the result. */
    public static void tell(String what, String seen) {
        System.out.println("##saw " + what + "=" + seen);
    }
}
