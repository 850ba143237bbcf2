package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.sql.SqlStatement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class CostlyStatement implements Rule {

    private static final int MOST_STATEMENTS = 3;
    private static final int MOST_CHARACTERS = 120;

    /** What stands for an operator as a word. */
    private static final Map<String, String> WORDS = Map.of("like", "~~", "ilike", "~~*");

    private static final Pattern OPERATOR = Pattern.compile("\\b(?:i?like)\\b|[-+*/<>=~!@#%^&|`?]+");

    @Override
    public About about() {
        return new About(
                "WD046",
                Finding.Level.INFO,
                "Slow statement on a table whose policy costs",
                "pg_stat_statements shows a mean time of 20 ms or more, and something in how the table is protected explains it.",
                "Says which rule's fix to run, or which comparison keeps an index from being used.",
                "Needs the extension pg_stat_statements, loaded and readable, and sees the statements of the connected role, or of all with"
                        + " pg_read_all_stats; without it nothing is said. Whether the policy is what takes the time is not measured:"
                        + " explain does that for one statement.");
    }

    @Override
    public void check(AuditFacts facts, AuditOptions options, Findings findings) {
        Map<CatalogTable, Map<String, Set<String>>> byTable = new LinkedHashMap<>();
        for (SlowStatement slow : facts.slowStatements()) {
            SqlStatement sql = SqlStatement.parse(slow.text());
            if (!sql.parsed()) {
                continue;
            }
            Set<String> behind = behindPolicies(facts, sql);
            for (String name :
                    facts.catalog().resolve(sql, facts.role().searchPath()).tables()) {
                CatalogTable t = facts.catalog().table(name);
                Set<String> reasons =
                        t == null || !t.rls() || t.policies().isEmpty() ? Set.of() : reasons(facts, t, behind);
                if (!reasons.isEmpty()) {
                    byTable.computeIfAbsent(t, key -> new LinkedHashMap<>()).put(text(slow, sql), reasons);
                }
            }
        }
        byTable.forEach((t, statements) -> findings.add(t, message(t, statements), fix(t, statements)));
    }

    private static String text(SlowStatement slow, SqlStatement sql) {
        String text = sql.scrubbed().replaceAll("\\s+", " ");
        return (text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) + "..." : text) + " ("
                + slow.calls() + " calls, " + Math.round(slow.meanMillis()) + " ms each)";
    }

    private static Set<String> reasons(AuditFacts facts, CatalogTable t, Set<String> behind) {
        Set<String> reasons = new LinkedHashSet<>();
        for (Policy p : t.policies()) {
            if (facts.applies(p) && p.using() != null && SettingReadPerRow.perRow(facts.expression(p.using(), t))) {
                reasons.add("policy " + p.name() + " is evaluated for each row (WD022)");
            }
        }
        boolean hasIndex = facts.keys().of(t).stream().anyMatch(TableIndex::leads);
        if (t.tenantColumn() != null && !hasIndex) {
            reasons.add("no index begins with " + t.tenantColumn() + " (WD026)");
        }
        behind.forEach(o -> reasons.add(
                "its comparison " + o + " is not leakproof, so that it comes after the policy and uses no index"));
        return reasons;
    }

    /** The operators in conditions that are evaluated after the policies. */
    private static Set<String> behindPolicies(AuditFacts facts, SqlStatement sql) {
        String text = sql.scrubbed().toLowerCase(Locale.ROOT);
        Matcher where = Pattern.compile("\\b(where|on)\\b").matcher(text);
        if (!where.find()) {
            return Set.of();
        }
        Set<String> found = new LinkedHashSet<>();
        Matcher m = OPERATOR.matcher(text.substring(where.end()));
        while (m.find()) {
            String name = WORDS.getOrDefault(m.group(), m.group());
            if (facts.notLeakproof().contains(name)) {
                found.add(WORDS.containsKey(m.group()) ? m.group().toUpperCase(Locale.ROOT) : name);
            }
        }
        return found;
    }

    private static String message(CatalogTable t, Map<String, Set<String>> statements) {
        List<String> parts = new ArrayList<>();
        statements.forEach((text, reasons) -> parts.add(text + ": " + String.join("; ", reasons)));
        int more = parts.size() - MOST_STATEMENTS;
        return "slow on " + t.qualifiedName() + ": "
                + String.join(". ", parts.subList(0, Math.min(parts.size(), MOST_STATEMENTS)))
                + (more > 0 ? ". And " + more + " more" : "");
    }

    private static Fix fix(CatalogTable t, Map<String, Set<String>> statements) {
        Map<String, Boolean> has = new TreeMap<>();
        statements
                .values()
                .forEach(reasons -> reasons.forEach(r -> {
                    has.merge("WD022", r.contains("(WD022)"), Boolean::logicalOr);
                    has.merge("WD026", r.contains("(WD026)"), Boolean::logicalOr);
                    has.merge("leakproof", r.contains("leakproof"), Boolean::logicalOr);
                }));
        List<String> steps = new ArrayList<>();
        for (String rule : List.of("WD022", "WD026")) {
            if (has.getOrDefault(rule, false)) {
                steps.add("run the fix of " + rule + " for " + t.qualifiedName());
            }
        }
        if (has.getOrDefault("leakproof", false)) {
            steps.add(
                    "let an index that begins with the tenant column narrow the rows first, or compare with = and range operators,"
                            + " which are leakproof for the usual types");
        }
        return Fix.decide(String.join("; ", steps) + ". explain shows the plan of one statement");
    }
}
