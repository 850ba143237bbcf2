package io.tenantwarden.cli;

import io.tenantwarden.rls.catalog.Catalog;
import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.explain.Access;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.sql.SqlLexer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What makes reading a table under its policies fast or slow. Immutable.
 *
 * @param estimate how many rows the server believes the table to have; negative when it does not know
 * @param scans how the statement reads it
 * @param tenantIndexes indexes that begin with the tenant column
 * @param notLeakproof operators and functions of the statement that are evaluated behind the policies
 * @param perRow what in policies is evaluated for each row
 */
record ExplainPerformance(
        long estimate,
        List<ExplainPlan.Scan> scans,
        List<String> tenantIndexes,
        List<String> notLeakproof,
        List<String> perRow) {

    static final ExplainPerformance NONE = new ExplainPerformance(-1, List.of(), List.of(), List.of(), List.of());

    /** Reads it. For one thread. */
    static final class Reader {

        private static final String INDEXES = """
                SELECT c.relname FROM pg_catalog.pg_index i
                  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                 WHERE i.indrelid = ?::pg_catalog.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = ?
                 ORDER BY c.relname
                """;

        /** Operators of that name for a type of the table's columns; text stands for the types that are cast to it. */
        private static final String OPERATOR = """
                SELECT count(*), count(*) FILTER (WHERE p.proleakproof)
                  FROM pg_catalog.pg_operator o
                  JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
                 WHERE o.oprname = ? AND o.oprleft IN (
                   SELECT a.atttypid FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = ?::pg_catalog.oid AND NOT a.attisdropped AND a.attnum > 0
                      AND a.attname = ANY (pg_catalog.string_to_array(?, pg_catalog.chr(1))::pg_catalog.name[])
                   UNION SELECT 25 WHERE ?::pg_catalog.text = 'text')
                """;

        private static final String FUNCTION = """
                SELECT count(*) FILTER (WHERE NOT p.proleakproof), count(*) FROM pg_catalog.pg_proc p
                 WHERE p.proname = ? AND pg_catalog.pg_function_is_visible(p.oid)
                """;

        private final ExplainSession session;
        private final Catalog catalog;

        Reader(ExplainSession session, Catalog catalog) {
            this.session = session;
            this.catalog = catalog;
        }

        ExplainPerformance read(Access a, List<ExplainPlan.Scan> scans, String policyFilter, long estimate)
                throws SQLException {
            CatalogTable t = a.table();
            List<String> indexes = t.tenantColumn() == null
                    ? List.of()
                    : session.rows(INDEXES, String.valueOf(t.oid()), t.tenantColumn()).stream()
                            .map(row -> row.get(0))
                            .toList();
            return new ExplainPerformance(
                    estimate,
                    scans,
                    indexes,
                    a.filtered() ? notLeakproof(t, scans, policyFilter) : List.of(),
                    a.filtered() ? perRow(a) : List.of());
        }

        private static List<String> perRow(Access a) {
            List<String> found = new ArrayList<>();
            for (Policy p : a.applying()) {
                if (p.using() != null) {
                    PolicyExpression e = PolicyExpression.of(p.using(), a.table());
                    Set<String> what = new LinkedHashSet<>();
                    e.reads().stream()
                            .filter(PolicyExpression.SettingRead::perRow)
                            .forEach(r -> what.add("current_setting('" + r.guc() + "')"));
                    e.callsPerRow().forEach(c -> what.add(c + "()"));
                    what.forEach(w -> found.add(p.name() + ": " + w));
                }
            }
            return found;
        }

        private List<String> notLeakproof(CatalogTable t, List<ExplainPlan.Scan> scans, String policyFilter)
                throws SQLException {
            Set<String> policies = Set.copyOf(ExplainPlan.conjuncts(policyFilter));
            Set<String> found = new TreeSet<>();
            for (ExplainPlan.Scan s : scans) {
                for (String conjunct : ExplainPlan.conjuncts(s.filter())) {
                    if (!policies.contains(conjunct)) {
                        look(t, conjunct, found);
                    }
                }
            }
            return List.copyOf(found);
        }

        private void look(CatalogTable t, String conjunct, Set<String> found) throws SQLException {
            Set<String> names = PolicyExpression.namesIn(conjunct);
            SqlLexer lexer = new SqlLexer(conjunct);
            StringBuilder operator = new StringBuilder();
            int end = -1;
            String word = null;
            boolean more = true;
            while (more) {
                lexer.next();
                more = lexer.type != SqlLexer.EOF;
                if (lexer.type == SqlLexer.OPERATOR && (operator.isEmpty() || lexer.start == end)) {
                    operator.append(conjunct, lexer.start, lexer.end);
                    end = lexer.end;
                } else if (!operator.isEmpty()) {
                    operator(t, operator.toString(), names, conjunct, found);
                    operator.setLength(0);
                }
                if (lexer.type == SqlLexer.OPEN && word != null) {
                    function(word, found);
                }
                word = lexer.type == SqlLexer.WORD
                        ? conjunct.substring(lexer.start, lexer.end).toLowerCase(Locale.ROOT)
                        : null;
            }
        }

        private void operator(CatalogTable t, String operator, Set<String> names, String conjunct, Set<String> found)
                throws SQLException {
            List<String> counts = session.rows(
                            OPERATOR,
                            operator,
                            String.valueOf(t.oid()),
                            String.join("\u0001", names),
                            conjunct.contains("::text") ? "text" : "")
                    .get(0);
            if (!counts.get(0).equals("0") && counts.get(1).equals("0")) {
                found.add("operator " + operator);
            }
        }

        private void function(String name, Set<String> found) throws SQLException {
            List<String> counts = session.rows(FUNCTION, name).get(0);
            if (!counts.get(1).equals("0") && counts.get(0).equals(counts.get(1))) {
                found.add("function " + name + "()");
            }
        }
    }
}
