package io.tenantwarden.tests.scenarios;

import com.zaxxer.hikari.HikariDataSource;
import io.tenantwarden.tests.jvm.Db;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.TreeSet;

/** Whose rows the current thread sees, through one pool of the unprivileged role. */
final class Rows {

    private static final HikariDataSource POOL = Db.hikari(4);

    private Rows() {}

    /** The tenants of all rows that are visible, separated by commas; empty when there are none. */
    static String tenants() throws SQLException {
        try (Connection c = POOL.getConnection()) {
            return String.join(",", new TreeSet<>(Db.column(c, "select tenant_id from invoices")));
        }
    }

    /** As {@link #tenants}, where no checked exception may be thrown. */
    static String seen() {
        try {
            return tenants();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
