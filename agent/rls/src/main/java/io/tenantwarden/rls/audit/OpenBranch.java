package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;

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
                "A branch that needs a setting of warden.guc.bypass is taken for intended; CASE and functions are not looked"
                        + " into.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        if (using == null
                || !policy.permissive()
                || table.tenantColumn() == null
                || using.alwaysTrue()
                || using.closed(options.bypassGucs())) {
            return null;
        }
        String rest = using.withoutOpenBranches(options.bypassGucs());
        if (rest == null || facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        return new Defect(
                "is opened by the branch (" + cut(using.openBranch(options.bypassGucs())) + ")",
                alter(table, policy, rest, null));
    }
}
