package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.Set;

final class TenantColumnNotCompared extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD014",
                Finding.Level.ERROR,
                "Policy does not compare the tenant column",
                "The policy asks who is there but not whose row it is, so that every tenant sees every row that passes.",
                "Adds the condition on the tenant column to the policy's own.",
                "Equality, IN, ANY, EXISTS and functions that get the column count as comparing it; what a function does with"
                        + " the column is not known.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        Set<String> bypass = facts.setting(options).bypassGucs();
        if (using == null
                || !policy.permissive()
                || table.tenantColumn() == null
                || using.alwaysTrue()
                || using.closed(bypass)
                || using.withoutOpenBranches(bypass) != null
                || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        String message = using.mentionsTenantColumn()
                ? "does not compare " + table.tenantColumn() + " for equality: USING (" + cut(policy.using()) + ")"
                : "does not mention " + table.tenantColumn() + ": USING (" + cut(policy.using()) + ")";
        return withCondition(
                facts,
                options,
                table,
                message,
                condition -> facts.changed(
                        table, policy, "(" + condition + ") AND (" + policy.using() + ")", policy.check()));
    }
}
