package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Identifiers;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;
import java.util.ArrayList;
import java.util.List;

/** A rule that looks at each policy in force that holds for the connected role: one finding for each table. */
abstract class PolicyRule implements Rule {

    /**
     * What is wrong with one policy.
     *
     * @param message continues "policy x"
     * @param fix SQL
     */
    record Defect(String message, String fix) {}

    @Override
    public final void check(AuditFacts facts, AuditOptions options, Findings findings) {
        for (CatalogTable table : facts.tablesWithPolicies()) {
            List<String> messages = new ArrayList<>();
            List<String> fixes = new ArrayList<>();
            for (Policy policy : table.policies()) {
                Defect defect = facts.applies(policy) ? examine(facts, options, table, policy) : null;
                if (defect != null) {
                    messages.add("policy " + policy.name() + " " + defect.message());
                    fixes.add(defect.fix());
                }
            }
            if (!messages.isEmpty()) {
                findings.add(
                        table, table.qualifiedName() + ": " + String.join("; ", messages), String.join(" ", fixes));
            }
        }
    }

    /** What is wrong with this policy; null when nothing is. */
    abstract Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy);

    /** {@code ALTER POLICY} with new expressions; null leaves one as it is. */
    static String alter(CatalogTable table, Policy policy, String using, String check) {
        return "ALTER POLICY " + Identifiers.quote(policy.name()) + " ON " + table.quotedName()
                + (using == null ? "" : " USING (" + using + ")")
                + (check == null ? "" : " WITH CHECK (" + check + ")") + ";";
    }

    /** USING and WITH CHECK as written, those that there are. */
    static List<PolicyExpression> expressions(AuditFacts facts, CatalogTable table, Policy policy) {
        List<PolicyExpression> expressions = new ArrayList<>(2);
        if (policy.using() != null) {
            expressions.add(facts.expression(policy.using(), table));
        }
        if (policy.check() != null) {
            expressions.add(facts.expression(policy.check(), table));
        }
        return expressions;
    }

    static PolicyExpression using(AuditFacts facts, CatalogTable table, Policy policy) {
        return facts.expression(policy.using(), table);
    }

    static PolicyExpression check(AuditFacts facts, CatalogTable table, Policy policy) {
        return facts.expression(policy.check(), table);
    }

    static String cut(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
