package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.CatalogTable;
import io.tenantwarden.rls.Finding;
import io.tenantwarden.rls.Policy;
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
                "Puts the condition with the configured setting in its place; where the policy's setting is the right one,"
                        + " set warden.guc instead.",
                "Settings are found in the policy and in SQL and PL/pgSQL functions that it calls, by the name in"
                        + " current_setting('...'); a name put together at run time is not.");
    }

    @Override
    Defect examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        TreeSet<String> others = new TreeSet<>(policy.gucs());
        others.removeAll(options.bypassGucs());
        if (options.gucs().isEmpty()
                || others.isEmpty()
                || options.gucs().stream().anyMatch(policy.gucs()::contains)) {
            return null;
        }
        String message = "reads " + String.join(", ", others) + ", not " + String.join(", ", options.gucs());
        if (table.tenantColumn() == null) {
            return new Defect(message, "-- set warden.guc to the setting that the policy reads");
        }
        String condition = facts.condition(table, options);
        return new Defect(
                message,
                alter(
                        table,
                        policy,
                        policy.using() == null ? null : condition,
                        policy.check() == null ? null : condition));
    }
}
