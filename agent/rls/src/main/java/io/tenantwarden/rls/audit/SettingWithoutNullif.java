package io.tenantwarden.rls.audit;

import io.tenantwarden.rls.catalog.CatalogTable;
import io.tenantwarden.rls.catalog.Policy;
import io.tenantwarden.rls.policy.PolicyExpression;
import io.tenantwarden.rls.policy.PolicyExpression.SettingRead;
import java.util.List;

final class SettingWithoutNullif extends PolicyRule {

    @Override
    public About about() {
        return new About(
                "WD021",
                Finding.Level.WARN,
                "Setting used without nullif",
                "After a transaction that set the tenant, PostgreSQL leaves the empty string: a cast of it fails with SQLState"
                        + " 22P02, and as text it matches rows whose tenant is empty.",
                "Puts nullif(..., '') around the setting.",
                "Functions that the policy calls are not looked into.");
    }

    @Override
    Flaw examine(AuditFacts facts, AuditOptions options, CatalogTable table, Policy policy) {
        PolicyExpression using = using(facts, table, policy);
        PolicyExpression check = check(facts, table, policy);
        List<SettingRead> inUsing = wrong(using, facts, options);
        List<SettingRead> inCheck = wrong(check, facts, options);
        if (inUsing.isEmpty() && inCheck.isEmpty()) {
            return null;
        }
        SettingRead first = inUsing.isEmpty() ? inCheck.get(0) : inUsing.get(0);
        return Flaw.style(
                first.cast() == null
                        ? "compares with " + first.guc() + " without nullif: empty means no tenant, but matches ''"
                        : "casts " + first.guc() + " to " + first.cast() + " without nullif: empty means no tenant, but"
                                + " fails",
                facts.changed(
                        table,
                        policy,
                        inUsing.isEmpty() ? policy.using() : using.withNullif(inUsing),
                        inCheck.isEmpty() ? policy.check() : check.withNullif(inCheck)));
    }

    private static List<SettingRead> wrong(PolicyExpression e, AuditFacts facts, AuditOptions options) {
        return e == null
                ? List.of()
                : e.reads().stream()
                        .filter(r -> !r.nullif()
                                && (r.cast() != null
                                        || r.guc().equals(facts.setting(options).guc())))
                        .distinct()
                        .toList();
    }
}
