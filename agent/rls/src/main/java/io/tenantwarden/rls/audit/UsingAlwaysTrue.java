package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Identifiers;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;

final class UsingAlwaysTrue extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD012",
                Finding.Level.ERROR,
                "USING is always true",
                "A permissive policy that is always true opens the table to every tenant, whatever the other policies say; a"
                        + " restrictive one restricts nothing.",
                "Puts the condition on the tenant column in its place; without a tenant column it drops the policy.",
                "It knows true, x = x, x IS NULL OR x IS NOT NULL and what AND, OR and NOT make of them, but neither what"
                        + " functions return nor what constants amount to.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        if (using == null
                || !using.alwaysTrue()
                || policy.permissive() && facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        String message = policy.permissive()
                ? "lets every row through: USING (" + cut(policy.using()) + ")"
                : "is restrictive but restricts nothing: USING (" + cut(policy.using()) + ")";
        if (table.tenantColumn() == null) {
            return new Defect(
                    message, "DROP POLICY " + Identifiers.quote(policy.name()) + " ON " + table.quotedName() + ";");
        }
        PolicyExpression check = check(facts, table, policy);
        String condition = facts.condition(table, options);
        boolean checkToo = check != null && !check.closed(options.bypassGucs());
        return new Defect(message, alter(table, policy, condition, checkToo ? condition : null));
    }
}
