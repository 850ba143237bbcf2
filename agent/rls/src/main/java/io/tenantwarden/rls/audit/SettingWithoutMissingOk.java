package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;

final class SettingWithoutMissingOk extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD020",
                Finding.Level.WARN,
                "current_setting without missing_ok",
                "In a session that never set the tenant every statement on the table fails with SQLState 42704, health checks"
                        + " and migrations included.",
                "Adds true as second argument, so that the setting is null when it is unknown.",
                "Functions that the policy calls are not looked into.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        boolean inUsing = using != null && using.reads().stream().anyMatch(r -> !r.missingOk());
        boolean inCheck = check != null && check.reads().stream().anyMatch(r -> !r.missingOk());
        return !inUsing && !inCheck
                ? null
                : new Defect(
                        "fails in a session that never set the setting: current_setting lacks true as second argument",
                        alter(
                                table,
                                policy,
                                inUsing ? using.withMissingOk() : null,
                                inCheck ? check.withMissingOk() : null));
    }
}
