package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;

final class SettingReadPerRow extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD022",
                Finding.Level.INFO,
                "Setting or function not wrapped in a sub-select",
                "PostgreSQL evaluates it for each row of a sequential scan; in a sub-select of its own it is evaluated once"
                        + " (InitPlan).",
                "Wraps each in (SELECT ...).",
                "Only functions without arguments are looked for; inside of a correlated sub-select it is still once per row.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        boolean inUsing = using != null && perRow(using);
        boolean inCheck = check != null && perRow(check);
        return !inUsing && !inCheck
                ? null
                : new Defect(
                        "evaluates the tenant for each row",
                        alter(
                                table,
                                policy,
                                inUsing ? using.withSelects() : null,
                                inCheck ? check.withSelects() : null));
    }

    private static boolean perRow(PolicyExpression e) {
        return !e.callsPerRow().isEmpty() || e.reads().stream().anyMatch(PolicyExpression.SettingRead::perRow);
    }
}
