package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
import io.tenantwarden.rls.PolicyExpression;
import java.util.Set;
import java.util.TreeSet;

final class OtherSetting extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD017",
                Finding.Level.ERROR,
                "Policy reads another setting than warden.guc",
                "The agent sets one setting and the policy reads another, so that every query sees no row, or what somebody"
                        + " else left there.",
                "Puts the configured setting in its place where most policies read that one; else says which setting to name"
                        + " in warden.guc (command line: --guc).",
                "Settings are found in the policy and in SQL and PL/pgSQL functions that it calls, by the name in"
                        + " current_setting('...'); a name put together at run time is not.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        TenantSetting setting = facts.setting(options);
        TreeSet<String> others = new TreeSet<>(policy.gucs());
        others.removeAll(setting.bypassGucs());
        if (options.gucs().isEmpty()
                || others.isEmpty()
                || options.gucs().stream().anyMatch(policy.gucs()::contains)) {
            return null;
        }
        String message = "reads " + String.join(", ", others) + ", not " + String.join(", ", options.gucs());
        if (table.tenantColumn() == null) {
            return Flaw.undecided(
                    message,
                    "decide what policy " + policy.name() + " of " + table.qualifiedName() + " goes by: if "
                            + String.join(", ", others)
                            + " holds the tenant, name it in warden.guc (command line: --guc);"
                            + " if it is right as it is, " + accept(table));
        }
        if (setting.guc() == null) {
            return Flaw.undecided(message, setting.question());
        }
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        Set<String> ofColumn = new TreeSet<>();
        for (PolicyExpression e : expressions(facts, table, policy)) {
            ofColumn.addAll(e.gucsOfTenantColumn());
        }
        ofColumn.retainAll(others);
        if (ofColumn.isEmpty()) {
            return Flaw.undecided(
                    message,
                    "change what policy " + policy.name() + " of " + table.qualifiedName() + " calls, so that it reads "
                            + setting.guc() + "; if it is right as it is, " + accept(table));
        }
        return Flaw.narrowing(
                message,
                facts.changed(
                        table,
                        policy,
                        using == null ? null : using.withSetting(ofColumn, setting.guc()),
                        check == null ? null : check.withSetting(ofColumn, setting.guc())));
    }
}
