package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;

final class SettingReadPerRow extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD022",
                Finding.Level.INFO,
                "Setting or function not wrapped in a sub-select",
                "PostgreSQL evaluates it for each row of a sequential scan; in a sub-select of its own it is evaluated once"
                        + " (InitPlan).",
                "Wraps each in (SELECT ...), an array in ANY in ARRAY(SELECT unnest(...)).",
                "Only functions without arguments are looked for; inside of a correlated sub-select it is still once per row.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        if ((using == null || !perRow(using)) && (check == null || !perRow(check))) {
            return null;
        }
        String message = "evaluates the tenant for each row";
        String newUsing = using == null ? null : using.withSelects();
        String newCheck = check == null ? null : check.withSelects();
        boolean same = java.util.Objects.equals(newUsing, policy.using())
                && java.util.Objects.equals(newCheck, policy.check());
        return same
                ? Flaw.undecided(
                        message,
                        "wrap by hand what policy " + policy.name() + " of " + table.qualifiedName()
                                + " calls, (SELECT ...): what it means in NOT or ALL is not known here")
                : Flaw.style(message, facts.changed(table, policy, newUsing, newCheck));
    }

    /** Whether a setting or function of an expression is evaluated for each row. */
    static boolean perRow(PolicyExpression e) {
        return !e.callsPerRow().isEmpty() || e.reads().stream().anyMatch(PolicyExpression.SettingRead::perRow);
    }
}
