package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;

final class ConstantTenant extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD018",
                Finding.Level.WARN,
                "Policy compares the tenant column with a constant or the role",
                "All tenants of a connection pool share one role, so that the policy cannot tell them apart.",
                "Puts the condition with the configured setting in the place of that comparison.",
                "A database with one role for each tenant is right to compare with the role: ignore the finding there.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        boolean bound = false;
        for (PolicyExpression e : expressions(facts, table, policy)) {
            if (!e.constant()) {
                return null;
            }
            bound |= e.mentionsTenantColumn() && e.closed(facts.setting(options).bypassGucs());
        }
        if (!bound || !policy.permissive() || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        return withCondition(
                facts,
                options,
                table,
                "compares " + table.tenantColumn() + " with nothing that differs from tenant to tenant: "
                        + cut(policy.using() == null ? policy.check() : policy.using()),
                condition -> facts.changed(
                        table,
                        policy,
                        using == null ? null : using.withTenantComparison(condition),
                        check == null ? null : check.withTenantComparison(condition)));
    }
}
