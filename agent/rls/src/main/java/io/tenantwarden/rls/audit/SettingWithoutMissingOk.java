package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;

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
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        boolean lacks = expressions(facts, table, policy).stream()
                .anyMatch(e -> e.reads().stream().anyMatch(r -> !r.missingOk()));
        return !lacks
                ? null
                : Flaw.style(
                        "fails in a session that never set the setting: current_setting lacks true as second argument",
                        facts.changed(
                                table,
                                policy,
                                using == null ? null : using.withMissingOk(),
                                check == null ? null : check.withMissingOk()));
    }
}
