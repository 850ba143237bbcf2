package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import java.util.Set;

final class OpenBranch extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD013",
                Finding.Level.ERROR,
                "OR opens the policy",
                "A branch of an OR that does not compare the tenant column shows other tenants' rows as soon as it is true,"
                        + " for instance when no tenant is set.",
                "Leaves out the branches that do not compare the tenant column.",
                "A branch that needs another setting to have a certain value is WD042's; CASE and functions are not looked"
                        + " into.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        Set<String> bypass = facts.setting(options).bypassGucs();
        if (using == null
                || !policy.permissive()
                || table.tenantColumn() == null
                || using.alwaysTrue()
                || using.closed(bypass)) {
            return null;
        }
        String rest = using.withoutOpenBranches(bypass);
        if (rest == null || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        return Flaw.narrowing(
                "is opened by the branch (" + cut(using.openBranch(bypass)) + ")",
                facts.changed(table, policy, rest, policy.check()));
    }
}
