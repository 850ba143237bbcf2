package io.tenantwarden.engine.inject;

import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;

/**
 * The statements that Warden sends on their own, through JDBC, where nothing can go along with the application's statement.
 * The caller keeps them away from the application's own bookkeeping. Immutable, thread-safe.
 */
final class OwnStatement {

    private final GucPlan plan;

    OwnStatement(GucPlan plan) {
        this.plan = plan;
    }

    /**
     * Sets the values until the transaction ends.
     *
     * @param target null for the role alone
     * @param role null for the values alone
     */
    void setForTransaction(Connection connection, Assignment target, String role) throws SQLException {
        if (role == null) {
            set(connection, plan.sql(), target.values());
        } else if (target == null) {
            set(connection, GucPlan.roleSql(), role);
        } else {
            String[] values = Arrays.copyOf(target.values(), target.values().length + 1);
            values[values.length - 1] = role;
            set(connection, plan.sqlWithRole(), values);
        }
    }

    /** Sets the role until it is put back. Returns what was set before. */
    String setRoleForSession(Connection connection, String role) throws SQLException {
        try (PreparedStatement statement = PlainStatements.prepare(connection, GucPlan.roleSessionSql())) {
            statement.setString(1, role);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /**
     * Sets the values until they are reset. Its text, and so the driver's cached query object, is another one than that of
     * {@link #setForTransaction}: one object for both was seen to leak.
     */
    void setForSession(Connection connection, Assignment target) throws SQLException {
        set(connection, plan.sessionSql(), target.values());
    }

    private static void set(Connection connection, String sql, String... values) throws SQLException {
        try (PreparedStatement statement = PlainStatements.prepare(connection, sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.execute();
        }
    }

    /** The values that hold now; null for a setting that the session never saw. */
    String[] read(Connection connection) throws SQLException {
        List<String> names = plan.names();
        StringBuilder sql = new StringBuilder("/* tenant-warden */ select ");
        for (int i = 0; i < names.size(); i++) {
            sql.append(i == 0 ? "" : ", ").append("pg_catalog.current_setting(?, true)");
        }
        try (PreparedStatement statement = PlainStatements.prepare(connection, sql.toString())) {
            for (int i = 0; i < names.size(); i++) {
                statement.setString(i + 1, names.get(i));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String[] values = new String[names.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = row.getString(i + 1);
                }
                return values;
            }
        }
    }

    /**
     * Whether the transaction keeps its first snapshot to its end (PostgreSQL manual, section "Transaction Isolation"). SHOW takes none
     * itself.
     */
    static boolean keepsSnapshot(Connection connection) throws SQLException {
        try (Statement statement = PlainStatements.create(connection);
                ResultSet row = statement.executeQuery("/* tenant-warden */ SHOW transaction_isolation")) {
            row.next();
            String level = row.getString(1);
            return level.equals("repeatable read") || level.equals("serializable");
        }
    }

    /**
     * Takes values that were set for the session away, and puts those back that the application had set.
     *
     * @param before from {@link #read}; null when there was nothing of the application's
     */
    void reset(Connection connection, String[] before) throws SQLException {
        if (before != null) {
            for (int i = 0; i < before.length; i++) {
                before[i] = before[i] == null ? "" : before[i];
            }
            set(connection, plan.sessionSql(), before);
            return;
        }
        StringBuilder sql = new StringBuilder();
        for (String name : plan.names()) {
            sql.append(sql.isEmpty() ? "/* tenant-warden */ " : "; ");
            if (GucPlan.isApplicationName(name)) {
                sql.append(GucPlan.resetsApplicationName());
                continue;
            }
            sql.append("RESET ");
            String[] parts = name.split("\\.", -1);
            for (int i = 0; i < parts.length; i++) {
                sql.append(i == 0 ? "" : ".")
                        .append('"')
                        .append(parts[i].replace("\"", "\"\""))
                        .append('"');
            }
        }
        try (Statement statement = PlainStatements.create(connection)) {
            statement.execute(sql.toString());
        }
    }
}
