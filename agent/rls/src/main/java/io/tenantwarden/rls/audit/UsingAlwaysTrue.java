package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;

final class UsingAlwaysTrue extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD012",
                Finding.Level.ERROR,
                "USING is always true",
                "A permissive policy that is always true opens the table to every tenant, whatever the other policies say; a"
                        + " restrictive one restricts nothing.",
                "Puts the condition on the tenant column in its place, drops a restrictive policy that restricts nothing;"
                        + " without a tenant column, whether everybody may see the rows is yours to decide.",
                "It knows true, x = x, x IS NULL OR x IS NOT NULL and what AND, OR and NOT make of them, but neither what"
                        + " functions return nor what constants amount to.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        if (using == null || !using.alwaysTrue()) {
            return null;
        }
        if (!policy.permissive()) {
            // one whose WITH CHECK says more restricts what is written
            PolicyExpression check = check(facts, table, policy);
            return check != null && !check.alwaysTrue()
                    ? null
                    : Flaw.useless("is restrictive but restricts nothing: USING (" + cut(policy.using()) + ")");
        }
        if (facts.boundByRestriction(table, policy.command(), options)) {
            return null;
        }
        String message = "lets every row through: USING (" + cut(policy.using()) + ")";
        if (table.tenantColumn() == null) {
            return Flaw.undecided(
                    message,
                    "decide whose rows " + table.qualifiedName() + " holds: if all tenants may see them, "
                            + accept(table)
                            + "; if one of its columns is a tenant column, name it in warden.tenant.columns (command line:"
                            + " --tenant-columns); else give policy " + policy.name() + " a condition");
        }
        return withCondition(
                facts, options, table, message, condition -> facts.changed(table, policy, condition, policy.check()));
    }
}
