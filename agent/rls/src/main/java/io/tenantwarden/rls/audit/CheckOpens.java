package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;

final class CheckOpens extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD015",
                Finding.Level.ERROR,
                "WITH CHECK lets rows of other tenants in",
                "A tenant can write rows into another tenant's data, or move its own there.",
                "Puts the condition on the tenant column in its place.",
                "It sees what USING rules see, and no triggers that would reject the row.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression check = check(facts, table, policy);
        if (check == null || !policy.permissive()) {
            return null;
        }
        boolean opens = table.tenantColumn() == null ? check.alwaysTrue() : !check.closed(options.bypassGucs());
        PolicyExpression using = using(facts, table, policy);
        // what is wrong with USING as well is said there, and its fix covers both
        boolean saidAlready = using != null && using.alwaysTrue();
        if (!opens || saidAlready || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        String fix = table.tenantColumn() != null
                ? alter(table, policy, null, facts.condition(table, options))
                : policy.using() != null
                        ? alter(table, policy, null, policy.using())
                        : alter(table, policy, null, "false");
        return new Defect("lets rows of other tenants in: WITH CHECK (" + cut(policy.check()) + ")", fix);
    }
}
