package io.tenantwarden.cli;

import io.tenantwarden.rls.audit.Finding;
import io.tenantwarden.rls.audit.Phrases;
import io.tenantwarden.rls.catalog.RoleFacts;
import io.tenantwarden.rls.sql.Identifiers;
import io.tenantwarden.rls.tenant.TableReference;
import io.tenantwarden.rls.tenant.TenantTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A second role that sees the rows of all tenants. It reads only. For one thread. */
final class Witness implements AutoCloseable {

    /** As many references are listed for each foreign key. */
    private static final int LISTED = 20;

    private final TenantSession session;
    private final String role;

    /**
     * What other tenants have in a table. Immutable.
     *
     * @param rows how many
     * @param checksum a sum over all of them that does not depend on their order
     */
    record Others(long rows, String checksum) {}

    private Witness(TenantSession session, String role) {
        this.session = session;
        this.role = role;
    }

    static Witness of(Connection connection, String tenant) throws SQLException {
        RoleFacts facts = RoleFacts.read(connection);
        if (!facts.bypassesRls()) {
            connection.close();
            throw CommandFailure.couldNotRun("role " + facts.currentUser()
                    + ", given with --witness-user, does not see the rows of all tenants: it needs BYPASSRLS, and SELECT on"
                    + " the tables");
        }
        return new Witness(new TenantSession(connection, Map.of(), tenant), facts.currentUser());
    }

    String role() {
        return role;
    }

    Connection connection() {
        return session.connection();
    }

    /** Begins to look, at the state that another transaction sees; null for the state of now. */
    void begin(String snapshot) throws SQLException {
        session.rollback();
        if (snapshot == null) {
            session.beginReading();
        } else {
            session.beginReading(snapshot);
        }
    }

    void end() throws SQLException {
        session.rollback();
    }

    long count(TenantFacts facts, TenantTable t) throws SQLException {
        return session.count("SELECT pg_catalog.count(*) FROM " + facts.rows(t));
    }

    /** Where it sees more or other rows than the role. */
    List<Finding> compare(TenantFacts facts, Map<String, Long> seen) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        for (TenantTable t : facts.tables().tables()) {
            if (seen.containsKey(t.name())) {
                long there = count(facts, t);
                if (there != seen.get(t.name())) {
                    findings.add(TenantFacts.hidden(t.name(), seen.get(t.name()), there));
                }
            }
        }
        return findings;
    }

    /** All rows but the tenant's, by {@code schema.table}. Reads the tables in full. */
    Map<String, Others> others(TenantFacts facts) throws SQLException {
        Map<String, Others> others = new LinkedHashMap<>();
        for (TenantTable t : facts.tables().tables()) {
            String[] both = session.query("SELECT pg_catalog.concat(pg_catalog.count(*), ' ', "
                            + "coalesce(pg_catalog.sum(pg_catalog.hashtextextended((t.*)::pg_catalog.text, 0)::numeric), 0))"
                            + " FROM " + t.from() + " t WHERE (" + facts.condition(t) + ") IS NOT TRUE")
                    .split(" ");
            others.put(t.name(), new Others(Long.parseLong(both[0]), both[1]));
        }
        return others;
    }

    /**
     * Rows that are not the tenant's and refer to its rows, those of tables without tenants included: table, constraint and
     * keys.
     *
     * @param going the tables whose rows are to go
     */
    List<Finding> referring(TenantFacts facts, List<TenantTable> going) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        for (TableReference r : facts.tables().references()) {
            TenantTable to = facts.tables().table(r.to());
            if (!going.contains(to)) {
                continue;
            }
            TenantTable from = facts.tables().table(r.from());
            String table = from == null ? name(r.from()) : from.from();
            StringBuilder pairs = new StringBuilder();
            for (int i = 0; i < r.columns().size(); i++) {
                pairs.append("o.")
                        .append(Identifiers.quote(r.targets().get(i)))
                        .append(" = t.")
                        .append(Identifiers.quote(r.columns().get(i)))
                        .append(" AND ");
            }
            String rows = table + " t WHERE EXISTS (SELECT FROM " + to.from() + " o WHERE " + pairs
                    + to.condition("o", TenantRowsOptions.SETTING) + ")"
                    + (from == null ? "" : " AND (" + facts.condition(from) + ") IS NOT TRUE");
            long n = session.count("SELECT pg_catalog.count(*) FROM " + rows);
            if (n > 0) {
                String shown = from == null ? table.replace("\"", "") : from.name();
                findings.add(new Finding(
                        "erase-reference",
                        Finding.Level.ERROR,
                        shown,
                        Phrases.count(n, "row that is not the tenant's refers", "rows that are not the tenant's refer")
                                + " to rows of " + to.name() + " that would go ("
                                + r.name() + ", ON DELETE " + r.onDelete().sql() + "): " + keys(r, from, rows)
                                + (n > LISTED ? " and " + (n - LISTED) + " more" : ""),
                        "give these rows another " + String.join(", ", r.columns())
                                + ", or delete them as their own tenant, then run it again"));
            }
        }
        return findings;
    }

    private String keys(TableReference r, TenantTable from, String rows) throws SQLException {
        List<String> columns = new ArrayList<>();
        if (from != null) {
            from.columns().stream().filter(c -> c.key()).forEach(c -> columns.add(c.name()));
        }
        if (columns.isEmpty()) {
            columns.addAll(r.columns());
        }
        List<String> keys = new ArrayList<>();
        try (Statement s = session.connection().createStatement();
                ResultSet rs = s.executeQuery("/* tenant-warden */ SELECT "
                        + columns.stream().map(c -> "t." + Identifiers.quote(c)).collect(Collectors.joining(", "))
                        + " FROM " + rows + " LIMIT " + LISTED)) {
            while (rs.next()) {
                List<String> pairs = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    pairs.add(columns.get(i) + "=" + rs.getString(i + 1));
                }
                keys.add(String.join(" ", pairs));
            }
        }
        return String.join(", ", keys);
    }

    private String name(long oid) throws SQLException {
        return session.query(
                "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ?::pg_catalog.oid",
                String.valueOf(oid));
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
