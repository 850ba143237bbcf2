package io.tenantwarden.engine.session;

import io.tenantwarden.bootstrap.Scope;
import io.tenantwarden.engine.inject.Assignment;
import io.tenantwarden.engine.inject.GucPlan;
import io.tenantwarden.rls.catalog.PlainStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Asks {@code warden.tenants}. On a connection of Warden's own, so that the caller may hold all of a pool's, with what {@code
 * warden.guc.bypass} sets. Before the application has opened a connection, one of its data sources is asked for one first:
 * it shows where the database is and who logs in. Thread-safe.
 */
public final class TenantList {

    /** {@code undefined_table} and {@code invalid_schema_name} (manual, appendix A): it is in another database. */
    private static final Set<String> ELSEWHERE = Set.of("42P01", "3F000");

    private final String sql;
    private final OwnConnections own;
    private final Catalogs catalogs;
    private final SeenDataSources dataSources;
    private final GucPlan plan;

    /**
     * @param sql {@code warden.tenants}
     * @param own opens the connection
     * @param catalogs knows the application's databases
     * @param dataSources asked when it knows none
     * @param plan what a bypass sets
     */
    public TenantList(String sql, OwnConnections own, Catalogs catalogs, SeenDataSources dataSources, GucPlan plan) {
        this.sql = "/* tenant-warden */ " + sql;
        this.own = own;
        this.catalogs = catalogs;
        this.dataSources = dataSources;
        this.plan = plan;
    }

    /**
     * The first column of all rows, in their order; of the application's databases, those with most protected tables are
     * asked first, and the next one where the table does not exist.
     *
     * @return elements may be null
     * @throws SQLException what the server says, or that there is no connection to learn from
     */
    public List<String> read() throws SQLException {
        List<String> tenants = ask();
        if (tenants != null) {
            return tenants;
        }
        List<List<String>> found = new ArrayList<>(1);
        boolean answered = dataSources.open(() -> {
            List<String> answer = ask();
            if (answer != null) {
                found.add(answer);
            }
            return answer != null;
        });
        if (!answered) {
            throw new SQLException(
                    "no database is known: the application has no open connection that shows how to make another, and no"
                            + " DataSource of it gave one (where the driver was loaded before the agent, none can)",
                    OwnConnections.GONE);
        }
        return found.get(0);
    }

    /** Null when no connection of the application is left that shows how to make one. */
    private List<String> ask() throws SQLException {
        SQLException absent = null;
        for (Session like : catalogs.patterns()) {
            try {
                return own.read(like, this::query);
            } catch (SQLException e) {
                if (ELSEWHERE.contains(String.valueOf(e.getSQLState()))) {
                    absent = e;
                } else if (!OwnConnections.GONE.equals(e.getSQLState())) {
                    throw e;
                }
            }
        }
        if (absent != null) {
            throw absent;
        }
        return null;
    }

    private List<String> query(Connection connection) throws SQLException {
        try (PreparedStatement set = PlainStatements.prepare(connection, plan.sql())) {
            Assignment bypass = plan.assignment(Scope.bypass("warden.tenants"), null);
            List<String> values = plan.parameters(bypass);
            for (int i = 0; i < values.size(); i++) {
                set.setString(i + 1, values.get(i));
            }
            set.execute();
        }
        List<String> tenants = new ArrayList<>();
        try (PreparedStatement select = PlainStatements.prepare(connection, sql);
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                tenants.add(rows.getString(1));
            }
        }
        return tenants;
    }
}
