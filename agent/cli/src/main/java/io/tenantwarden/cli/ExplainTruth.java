package io.tenantwarden.cli;

import io.tenantwarden.cli.Explanation.Truth;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.explain.Access;
import io.tenantwarden.rls.sql.Identifiers;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a role sees for whom no policy of the table holds. Stateless. */
final class ExplainTruth {

    private ExplainTruth() {}

    /**
     * Asks as the role that the session has, with the settings that hold.
     *
     * @param tenant whose rows are counted apart; null
     * @return null when the table cannot be counted
     * @throws SQLException when the connection is lost
     */
    static Truth of(ExplainSession session, Access a, String tenant) throws SQLException {
        CatalogTable t = a.table();
        StringBuilder sql = new StringBuilder("SELECT count(*)");
        boolean column = t.tenantColumn() != null;
        if (column) {
            String name = Identifiers.quote(t.tenantColumn());
            sql.append(", count(*) FILTER (WHERE ").append(name).append(" IS NULL)");
            sql.append(", count(*) FILTER (WHERE ")
                    .append(tenant == null ? "false" : name + "::text = '" + tenant.replace("'", "''") + "'")
                    .append(")");
        }
        List<String> counts = session.attempt(sql + " FROM " + t.quotedName());
        if (counts == null) {
            return null;
        }
        Map<String, Long> passing = new TreeMap<>();
        for (Policy p : a.applying()) {
            // what names the role says something else for the login
            if (p.using() != null && !p.using().toLowerCase(Locale.ROOT).contains("_user")) {
                List<String> row = session.attempt("SELECT count(*) FROM " + t.quotedName() + " WHERE " + p.using());
                if (row != null) {
                    passing.put(p.name(), Long.parseLong(row.get(0)));
                }
            }
        }
        return new Truth(
                Long.parseLong(counts.get(0)),
                column && tenant != null ? Long.parseLong(counts.get(2)) : -1,
                column ? Long.parseLong(counts.get(1)) : -1,
                passing);
    }
}
