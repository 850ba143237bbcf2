package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.Set;

final class CheckOpens extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD015",
                Finding.Level.ERROR,
                "WITH CHECK lets rows of other tenants in",
                "A tenant can write rows into another tenant's data, or move its own there.",
                "Adds the condition on the tenant column to the policy's own; without a tenant column, who may write is yours"
                        + " to decide.",
                "It sees what USING rules see, and no triggers that would reject the row.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression check = check(facts, table, policy);
        if (check == null || !policy.permissive()) {
            return null;
        }
        Set<String> bypass = facts.setting(options).bypassGucs();
        boolean opens = table.tenantColumn() == null ? check.alwaysTrue() : !check.closed(bypass);
        PolicyExpression using = using(facts, table, policy);
        // what is wrong with USING as well is said there, and the plan mends both
        boolean saidAlready = using != null && using.alwaysTrue();
        if (!opens || saidAlready || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        String message = "lets rows of other tenants in: WITH CHECK (" + cut(policy.check()) + ")";
        if (table.tenantColumn() == null) {
            return Flaw.undecided(
                    message,
                    "decide who may write what into " + table.qualifiedName() + ": if every tenant anything, "
                            + accept(table) + "; else give policy " + policy.name() + " a condition");
        }
        String rest = check.withoutOpenBranches(bypass);
        return rest != null
                ? Flaw.narrowing(message, facts.changed(table, policy, policy.using(), rest))
                : withCondition(
                        facts,
                        options,
                        table,
                        message,
                        condition -> facts.changed(
                                table,
                                policy,
                                policy.using(),
                                check.alwaysTrue() ? condition : "(" + condition + ") AND (" + policy.check() + ")"));
    }
}
